import type { Outcome } from '@tollgate/billing-core/contract/facts.ts';
import { outcomeOf } from '../../src/core/meter.ts';
import { decodeRecord, type UsageRecord } from '../../src/core/record.ts';
import type { Hold, Spend } from '../../src/ports.ts';
import type { CustomerSpec, KeySpec } from './scenario.ts';
import { Broken } from './world.ts';

/** What a gateway wrote down of a request, or of a span of it. */
export type Written = {
  readonly request: Request;
  readonly record: UsageRecord;
  /** Units of the only meter there is. */
  readonly quantity: number;
  readonly boot: string;
  frame: number | null;
  /** When it was on disk, and what it stands for could leave. */
  releasedAt: number | null;
  /** When that did leave; without the former the disk was full. */
  leftAt: number | null;
  /** Its frame was on a disk that lost it, or may have. */
  atRisk: boolean;
  /** It was dropped: no disk had room for it, nor memory. */
  dropped: boolean;
};

/** One request as an observer sees it who stands beside everybody. */
export type Request = {
  readonly id: string;
  readonly spec: CustomerSpec;
  readonly key: KeySpec;
  readonly bodyBytes: number;
  /** The boot that admitted it, or went on with it. */
  boot: string;
  /** The hold of its present span. */
  hold: Hold | null;
  refusedAs: string | null;
  /** Refused a further span. */
  cutOff: boolean;
  forwarded: boolean;
  /** What the upstream answered, whoever heard it. */
  servedStatus: number | null;
  /** Units that it costs when the upstream does it whole. */
  units: number;
  outcome: Outcome | null;
  readonly written: Written[];
  clientLeft: boolean;
};

const SET_ASIDE = 'set_aside';

type Death = { keeps: (written: Written) => boolean; seals: boolean };
type Units = Map<string, number>;
const add = (map: Units, key: string, units: number): void => {
  map.set(key, (map.get(key) ?? 0) + units);
};

/** Units that were served and are in no record that was made. */
const restOf = ({ units, written }: Request): number =>
  units - written.reduce((sum, { quantity }) => sum + quantity, 0);

/** Units that a lease covers of what a request uses. */
const lentFor = ({ unleased, units }: Spend): number => (unleased ? 0 : units);

/** What really happened, told apart from what gateways and core believe. */
export class Truth {
  readonly requests = new Map<string, Request>();
  readonly admittedBy = new Map<string, Request[]>();
  readonly writtenBy = new Map<string, Written[]>();
  /** Leased units spent, by window, then by boot. */
  readonly spent = new Map<string, Units>();
  /** Spent outside a lease, by window. */
  readonly outside = new Map<string, number>();
  /** Leased units that were set aside for requests and spent before these ended, by window. */
  readonly aside = new Map<string, number>();
  /** Billable units that were recorded, by window, whatever became of the record. */
  readonly #recorded = new Map<string, number>();
  /** Billable units that the upstream served and that no record tells of, by window. */
  readonly #lost = new Map<string, number>();
  /** Admitted, served, and not settled yet. */
  readonly #between = new Set<Request>();
  /** When boots began. */
  readonly begunAt = new Map<string, number>();
  readonly #deadBoots = new Set<string>();
  readonly #billable: readonly Outcome[];
  readonly #allowed: (window: string) => number;

  /** `allowed`: the highest limit under which something of this window was lent. */
  constructor(billable: readonly Outcome[], allowed: (window: string) => number) {
    this.#billable = billable;
    this.#allowed = allowed;
  }

  open(spec: CustomerSpec, key: KeySpec, bodyBytes = 0): Request {
    const request: Request = {
      id: `req_${this.requests.size + 1}`,
      spec,
      key,
      bodyBytes,
      boot: '',
      hold: null,
      refusedAs: null,
      cutOff: false,
      forwarded: false,
      servedStatus: null,
      units: 0,
      outcome: null,
      written: [],
      clientLeft: false,
    };
    this.requests.set(request.id, request);
    return request;
  }

  admitted(request: Request, hold: Hold): void {
    request.hold = hold;
    const others = this.admittedBy.get(request.boot) ?? [];
    others.push(request);
    this.admittedBy.set(request.boot, others);
  }

  /** Its gateway goes on in another boot, which answers for what has no record yet. */
  moved(request: Request, boot: string): void {
    if (request.written.length > 0) return;
    const others = this.admittedBy.get(request.boot) ?? [];
    this.admittedBy.set(
      request.boot,
      others.filter((other) => other !== request),
    );
    request.boot = boot;
    this.admitted(request, request.hold as Hold);
  }

  isBillable(outcome: Outcome): boolean {
    return this.#billable.includes(outcome);
  }

