import type { LeaseTotals, RateReport, SyncAnswer } from '@tollgate/billing-core/contract/sync.ts';
import { spendOnly, type UsageRecord } from '../core/record.ts';
import { refuse } from '../core/refusal.ts';
import { shiftRate } from '../core/rate.ts';
import {
  acknowledge,
  askableAt,
  askLater,
  forget,
  giveBackIdle,
  grant,
  hasNews,
  leaveBoot,
  LEASE_IDLE_MS,
  recall,
  reopen,
  waitsNot,
} from '../core/lending.ts';
import {
  admit,
  admitUnreachable,
  giveUp,
  offerTo,
  openTill,
  type Till,
  type TillAnswer,
} from '../core/till.ts';
import type { Admission, AdmissionRequest, Clock, Tills } from '../ports.ts';
import { LeaseNews } from './lease-news.ts';
import { Paces } from './paces.ts';
import { Sweep } from './sweep.ts';
import { LEASE_WAIT_MS, WaitingRoom } from './waiting-room.ts';

const RETRY_AFTER_S = 1;

/** With more tills than this, idle ones are given up sooner: the more there are, the sooner. */
export const TILLS_AT_EASE = 20_000;
/** In so many sweeps each till is looked at once. */
const SWEEPS_A_ROUND = 10;

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
  readonly #sweep = new Sweep(this.#tills, SWEEPS_A_ROUND);
  readonly #news = new LeaseNews();
  readonly #paces = new Paces();
  readonly #waiting: WaitingRoom;
  /** Core lends nothing just now: its database went back to an earlier state. */
  #closed = false;
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
    this.#waiting = new WaitingRoom({
      now: () => of.clock.now(),
      askCore: of.askCore,
      decide: (request) => this.#decideAgain(request),
      reachable: of.reachable,
      giveUp: (request, { heard, held }) =>
        this.#decideWithoutCore(request, { heard, slow: !held }),
      askableAt: (customerId, windows) => askableAt(this.till(customerId), windows),
    });
  }

  admit(request: AdmissionRequest, now = this.#clock.now()): Admission | Promise<Admission> {
    if (this.#clockReady) return this.#clockReady.then(() => this.admit(request));
    const barred = this.#mayAdmit();
    // While the gateway stops what was admitted before may go on; its record is due either way. On
    // a full spool it may not: each span more would be one more record that waits in memory.
    if (barred === 'spool_full' || (barred && !request.span)) {
      return { kind: 'refused', refusal: refuse(barred, { retryAfterS: RETRY_AFTER_S }) };
    }
    const till = this.till(request.fact.customer.id);
    this.#news.touched(till);
    offerTo(till, request, now);
    this.#paces.add(till);
    const answer = admit(till, request, now);
    if (answer.kind !== 'ask') return answer;
    // After several failed syncs nobody waits for the next one: the plan decides at once.
    const alone = this.#away() || this.#decidesAlone(till);
    // Nor for units that others did not give back for as long as anybody waits.
    const isVain = askableAt(till, answer.windows) - now > LEASE_WAIT_MS;
    if (isVain) waitsNot(till, answer.windows);
    if (alone || isVain) return this.#decideWithoutCore(request);
    return this.#waiting.enter(request, answer.windows);
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
    return this.#news.totals(max, this.#clock.now());
  }

  /** What core should hear about rates now; at most `max`. */
  rates(max: number): RateReport[] {
    return this.#paces.reports(max, this.#clock.now());
  }

  /** Core knows of no share any more: all are to be told. */
  tellShares(): void {
    this.#paces.tellAll(this.#tills.values());
  }

  /** Core answered these rate reports, sent at this core time. */
  shared(sent: readonly RateReport[], { desk, shares }: SyncAnswer, sentAt: number): void {
    this.#waiting.deskless = desk === undefined;
    // Those who wait say so again when they are tried again.
    if (this.#waiting.deskless) this.#paces.dropTakes();
    if (this.#waiting.deskless) return this.askAgain([], sent);
    const at = { sentAt, now: this.#clock.now() };
    this.#paces.heard(sent);
    for (const share of shares) this.#paces.take(share, this.#tills.get(share.customer), at);
  }

  /** The clock made a step of so many ms. */
  stepped(ms: number): void {
    for (const { rate } of this.#tills.values()) if (rate) shiftRate(rate, ms);
  }

  /** The clocks disagree, as after a suspend: no share can be trusted to be young. */
  dropShares(): void {
    for (const till of this.#tills.values()) this.#paces.drop(till);
  }

  /** Core answered these totals: takes in the grants and decides again for everyone who waits. */
  answered(sent: readonly LeaseTotals[], answer: SyncAnswer): void {
    const now = this.#clock.now();
    this.#closed = answer.recovery?.open === false;
    const asOf = BigInt(answer.as_of);
    for (const total of sent) {
      const till = this.#holderOf(total.window);
      if (till) acknowledge(till, total);
    }
    for (const from of answer.grants) {
      const till = this.#holderOf(from.window);
      if (!till) continue;
      grant(till, from, { asOf, now });
      // While core lends nothing at all, the pause that it names is its own.
      if (!this.#closed) askLater(till, from, now);
    }
    const told = new Set(sent.map(({ window }) => window));
    const granted = new Set(answer.grants.map(({ window }) => window));
    this.#waiting.answered(told, told.difference(granted));
    // Also where nobody waits any more.
    this.#paces.endTurns();
  }

  /** Decides again for everyone who waits; for who still has to, core is asked. */
  retry(): void {
    this.#waiting.retry();
  }

  #holderOf(window: string): Till | undefined {
    return this.#tills.get(window.slice(0, window.indexOf('|')));
  }

  /** The ask was not answered: what it said must be said again. */
  askAgain(unanswered: readonly LeaseTotals[], rates: readonly RateReport[]): void {
    for (const report of rates) this.#paces.unheard(report, this.#tills.get(report.customer));
    for (const { window } of unanswered) {
      const till = this.#holderOf(window);
      if (till) this.#news.touched(till);
    }
  }

  /** A customer's limits or units changed: nothing is exhausted any more until core says so. */
  reopen(customerId: string, change: bigint): void {
    const till = this.#tills.get(customerId);
    if (!till) return;
    reopen(till, change);
    this.#waiting.retryFor(customerId);
  }

  /** What was missed may be anything: all that is not in use goes back, and is asked for anew. */
  startOver(change: bigint): void {
    for (const customerId of this.#tills.keys()) {
      this.recall(customerId);
      this.reopen(customerId, change);
    }
  }

  /** Gives units back: of a window in which another till ran dry, or all when limits changed. */
  recall(customerId: string, window?: string): void {
    const till = this.#tills.get(customerId);
    if (!till) return;
    recall(till, window);
    this.#news.touched(till);
    // Of a window that all others are asked for, most hold nothing.
    if (hasNews(till)) this.#askCore();
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
    this.#news.clear();
    this.#paces.clear();
    return records;
  }

  /**
   * Gives back what is idle, and drops tills that hold nothing any more. Each call looks at a part
   * of them, so that none takes long.
   */
  sweep(): void {
    const now = this.#clock.now();
    const idleMs = LEASE_IDLE_MS * Math.min(1, TILLS_AT_EASE / this.#tills.size);
    this.#sweep.next((till) => this.#look(till, now, idleMs));
  }

  #look(till: Till, now: number, idleMs: number): void {
    if (forget(till, now, idleMs)) {
      this.#tills.delete(till.customerId);
      this.#news.forget(till);
      this.#paces.forget(till);
      return;
    }
    giveBackIdle(till, now, idleMs);
    this.#news.look(till);
    if (till.rate?.share && now - till.rate.offeredAt >= idleMs) this.#paces.drop(till);
    else this.#paces.add(till);
  }

  get size(): number {
    return this.#tills.size;
  }

  #decideAgain(request: AdmissionRequest): TillAnswer {
    const till = this.till(request.fact.customer.id);
    this.#news.touched(till);
    return admit(till, request, this.#clock.now());
  }

  /** While core lends nothing the plan decides on quotas; parts of rate limits there still are. */
  #decidesAlone = ({ rate }: Till): boolean => this.#closed && rate?.share !== null;

  #decideWithoutCore(
    request: AdmissionRequest,
    { heard, slow } = { heard: true, slow: false },
  ): Admission {
    const till = this.till(request.fact.customer.id);
    const now = this.#clock.now();
    const alone = !heard || !this.#reachable() || this.#decidesAlone(till);
    if (alone) return admitUnreachable(till, request, now);
    const deskless = this.#waiting.deskless || this.#closed;
    return giveUp(till, request, { now, deskless, slow });
  }
}
