import type {
  LeaseGrant,
  LeaseTotals,
  RateReport,
  SyncAnswer,
} from '@tollgate/billing-core/contract/sync.ts';
import { spendOnly, type UsageRecord } from '../core/meter.ts';
import { refuse } from '../core/refusal.ts';
import { dropShare, type Rate } from '../core/rate.ts';
import {
  acknowledge,
  forget,
  giveBackIdle,
  grant,
  leaveBoot,
  LEASE_IDLE_MS,
  recall,
  reopen,
  totals,
} from '../core/lending.ts';
import { admit, admitUnreachable, giveUp, offerTo, openTill, type Till } from '../core/till.ts';
import type { Admission, AdmissionRequest, Clock, Tills } from '../ports.ts';
import { Paces } from './paces.ts';

/** How long a request waits for core to lend before it is refused. */
export const LEASE_WAIT_MS = 1_000;
const RETRY_AFTER_S = 1;
/** While nobody divides rate limits, those who wait for a share have it asked for this often. */
const DESK_AWAY_MS = 250;

type Waiter = {
  request: AdmissionRequest;
  deadline: number;
  resolve: (admission: Admission) => void;
  timer: NodeJS.Timeout;
};

const isIdle = (rate: Rate, now: number): boolean =>
  rate.offered === 0 && now - rate.countedAt >= LEASE_IDLE_MS;

/** All tills of this gateway, and the requests that wait for a lease. */
export class TillHouse implements Tills {
  readonly #clock: Clock;
  readonly #askCore: () => void;
  readonly #mayAdmit: () => 'stopping' | 'spool_full' | null;
  readonly #reachable: () => boolean;
  readonly #away: () => boolean;
  /** Until core has told the time once, or is away: a wrong clock opens wrong windows. */
  #clockReady: Promise<void> | null;
  readonly #tills = new Map<string, Till>();
  /** Tills that admitted or asked since their totals were last sent. */
  #touched = new Set<Till>();
  readonly #paces = new Paces();
  /** Nobody divides rate limits just now: no core has the desk, or it does not answer. */
  #deskless = false;
  #waiters: Waiter[] = [];
  #generations = 0;

