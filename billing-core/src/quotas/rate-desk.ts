import { z } from 'zod';
import { RATES_MAX, rateReport, rateShare, type SyncEnvelope } from '../contract/sync.ts';
import type { Clock } from '../kit/clock.ts';
import { spoolName, type DeskBooks, type LiveBoot } from './desk-books.ts';
import { RateShares } from './rate-shares.ts';

const SWEEP_EVERY_MS = 60_000;

const name = z.string().max(150);
const count = z.number().int().min(0);

/** What a sync says that concerns rate limits, and whether its boot has ended with it. */
export const deskQuestion = z.strictObject({
  gateway: name,
  boot: name,
  fingerprint: name,
  message: count,
  /** The desk that has now been told of every share this boot holds. */
  desk: count.nullable(),
  rates: z.array(rateReport).max(RATES_MAX),
  /** It is the boot's own process that speaks, not a later one that ships what it left. */
  own: z.boolean(),
  over: z.boolean(),
});
export type DeskQuestion = z.infer<typeof deskQuestion>;

/** With no `desk` nobody divides rates just now: tills go on with what they hold. */
export const deskAnswer = z.object({ desk: count.optional(), shares: z.array(rateShare) });
export type DeskAnswer = z.infer<typeof deskAnswer>;

export const NO_DESK: DeskAnswer = { shares: [] };

/** Who answers what tills ask of rate limits: a desk here, or the way to the one elsewhere. */
export type Rates = { ask(question: DeskQuestion): Promise<DeskAnswer> };

export const questionOf = (envelope: SyncEnvelope, over: boolean): DeskQuestion => {
  const { gateway, boot, fingerprint, message, by, desk = null, rates } = envelope;
  return { gateway, boot, fingerprint, message, desk, rates, own: by === boot, over };
};

type DeskOf = {
  /** Tells this desk from the one before it, whose shares it does not know. */
  number: number;
  books: DeskBooks;
  /** Runs on whatever becomes of the time of day. */
  clock: Clock;
};

/**
 * Where tills ask for their part of a customer's rate limit. Its memory is this process's: at
 * first nothing is raised, until every live boot has said what it holds, or 130 s have passed.
 */
export class RateDesk implements Rates {
  readonly #books: DeskBooks;
  readonly #clock: Clock;
  readonly #shares: RateShares;
  /** Spools whose process has told this desk of all it holds; kept until it is open. */
  readonly #reported = new Set<string>();
  /** Boots of whom this desk has heard the first message, by spool. */
  readonly #begun = new Map<string, string>();
  readonly number: number;
  #sweptAt = 0;

  constructor({ number, books, clock }: DeskOf) {
    this.#books = books;
    this.#clock = clock;
    this.number = number;
    this.#shares = new RateShares(clock());
  }

  /**
   * Takes in what a till says and answers with its parts. What is decided here is decided in one
   * turn after the books were read: they are open to the one desk that may divide, at that moment.
   * To count a till as heard and to take in what it holds is one turn too, or a question that is
   * answered in between would find the desk open and be given what this till holds.
   */
  async ask(question: DeskQuestion): Promise<DeskAnswer> {
    const { gateway, boot, message, rates, over } = question;
    const from = `${gateway}/${boot}`;
    const customers = rates.map((report) => report.customer);
    const limits = await this.#books.limits(customers);
    if (limits === null) return NO_DESK;
    // A first message is noted before the books are read: they may show it only after that.
    this.#noteBegun(question);
    const isClosed = this.#shares.isClosed(this.#clock());
    const live = isClosed ? await this.#books.liveBoots() : null;
    const now = this.#clock();
    this.#openIfAllReported(question, live, now);
    this.#sweep(now);
    if (over) this.#shares.end(from, now);
    const reports = rates.map((report) => ({ ...report, limit: limits.get(report.customer) }));
    const shares = over ? [] : this.#shares.report({ boot: from, message }, reports, now);
    return { desk: this.number, shares };
  }

  // A newer process holds the spool: the older one on it is dead, so the spool is what counts.
  #noteBegun({ gateway, boot, fingerprint, message, own }: DeskQuestion): void {
    if (own && message === 1) this.#begun.set(spoolName(gateway, fingerprint), boot);
  }

  #openIfAllReported(
    { gateway, fingerprint, desk, own }: DeskQuestion,
    live: readonly LiveBoot[] | null,
    now: number,
  ): void {
    if (!this.#shares.isClosed(now)) {
      this.#reported.clear();
      this.#begun.clear();
      return;
    }
    // A sync alone tells nothing of shares that are not used much: the till must say that this
    // is all.
    if (own && desk === this.number) this.#reported.add(spoolName(gateway, fingerprint));
    if (live === null) return;
    const holdNothing = this.#holdNothing(live);
    const isKnown = (one: LiveBoot): boolean =>
      this.#reported.has(one.spool) || holdNothing.has(one.spool);
    if (live.every(isKnown)) this.#shares.open(now);
  }

  /**
   * Spools of which nothing but a first message came in: their tills hold nothing yet. That this
   * desk hears a first message says less: a core that was held up may pass it on when an older
   * desk has long answered later ones.
   */
  #holdNothing(live: readonly LiveBoot[]): Set<string> {
    const fresh = live.filter(
      ({ spool, boot, message }) => message <= 1 && this.#begun.get(spool) === boot,
    );
    return new Set(fresh.map(({ spool }) => spool));
  }

  #sweep(now: number): void {
    if (now - this.#sweptAt < SWEEP_EVERY_MS) return;
    this.#sweptAt = now;
    this.#shares.sweep(now);
  }
}
