import { setTimeout as pause } from 'node:timers/promises';
import { readLedger, readLosses } from '../checker/ledger.ts';
import { type Asked, readLog, type Served } from '../checker/logs.ts';
import { type Fault, judge, type Verdict } from '../checker/verdict.ts';
import type { Load, LoadOf } from './load.ts';
import type { Customer, Terms } from './market.ts';
import type { Rig } from './rig.ts';
import { settle, type Settling } from './settle.ts';

const POLL_MS = 20;
const FOLLOWING_WITHIN_MS = 60_000;

export type Judging = {
  clockFaked?: boolean;
  unleased?: boolean;
};

/** What is nobody's in particular, and was there before a trial began. */
type Before = { doubts: number; losses: readonly string[] };

/** What one test does to an installation, with customers of its own. */
export class Trial {
  readonly rig: Rig;
  readonly faults: Fault[] = [];
  readonly customers: Customer[] = [];
  readonly #loads: Load[] = [];
  readonly #asked: Asked[] = [];
  readonly #before: Before;

  private constructor(rig: Rig, before: Before) {
    this.rig = rig;
    this.#before = before;
  }

  static async begin(rig: Rig): Promise<Trial> {
    return new Trial(rig, { doubts: await doubtsIn(rig), losses: await readLosses(rig.sql) });
  }

  /** Makes a customer. All gateways hear of it at once, so that no news of it comes later. */
  async customer(terms: Terms = {}): Promise<Customer> {
    await untilFollowing(this.rig);
    const made = await this.rig.market.customer(terms);
    this.customers.push(made);
    return made;
  }

  /** Makes so many customers on one plan, with a key each. */
  async crowd(count: number, terms: Terms): Promise<readonly Customer[]> {
    await untilFollowing(this.rig);
    this.customers.push(...(await this.rig.market.crowd(count, terms)));
    return this.customers;
  }

  /** Starts a load with the keys of all customers of the trial. */
  async load(asked: Partial<LoadOf> = {}): Promise<Load> {
    const keys = this.customers.flatMap((customer) => customer.keys);
    const load = await this.rig.load({ keys, ...asked });
    this.#loads.push(load);
    return load;
  }

  /** Does something to gateways, all of them unless told, and notes when. */
  async hurt<Result>(
    what: string,
    work: () => Promise<Result> | Result,
    gateways: readonly number[] = this.rig.gateways.map(({ at }) => at),
  ): Promise<Result> {
    const from = Date.now();
    const fault: Fault = { what, from, until: Number.MAX_SAFE_INTEGER, gateways };
    this.faults.push(fault);
    try {
      return await work();
    } finally {
      fault.until = Date.now();
    }
  }

  /** Kills a gateway with no goodbye. */
  kill(at: number): Promise<number | null> {
    return this.hurt('kill', () => this.rig.gateway(at).part.end('SIGKILL'), [at]);
  }

  /** Lets all loads finish. */
  async stopLoads(): Promise<void> {
    for (const load of this.#loads.splice(0)) {
      // Not spread into one call: hundreds of thousands are more arguments than a stack takes.
      for (const asked of await load.stop()) this.#asked.push(asked);
    }
  }

  /** Loads that are asking. */
  get loads(): readonly Load[] {
    return this.#loads;
  }

  /** What clients saw so far; only of loads that have been stopped. */
  get asked(): readonly Asked[] {
    return this.#asked;
  }

  /** What the upstream served of this trial's customers. */
  get served(): Served[] {
    const keys = new Set(this.customers.flatMap((customer) => customer.keys.map(({ id }) => id)));
    return readLog<Served>(this.rig.upstreamLog).filter(({ key }) => keys.has(key));
  }

  /** Waits until the books are complete, and has them judged. */
  async verdict({ withinMs, unrolled, ...judging }: Judging & Settling = {}): Promise<Verdict> {
    await this.stopLoads();
    await settle(this.rig, { ...(withinMs && { withinMs }), ...(unrolled && { unrolled }) });
    return this.judge(judging);
  }

  /** Has the books judged as they are. */
  async judge(judging: Judging = {}): Promise<Verdict> {
    const { rig, faults } = this;
    const ledger = await readLedger(
      rig.database.url,
      this.customers.map(({ id }) => id),
    );
    const meters = { requests: 'mtr_requests', bytes: rig.market.bytesMeter };
    const losses = beyond(ledger.losses, this.#before.losses);
    const books = { ...ledger, losses };
    const evidence = { asked: this.#asked, served: this.served, ledger: books, faults, meters };
    return judge({ ...evidence, ...judging, doubtsBefore: this.#before.doubts });
  }
}

/** What of a list is not in another, each as often as it is there. */
function beyond(list: readonly string[], other: readonly string[]): string[] {
  const left = [...other];
  return list.filter((each) => {
    const at = left.indexOf(each);
    if (at !== -1) left.splice(at, 1);
    return at === -1;
  });
}

async function untilFollowing({ gateways }: Rig): Promise<void> {
  for (const gateway of gateways.filter(({ part }) => part.running)) {
    const until = performance.now() + FOLLOWING_WITHIN_MS;
    while (!(await gateway.isFollowing())) {
      if (performance.now() > until) throw new Error(`${gateway.part.name} hears of no changes`);
      await pause(POLL_MS);
    }
  }
}

async function doubtsIn({ sql }: Rig): Promise<number> {
  const [row] = await sql<{ doubts: number }[]>`
    select coalesce(sum(in_doubt), 0)::float8 as doubts from boots`;
  return row?.doubts ?? 0;
}