  /** The upstream has done its work for this request. */
  serve(request: Request, status: number): void {
    request.servedStatus = status;
    if (request.outcome !== null || !this.isBillable(outcomeOf(status))) return;
    this.#between.add(request);
    if (this.#deadBoots.has(request.boot)) this.#loseRest(request);
    for (const { windowId } of request.hold?.spends ?? []) this.#checkServed(windowId);
  }

  settled(request: Request, outcome: Outcome): void {
    request.outcome = outcome;
    this.#between.delete(request);
  }

  /** A record was given to the spool; null for one that only spends. */
  appended(boot: string, payload: string): Written | null {
    const record = decodeRecord(payload);
    if (record.requestId === SET_ASIDE) {
      this.#setAside(boot, record);
      return null;
    }
    const request = this.requests.get(record.requestId);
    if (!request) throw new Broken(`a record of ${record.requestId}, which nobody sent`);
    const isFirst = request.written.length === 0;
    if (isFirst === (record.later === true)) {
      throw new Broken(`${request.id} is ${record.later ? 'not counted' : 'counted twice'}`);
    }
    const quantity = record.quantities.reduce((sum, [, units]) => sum + units, 0);
    const none = { frame: null, releasedAt: null, leftAt: null, atRisk: false, dropped: false };
    const written: Written = { request, record, quantity, boot, ...none };
    request.written.push(written);
    const others = this.writtenBy.get(boot) ?? [];
    others.push(written);
    this.writtenBy.set(boot, others);
    this.#checkSpent(written);
    this.#book(written, 1);
    for (const [window, ...units] of record.spent) {
      add(this.#recorded, window, units[0] + units[1] + units[2]);
    }
    return written;
  }

  /** A boot was ended with requests under way: what was set aside for them it has spent. */
  #setAside(boot: string, { spent }: UsageRecord): void {
    for (const [window, units] of spent) {
      this.#spend(window, boot, units);
      add(this.aside, window, units);
    }
  }

  #spend(window: string, boot: string, units: number): void {
    const byBoot = this.spent.get(window) ?? new Map<string, number>();
    this.spent.set(window, byBoot);
    add(byBoot, boot, units);
  }

  /** A request's records together count this. */
  check(all: readonly Written[], due: number): void {
    const counted = all.reduce((sum, { quantity }) => sum + quantity, 0);
    if (counted === due) return;
    throw new Broken(`${all[0]?.request.id} counts ${counted} where ${due} went through`);
  }

  /** Each window that limits it spent what it counted, when that is billed, and else nothing. */
  #checkSpent({ request, record, quantity }: Written): void {
    const due = record.billable ? quantity : 0;
    for (const { windowId } of request.hold?.spends ?? []) {
      const [, ...units] = record.spent.find(([window]) => window === windowId) ?? [];
      const spent = units.reduce((sum, part) => sum + part, 0);
      // Of an ended boot: it was spent already, when it was set aside.
      const isLess = spent < due && this.aside.has(windowId);
      if (spent === due || isLess) continue;
      throw new Broken(`${record.requestId} counts ${due} and spends ${spent} of ${windowId}`);
    }
  }

  #book({ boot, record }: Written, sign: 1 | -1): void {
    for (const [window, settled, unleased, overdrawn] of record.spent) {
      this.#spend(window, boot, sign * settled);
      add(this.outside, window, sign * (unleased + overdrawn));
    }
  }

  /**
   * Records are gone with what held them. When their boot is sealed their units come back; of what
   * was spent outside a lease nobody else knows, however the boot ends.
   */
  forget(gone: readonly Written[], seals: boolean): void {
    for (const written of gone) {
      this.#book(written, -1);
      // By its own windows: a request that goes on has the hold of a later span by then.
      for (const [window, settled, unleased, overdrawn] of written.record.spent) {
        add(this.#lost, window, (seals ? settled : 0) + unleased + overdrawn);
      }
    }
  }

  /**
   * The gateway is gone, and with it what `keeps` does not hold of. `seals`: what nobody has a
   * record of comes back when its boot is sealed, so the upstream may serve that much more.
   */
  died(boot: string, { keeps, seals }: Death): void {
    if (seals) this.#deadBoots.add(boot);
    const all = this.writtenBy.get(boot) ?? [];
    this.forget(
      all.filter((written) => !keeps(written)),
      seals,
    );
    for (const request of this.admittedBy.get(boot) ?? []) {
      if (this.#between.has(request) && seals) this.#loseRest(request);
    }
  }

  /** What was served and is in no record comes back, as far as it was lent. */
  #loseRest(request: Request): void {
    for (const spend of request.hold?.spends ?? []) {
      add(this.#lost, spend.windowId, Math.min(restOf(request), lentFor(spend)));
    }
  }

  spentOf(window: string, boot: string): number {
    return this.spent.get(window)?.get(boot) ?? 0;
  }

  /** What the upstream did for money is within the limit, but for what is said to be outside. */
  #checkServed(id: string): void {
    let served = this.#recorded.get(id) ?? 0;
    let uncovered = 0;
    for (const request of this.#between) {
      const rest = restOf(request);
      for (const spend of request.hold?.spends ?? []) {
        if (spend.windowId !== id) continue;
        served += rest;
        uncovered += Math.max(0, rest - lentFor(spend));
      }
    }
    const allowed = this.#allowed(id);
    const more = (this.outside.get(id) ?? 0) + (this.#lost.get(id) ?? 0) + uncovered;
    const aside = this.aside.get(id) ?? 0;
    if (served <= allowed + more + aside) return;
    throw new Broken(`upstream served ${served} of ${allowed} + ${more} in ${id}`);
  }
}
