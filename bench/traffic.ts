import { createHash } from 'node:crypto';
import { OUTCOMES, type Outcome } from '../billing-core/src/contract/facts.ts';
import type { UsageBatch } from '../billing-core/src/contract/usage-batch.ts';

/** What the traffic behind the batches looks like. */
export type Shape = {
  customers: number;
  keysPerCustomer: number;
  routes: number;
  /** Entries of a batch; the gateway cuts at 5,000. */
  entries: number;
  /** Every n-th customer has a hard quota, whose spend a batch carries too. */
  quotaEvery: number;
};

export const SHAPE: Shape = {
  customers: 1_000,
  keysPerCustomer: 3,
  routes: 30,
  entries: 5_000,
  quotaEvery: 2,
};

/** Seeded (mulberry32), so that every run sends the same traffic. Out: numbers in [0, 1). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** As long as ids are and spread as they are: 24 characters behind the prefix. */
export function idOf(prefix: string, number: number): string {
  const digest = createHash('sha256').update(`${prefix}${number}`).digest();
  const text = [...digest.subarray(0, 24)].map((byte) => ALPHABET[byte % 32]).join('');
  return `${prefix}_${text}`;
}

const OTHER_OUTCOMES = OUTCOMES.filter((outcome) => outcome !== 'ok');
const OK_SHARE = 0.9;
export const METERS = ['mtr_requests', idOf('mtr', 1)] as const;

type Combination = {
  customer: number;
  key: number;
  route: number;
  meter: number;
  outcome: Outcome;
  minute: number;
};

/** A source of batches of distinct combinations, as the gateway's tally makes them. */
export class Traffic {
  readonly #shape: Shape;
  readonly #random: () => number;
  readonly #ids = new Map<string, string>();

  constructor(shape: Shape, seed: number) {
    this.#shape = shape;
    this.#random = seeded(seed);
  }

  #id(prefix: string, number: number): string {
    const key = `${prefix}${number}`;
    const id = this.#ids.get(key) ?? idOf(prefix, number);
    this.#ids.set(key, id);
    return id;
  }

  // Skewed: a tenth of the customers sends more than half of the traffic.
  #combination(minute: number): Combination {
    const { customers, keysPerCustomer, routes } = this.#shape;
    const random = this.#random;
    const customer = Math.floor(customers * random() ** 3);
    const outcome = OTHER_OUTCOMES[Math.floor(random() * OTHER_OUTCOMES.length)] ?? 'ok';
    return {
      customer,
      key: customer * keysPerCustomer + Math.floor(keysPerCustomer * random() ** 2),
      route: Math.floor(routes * random() ** 2),
      meter: random() < 0.7 ? 0 : 1,
      outcome: random() < OK_SHARE ? 'ok' : outcome,
      // Requests at the turn of the minute still come in after it.
      minute: random() < 0.95 ? minute : minute - 1,
    };
  }

  /** A batch of requests admitted in this minute and the one before. */
  batch(minute: number): UsageBatch {
    const combinations = new Map<string, Combination>();
    while (combinations.size < this.#shape.entries) {
      const one = this.#combination(minute);
      combinations.set(Object.values(one).join('|'), one);
    }
    const entries = [...combinations.values()];
    const requests = entries.map(() => 1 + Math.floor(5 * this.#random() ** 4));
    const columns: UsageBatch['columns'] = {
      customer: entries.map((e) => this.#id('cus', e.customer)),
      key: entries.map((e) => this.#id('key', e.key)),
      route: entries.map((e) => this.#id('rte', e.route)),
      route_version: entries.map(() => 3),
      meter: entries.map((e) => METERS[e.meter] ?? METERS[0]),
      outcome: entries.map((e) => e.outcome),
      minute: entries.map((e) => e.minute),
      billable: entries.map((e) => e.outcome === 'ok'),
      requests,
      quantity: entries.map((e, i) => (requests[i] ?? 1) * (e.meter === 0 ? 1 : 1_234)),
    };
    return { columns, counts: this.#counts(columns), spent: this.#spent(entries, requests) };
  }

  #counts(columns: UsageBatch['columns']): UsageBatch['counts'] {
    const counts = new Map<string, UsageBatch['counts'][number]>();
    columns.customer.forEach((customer, i) => {
      const meter = columns.meter[i] ?? '';
      const day = Math.floor((columns.minute[i] ?? 0) / 1_440);
      const key = `${customer}|${meter}|${day}`;
      const count = counts.get(key) ?? {
        customer,
        meter,
        day,
        requests: 0,
        quantity: 0,
        billable: 0,
      };
      count.requests += columns.requests[i] ?? 0;
      count.quantity += columns.quantity[i] ?? 0;
      if (columns.billable[i]) count.billable += columns.quantity[i] ?? 0;
      counts.set(key, count);
    });
    return [...counts.values()];
  }

  #spent(entries: Combination[], requests: number[]): UsageBatch['spent'] {
    const byCustomer = new Map<number, number>();
    entries.forEach((e, i) => {
      if (e.meter !== 0 || e.outcome !== 'ok' || e.customer % this.#shape.quotaEvery !== 0) return;
      byCustomer.set(e.customer, (byCustomer.get(e.customer) ?? 0) + (requests[i] ?? 0));
    });
    return [...byCustomer].map(([customer, settled]) => ({
      window: `${this.#id('cus', customer)}|${METERS[0]}|month|29000000`,
      settled,
      unleased: 0,
      overdrawn: 0,
    }));
  }
}
