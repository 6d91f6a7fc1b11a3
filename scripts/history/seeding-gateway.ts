import { createHash } from 'node:crypto';
import type { SyncAnswer, SyncEnvelope } from '../../billing-core/src/contract/sync.ts';
import {
  encodeBatch,
  type GatewayCount,
  type UsageBatch,
  type UsageColumns,
  type WindowSpend,
} from '../../billing-core/src/contract/usage-batch.ts';

const DAY_MINUTES = 1_440;
const ASKS_MAX = 60;
const NO_BYTES = new Uint8Array();

/** What one row of the ledger is to say. `quantity` is scaled by the meter. */
export type Use = {
  [Column in keyof UsageColumns]: UsageColumns[Column][number];
};
export type Refusal = SyncEnvelope['refusals'][number];
export type Shipment = { uses: readonly Use[]; refusals?: readonly Refusal[]; now: number };

/** Takes one message as core does. Throws what core answers to a bad one. */
export type Wire = (body: Uint8Array) => Promise<SyncAnswer>;

type Lease = { wanted: number; granted: number; spent: number };

/**
 * One boot of a gateway that serves nobody and ships what it is told: its batches, counts, leases
 * and refusals are those of a real one, over the same wire.
 */
export class SeedingGateway {
  readonly #name: string;
  readonly #wire: Wire;
  readonly #counts = new Map<string, GatewayCount>();
  readonly #leases = new Map<string, Lease>();
  #sequence = 0;
  #message = 0;
  #frame = 0;

  constructor(name: string, wire: Wire) {
    this.#name = name;
    this.#wire = wire;
  }

  /** Borrows units of a hard quota. Out: how many of them it may spend, all of them if it can. */
  async borrow(window: string, units: number): Promise<number> {
    const lease = this.#leases.get(window) ?? { wanted: 0, granted: 0, spent: 0 };
    this.#leases.set(window, lease);
    lease.wanted = lease.spent + units;
    for (let asks = 0; asks < ASKS_MAX && lease.granted < lease.wanted; asks++) {
      const { wanted } = lease;
      const ask = { window, generation: 1, wanted, returned: 0 };
      const { grants } = await this.#say({ leases: [ask] }, NO_BYTES);
      const [grant] = grants;
      lease.granted = Math.max(lease.granted, grant?.granted ?? 0);
      if (grant?.exhausted) break;
    }
    return Math.min(units, lease.granted - lease.spent);
  }

  /** Notes units as spent by what is shipped next. */
  spend(window: string, units: number): WindowSpend {
    const lease = this.#leases.get(window);
    if (lease === undefined || lease.spent + units > lease.granted) throw new Error('not lent');
    lease.spent += units;
    return { window, settled: units, unleased: 0, overdrawn: 0 };
  }

  /** Ships all that was used before `now` (ms): one batch, and its watermark. */
  async ship({ uses, refusals = [], now }: Shipment, spent: WindowSpend[] = []): Promise<void> {
    if (uses.length === 0) {
      await this.#say({ watermark: now, refusals: [...refusals] }, NO_BYTES);
      return;
    }
    const bytes = encodeBatch({ columns: columnsOf(uses), counts: this.#count(uses), spent });
    this.#sequence += 1;
    const first_frame = this.#frame;
    this.#frame += uses.length;
    const batch = {
      sequence: this.#sequence,
      first_frame,
      last_frame: this.#frame - 1,
      entries: uses.length,
      watermark: now,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    };
    const answer = await this.#say({ batch, refusals: [...refusals] }, bytes);
    if (answer.batch?.status !== 'applied') throw new Error(JSON.stringify(answer.batch));
  }

  #count(uses: readonly Use[]): GatewayCount[] {
    const touched = new Set<GatewayCount>();
    for (const { customer, meter, minute, requests, quantity, billable } of uses) {
      const day = Math.floor(minute / DAY_MINUTES);
      const id = `${customer} ${meter} ${day}`;
      const none = { customer, meter, day, requests: 0, quantity: 0, billable: 0 };
      const count = this.#counts.get(id) ?? none;
      this.#counts.set(id, count);
      count.requests += requests;
      count.quantity += quantity;
      if (billable) count.billable += quantity;
      touched.add(count);
    }
    return [...touched];
  }

  #say(more: Partial<SyncEnvelope>, bytes: Uint8Array): Promise<SyncAnswer> {
    this.#message += 1;
    const boot = `bt_${this.#name}`;
    const envelope: SyncEnvelope = {
      v: 1,
      gateway: `gw_${this.#name}`,
      boot,
      by: boot,
      fingerprint: `sp_${this.#name}`,
      version: '0.1.0',
      batch: null,
      watermark: null,
      leases: [],
      message: this.#message,
      rates: [],
      gaps: [],
      skip: null,
      refusals: [],
      end: null,
      ...more,
    };
    return this.#wire(Buffer.concat([Buffer.from(`${JSON.stringify(envelope)}\n`), bytes]));
  }
}

function columnsOf(uses: readonly Use[]): UsageBatch['columns'] {
  return {
    customer: uses.map((use) => use.customer),
    key: uses.map((use) => use.key),
    route: uses.map((use) => use.route),
    route_version: uses.map((use) => use.route_version),
    meter: uses.map((use) => use.meter),
    outcome: uses.map((use) => use.outcome),
    minute: uses.map((use) => use.minute),
    billable: uses.map((use) => use.billable),
    requests: uses.map((use) => use.requests),
    quantity: uses.map((use) => use.quantity),
  };
}
