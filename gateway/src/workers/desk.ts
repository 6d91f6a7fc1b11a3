import { acknowledge, forget, grant, recall, reopen } from '../core/lending.ts';
import type { RateLimit } from '../core/rate.ts';
import { offerTo, openTill, type Till } from '../core/till.ts';
import type { AdmissionRequest, Hold } from '../ports.ts';
import { Outbox } from './outbox.ts';
import type { RefusalCount, Report, ReportAnswer } from './report.ts';
import { asksOf } from './sub-lease.ts';
import { lapse, rateAsk, takeTokens } from './sub-rate.ts';

const MINUTE_MS = 60_000;
const REASONS_MAX = 50;
const REPORT_MS = 100;
/** Who asked for a token must find it when the answer is there. */
const TOKEN_MS = 100;

/** One customer's counter in this isolate: a till whose core is the till object. */
export class Desk {
  readonly customerId: string;
  /** Name of the till object. */
  readonly object: string;
  readonly till: Till;
  readonly outbox: Outbox;
  readonly open = new Set<Hold>();
  /** Counts admissions and endings, so that who waits can see whether anything went on. */
  activity = 0;
  /** Core time of the last report that was begun to top up. */
  toppedUpAt = 0;
  /** Core time at which the newest report left, while it is not answered. */
  reporting: number | null = null;
  /** The object cannot ask core. */
  away = false;
  /** The object has told what core said; until then nobody knows what there is. */
  heard = false;
  /** Core did not answer what the last report asked for. */
  coreSilent = false;
  #limit: RateLimit | null = null;
  #offered = 0;
  #keepMs = 0;
  #refusals = new Map<string, RefusalCount>();
  #recalled = new Set<string>();

  /** `firstParcel`: no parcel of this isolate had that number or a higher one. */
  constructor(of: {
    customerId: string;
    object: string;
    generation: number;
    firstParcel?: number;
  }) {
    this.customerId = of.customerId;
    this.object = of.object;
    this.outbox = new Outbox(of.firstParcel);
    this.till = openTill(of.customerId, of.generation);
  }

  refused(reason: string, now: number): void {
    const minute = Math.floor(now / MINUTE_MS);
    const key = `${minute}|${reason}`;
    const count = this.#refusals.get(key);
    if (count) count.requests += 1;
    else if (this.#refusals.size < REASONS_MAX) {
      this.#refusals.set(key, { customer: this.customerId, minute, reason, requests: 1 });
    }
  }

  /** Before each decision: counts the request as demand, and lets old tokens lapse. */
  offer(request: AdmissionRequest, now: number): void {
    offerTo(this.till, request, now);
    if (!this.till.rate) return;
    this.#limit = request.fact.customer.rate_limit;
    this.#offered += 1;
    lapse(this.till.rate, this.#keepMs, now);
  }

  /** A report is under way; one whose request was cancelled never ends, and does not count long. */
  isReporting(now: number): boolean {
    return this.reporting !== null && now - this.reporting < REPORT_MS;
  }

  /** Whether nothing is held or under way that the object does not know of. */
  isSettled(now: number): boolean {
    if (this.open.size > 0 || this.outbox.size > 0 || this.#refusals.size > 0) return false;
    const { rate } = this.till;
    // Tokens are kept for a moment only, and nobody has to hear that they lapsed.
    const lapsed = !rate?.share || now - rate.share.renewedAt > this.#keepMs;
    if (rate?.take === 0 && lapsed) this.till.rate = null;
    return forget(this.till, now);
  }

  reopened(change: bigint): void {
    reopen(this.till, change);
  }

  /** Core wants these units back: they go to the object with the next report, and on to core. */
  recalled(window: string): void {
    recall(this.till, window);
    this.#recalled.add(window);
  }

  /** Everything the object should know now. */
  report(isolate: string, now: number): Report {
    const { outbox, open, till } = this;
    const parcels = outbox.take(now);
    let watermark = Math.min(now, outbox.earliest);
    for (const { admittedAt } of open) watermark = Math.min(watermark, admittedAt);
    const refusals = [...this.#refusals.values()];
    const recalled = [...this.#recalled];
    const rate = rateAsk(till.rate, { offered: this.#offered, limit: this.#limit, now });
    this.#refusals = new Map();
    this.#recalled = new Set();
    this.#offered = 0;
    return {
      isolate,
      customerId: this.customerId,
      floor: outbox.floor,
      parcels,
      asks: asksOf(till, now),
      watermark,
      open: open.size + outbox.size,
      reopened: String(till.reopenedAt),
      rate,
      recalled,
      refusals,
      givenUp: outbox.givenUp,
    };
  }

  /** The object's answer to a report that was sent at `sentAt`, core time. */
  answered(report: Report, answer: ReportAnswer, at: { sentAt: number; now: number }): void {
    const { now } = at;
    this.away = answer.away;
    this.heard ||= answer.heard;
    this.coreSilent = answer.unanswered ?? false;
    this.outbox.stored(report.parcels);
    this.outbox.told(report.givenUp ?? []);
    for (const ask of report.asks) acknowledge(this.till, ask);
    const news = { asOf: BigInt(answer.asOf), now };
    for (const from of answer.grants) grant(this.till, from, news);
    if (!answer.rate || !this.till.rate) return;
    this.#keepMs = Math.max(answer.rate.aheadMs, TOKEN_MS);
    takeTokens(this.till.rate, answer.rate, at);
  }

  /** Nobody knows if the object took it in: parcels go again, refusals are not counted twice. */
  unanswered(report: Report): void {
    this.outbox.failed(report.parcels);
    for (const window of report.recalled) this.#recalled.add(window);
    this.#offered += report.rate?.offered ?? 0;
    if (report.rate && this.till.rate) this.till.rate.news = true;
  }
}