  constructor(of: {
    clock: Clock;
    askCore: () => void;
    mayAdmit: () => 'stopping' | 'spool_full' | null;
    /** The last sync got through. */
    reachable: () => boolean;
    /** Several have not. */
    away: () => boolean;
    /** Core's time is known, or was waited for long enough. */
    clockReady: Promise<void>;
  }) {
    this.#clock = of.clock;
    this.#askCore = of.askCore;
    this.#mayAdmit = of.mayAdmit;
    this.#reachable = of.reachable;
    this.#away = of.away;
    this.#clockReady = of.clockReady.then(() => {
      this.#clockReady = null;
    });
  }

  admit(request: AdmissionRequest): Admission | Promise<Admission> {
    if (this.#clockReady) return this.#clockReady.then(() => this.admit(request));
    // What was admitted before goes on: its record is due either way.
    const barred = request.span ? null : this.#mayAdmit();
    if (barred) {
      return { kind: 'refused', refusal: refuse(barred, { retryAfterS: RETRY_AFTER_S }) };
    }
    const till = this.till(request.fact.customer.id);
    const now = this.#clock.now();
    this.#touched.add(till);
    offerTo(till, request, now);
    if (till.rate) this.#paces.add(till);
    const answer = admit(till, request, now);
    if (answer.kind !== 'ask') return answer;
    // After several failed syncs nobody waits for the next one: the plan decides at once.
    return this.#away() ? this.#decideWithoutCore(request) : this.#wait(request);
  }

  till(customerId: string): Till {
    let till = this.#tills.get(customerId);
    if (!till) {
      this.#generations += 1;
      till = openTill(customerId, this.#generations);
      this.#tills.set(customerId, till);
    }
    return till;
  }

  /** Totals of the windows that should be topped up; at most `max`. */
  totals(max: number): LeaseTotals[] {
    const all: LeaseTotals[] = [];
    const now = this.#clock.now();
    for (const till of this.#touched) {
      if (all.length >= max) break;
      all.push(...totals(till, now));
      this.#touched.delete(till);
    }
    return all.slice(0, max);
  }

  /** What core should hear about rates now; at most `max`. */
  rates(max: number): RateReport[] {
    return this.#paces.reports(max, this.#clock.now());
  }

  /** Core knows of no share any more: all are to be told. */
  tellShares(): void {
    this.#paces.tellAll();
  }

  /** Core answered these rate reports, sent at this core time. */
  shared(sent: readonly RateReport[], { desk, shares }: SyncAnswer, sentAt: number): void {
    this.#deskless = desk === undefined;
    // Those who wait say so again when they are tried again.
    if (this.#deskless) this.#paces.dropTakes();
    if (this.#deskless) return this.askAgain([], sent);
    const at = { sentAt, now: this.#clock.now() };
    this.#paces.heard(sent);
    for (const share of shares) this.#paces.take(share, this.#tills.get(share.customer), at);
  }

  /** The clock made a step of so many ms. */
  stepped(ms: number): void {
    this.#paces.stepped(ms);
  }

  /** The clocks disagree, as after a suspend: no share can be trusted to be young. */
  dropShares(): void {
    this.#paces.dropAll();
  }

  /** Core answered these totals: takes in the grants and decides again for everyone who waits. */
  answered(sent: readonly LeaseTotals[], answer: Pick<SyncAnswer, 'grants' | 'as_of'>): void {
    const now = this.#clock.now();
    const asOf = BigInt(answer.as_of);
    for (const total of sent) {
      const till = this.#holderOf(total.window);
      if (till) acknowledge(till, total);
    }
    for (const from of answer.grants) {
      const till = this.#holderOf(from.window);
      if (till) grant(till, from, { asOf, now });
    }
    this.#decideWaiting();
    if (this.#waiters.length > 0) this.#askLater(answer.grants);
  }

  #decideWaiting(): void {
    const waiting = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiting) this.#decideAgain(waiter);
    // Also where nobody waits any more.
    this.#paces.endTurns();
  }

  /** Asks again when it can help: at once, or when others have had time to give back. */
  #askLater(grants: readonly LeaseGrant[]): void {
    const pauses = grants.map((from) => from.retry_in_ms ?? 0).filter((pause) => pause > 0);
    if (this.#deskless) pauses.push(DESK_AWAY_MS);
    if (pauses.length === 0) this.#askCore();
    else setTimeout(() => this.retry(), Math.min(...pauses)).unref();
  }

  /** Decides again for everyone who waits; for who still has to, core is asked. */
  retry(): void {
    this.#decideWaiting();
    if (this.#waiters.length > 0) this.#askCore();
  }

  #holderOf(window: string): Till | undefined {
    return this.#tills.get(window.slice(0, window.indexOf('|')));
  }

  /** The ask was not answered: what it said must be said again. */
  askAgain(unanswered: readonly LeaseTotals[], rates: readonly RateReport[]): void {
    for (const report of rates) this.#paces.unheard(report, this.#tills.get(report.customer));
    for (const { window } of unanswered) {
      const till = this.#holderOf(window);
      if (till) this.#touched.add(till);
    }
  }

  /** A customer's limits or units changed: nothing is exhausted any more until core says so. */
  reopen(customerId: string, change: bigint): void {
    const till = this.#tills.get(customerId);
    if (!till) return;
    reopen(till, change);
    if (this.#waiters.length > 0) this.retry();
  }

  /** Gives units back: of a window in which another till ran dry, or all when limits changed. */
  recall(customerId: string, window?: string): void {
    const till = this.#tills.get(customerId);
    if (!till) return;
    recall(till, window);
    this.#touched.add(till);
    this.#askCore();
  }

  /**
   * Core has ended the boot: nothing is lent any more, and all begins anew. Gives records of what
   * was set aside for requests under way, for the ended boot to spend.
   */
  startAnew(): UsageRecord[] {
    const records: UsageRecord[] = [];
    for (const till of this.#tills.values()) {
      this.#generations += 1;
      const aside = leaveBoot(till, this.#generations);
      if (aside.length > 0) records.push(spendOnly('set_aside', till.customerId, aside));
    }
    this.#touched.clear();
    this.#paces.clear();
    return records;
  }

  /** Gives back what is idle, and drops tills that hold nothing any more. */
  sweep(): void {
    const now = this.#clock.now();
    for (const [id, till] of this.#tills) {
      if (forget(till, now)) {
        this.#tills.delete(id);
        this.#touched.delete(till);
        this.#paces.forget(till);
        continue;
      }
      giveBackIdle(till, now);
      if (till.rate && isIdle(till.rate, now)) dropShare(till.rate);
      this.#touched.add(till);
    }
  }

  get size(): number {
    return this.#tills.size;
  }

  #wait(request: AdmissionRequest): Promise<Admission> {
    return new Promise((resolve) => {
      const deadline = this.#clock.now() + LEASE_WAIT_MS;
      const waiter: Waiter = {
        request,
        deadline,
        resolve,
        timer: setTimeout(() => this.#giveUp(waiter), LEASE_WAIT_MS),
      };
      this.#waiters.push(waiter);
      this.#askCore();
    });
  }

  #decideAgain(waiter: Waiter): void {
    const till = this.till(waiter.request.fact.customer.id);
    this.#touched.add(till);
    const answer = admit(till, waiter.request, this.#clock.now());
    if (answer.kind === 'ask') {
      this.#waiters.push(waiter);
      return;
    }
    clearTimeout(waiter.timer);
    waiter.resolve(answer);
  }

  /** Nothing was lent in time: core is away, or others have not given back what they hold. */
  #giveUp(waiter: Waiter): void {
    this.#waiters = this.#waiters.filter((other) => other !== waiter);
    waiter.resolve(this.#decideWithoutCore(waiter.request));
  }

  #decideWithoutCore(request: AdmissionRequest): Admission {
    const till = this.till(request.fact.customer.id);
    const now = this.#clock.now();
    if (!this.#reachable()) return admitUnreachable(till, request, now);
    return giveUp(till, request, { now, deskless: this.#deskless });
  }
}
