import {
  GAPS_MAX,
  LEASES_MAX,
  REFUSALS_MAX,
  type BootEnd,
  type SyncAnswer,
  type SyncEnvelope,
  type UsageGap,
} from '@tollgate/billing-core/contract/sync.ts';
import type { GatewayCount } from '@tollgate/billing-core/contract/usage-batch.ts';
import { acknowledge, grant, totals } from '../core/lending.ts';
import { reportOf, takeShare } from '../core/rate.ts';
import { cutBatch, reboundBatches } from './batch.ts';
import type { Books, StoredBatch } from './books.ts';
import type { CoreClock } from './clock.ts';
import type { CoreClient } from './core-client.ts';
import { randomText } from './mint.ts';
import type { RefusalCount } from './report.ts';
import type { TillBooks } from './till-books.ts';

const VERSION = 'workers';
const BATCH_FRAMES_MAX = 5_000;
/** What one sync sends at most before it lets others speak; the rest goes with the next. */
const BATCHES_A_SYNC_MAX = 20;
const AWAY_AFTER = 3;

export type CoreSyncOf = {
  readonly books: Books;
  readonly core: CoreClient;
  readonly clock: CoreClock;
  /** Every request admitted before this core time is in the records. */
  readonly watermark: () => number;
};

/** A till object's side of the sync conversation: the gateway and the boot that it is to core. */
export class CoreSync {
  readonly #of: CoreSyncOf;
  #refusals: RefusalCount[] = [];
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  /** Core asked from a batch that is gone: it is told so, and goes on behind it. */
  #skip: SyncEnvelope['skip'] = null;
  /** Number of the newest change that the last answer took into account. */
  asOf = 0n;
  /** Core has answered at least once. */
  heard = false;
  failures = 0;
  /** Core's database went back to an earlier state since this boot began: it is to be ended. */
  wentBack = false;
  /** The desk that knows, or is just being told, what this object holds of the rate. */
  #desk: number | null = null;

  constructor(of: CoreSyncOf) {
    this.#of = of;
  }

  /** Core has been away for longer than a restart takes. */
  get away(): boolean {
    return this.failures >= AWAY_AFTER;
  }

  get boot(): string | undefined {
    return this.#of.books.read('boot');
  }

  /** Ids are stored before they are first sent: an object's requests wait for what it wrote. */
  openBoot(): void {
    const { books } = this.#of;
    if (books.read('gateway') === undefined) {
      books.save('gateway', `do_${randomText(20)}`);
      books.save('fingerprint', `dof_${randomText(20)}`);
    }
    if (books.read('boot') === undefined) books.save('boot', `bt_${randomText(20)}`);
  }

  addRefusals(refusals: readonly RefusalCount[]): void {
    const room = REFUSALS_MAX - this.#refusals.length;
    this.#refusals.push(...refusals.slice(0, Math.max(0, room)));
  }

  /** Says what was lost, in the next sync. */
  report(gap: UsageGap): void {
    this.#of.books.save('gaps', JSON.stringify([...this.#gaps(), gap]));
  }

  /** One whole sync that begins after this call: what was written before it is in it. */
  run(till: TillBooks): Promise<void> {
    const start = (): Promise<void> => {
      this.#next = undefined;
      this.#running = this.#sync(till).finally(() => {
        this.#running = undefined;
      });
      return this.#running;
    };
    if (!this.#running) return start();
    this.#next ??= this.#running.then(start, start);
    return this.#next;
  }

  async #sync(till: TillBooks): Promise<void> {
    try {
      for (let sent = 0; sent < BATCHES_A_SYNC_MAX; sent++) {
        await this.#cut();
        const batch = this.#of.books.pending();
        const answer = await this.#exchange(till, { batch, end: null });
        if (answer.boot_state !== 'live') return await this.#rebind(till, answer);
        const more = this.#of.books.pending() || this.#of.books.records(1).length > 0;
        if (!more) break;
      }
      this.failures = 0;
    } catch (error) {
      this.failures += 1;
      throw error;
    }
  }

  /** Ends the boot: unspent units go back. True when core has taken note, and the boot is gone. */
  async seal(till: TillBooks, inDoubt: number): Promise<boolean> {
    const { books } = this.#of;
    await this.run(till);
    const isAll = books.records(1).length === 0 && !books.pending() && this.#gaps().length === 0;
    if (!isAll) return false;
    const last = books.nextSequence() - 1;
    const end: BootEnd = { kind: 'seal', in_doubt: inDoubt, last };
    const answer = await this.#exchange(till, { batch: undefined, end });
    if (answer.boot_state === 'live') return false;
    books.endBoot();
    this.wentBack = false;
    return true;
  }

  async #exchange(
    till: TillBooks,
    { batch: next, end }: { batch: StoredBatch | undefined; end: BootEnd | null },
  ): Promise<SyncAnswer> {
    const { books, core, clock, watermark } = this.#of;
    const gaps = this.#gaps().slice(0, GAPS_MAX);
    // No word passes a gap that core is not told of: a period could be closed over it.
    const isWhole = gaps.length === this.#gaps().length;
    const batch = isWhole ? next : undefined;
    const leases = end ? [] : totals(till.till, clock.now(), { max: LEASES_MAX });
    const sentAt = clock.now();
    const { customerId, rate: pace } = till.till;
    const rate = pace && !end ? reportOf(pace, customerId, sentAt) : null;
    const refusals = this.#refusals.splice(0);
    const message = this.#number();
    const bornIn = books.read('recovery');
    const envelope: SyncEnvelope = {
      v: 1,
      gateway: books.read('gateway') ?? '',
      boot: books.read('boot') ?? '',
      by: books.read('boot') ?? '',
      fingerprint: books.read('fingerprint') ?? '',
      version: VERSION,
      batch: batch?.header ?? null,
      watermark: batch || !isWhole ? null : watermark(),
      leases,
      message,
      heard: Number(books.read('heard') ?? 0),
      recovery: bornIn === undefined ? null : Number(bornIn),
      rates: rate ? [rate] : [],
      desk: this.#desk,
      gaps,
      skip: this.#skip,
      refusals,
      end,
    };
    // What is returned is stored as returned before core hears of it.
    till.saveLeases();
    const askedAt = clock.wall();
    const answer = await core.sync(envelope, batch?.bytes);
    clock.learn(answer.now, askedAt);
    books.save('offset', String(clock.offset));
    this.#heard(answer, message);
    if (gaps.length > 0) books.save('gaps', JSON.stringify(this.#gaps().slice(gaps.length)));
    this.#skip = null;
    this.asOf = BigInt(answer.as_of);
    this.heard = true;
    this.#takeIn(answer, batch);
    if (answer.boot_state === 'live') this.#compare(answer.next_sequence);
    for (const sent of leases) acknowledge(till.till, sent);
    const news = { asOf: this.asOf, now: clock.now() };
    for (const from of answer.grants) grant(till.till, from, news);
    const [share] = answer.shares;
    if (share && pace) takeShare(pace, share, { sentAt, now: clock.now() });
    // Nobody divides rates just now: the report was not heard.
    if (rate && pace && answer.desk === undefined) pace.news = true;
    if (answer.desk !== undefined && answer.desk !== this.#desk) {
      this.#desk = answer.desk;
      if (pace?.share) pace.news = true;
    }
    till.saveLeases();
    return answer;
  }

  #heard({ recovery }: SyncAnswer, message: number): void {
    const { books } = this.#of;
    books.save('heard', `${message}`);
    if (!recovery) return;
    const bornIn = books.read('recovery');
    if (bornIn === undefined) books.save('recovery', `${recovery.number}`);
    this.wentBack = bornIn !== undefined && recovery.number !== Number(bornIn);
  }

  #takeIn(answer: SyncAnswer, batch: StoredBatch | undefined): void {
    if (!batch || !answer.batch) return;
    const { books, clock } = this.#of;
    const { sequence, entries, first_frame, last_frame } = batch.header;
    const { status, written } = answer.batch;
    if (status === 'gap') return;
    if (status === 'applied' && written !== entries) {
      throw new Error(`core wrote ${written} of ${entries} entries of batch ${sequence}`);
    }
    if (status === 'conflict') {
      this.report({ reason: `conflict_batch_${sequence}`, first_frame, last_frame });
    }
    books.acknowledge(sequence, clock.now());
  }

  /**
   * Core's database may have been restored to an earlier state: what it asks for is sent again, and
   * what is gone here it is told of, and goes on behind it.
   */
  #compare(expected: number): void {
    const { books } = this.#of;
    if (expected >= books.nextSequence()) return;
    books.reopenFrom(expected);
    const first = books.nextSequence();
    if (first > expected) this.#skip = { first: expected, last: first - 1 };
  }

  /** Puts what was recorded into the next batch: written here before it is first sent. */
  async #cut(): Promise<void> {
    const { books, watermark } = this.#of;
    const frames = books.records(BATCH_FRAMES_MAX);
    if (frames.length === 0) return;
    const all = frames.length < BATCH_FRAMES_MAX;
    const { batch, counts } = await cutBatch({
      frames,
      counts: JSON.parse(books.read('counts') ?? '[]') as GatewayCount[],
      sequence: Number(books.read('sequence') ?? 0) + 1,
      batchedFrame: Number(books.read('batched_frame') ?? 0),
      // Read before the records were: what is recorded meanwhile is in the next batch.
      watermark: all ? watermark() : 0,
    });
    books.saveBatch(batch, counts);
  }

  /** Core ended this boot by itself: what it did not take goes on under a new one. */
  async #rebind(till: TillBooks, answer: SyncAnswer): Promise<void> {
    const { books } = this.#of;
    const unsent = books.unsent().filter(({ header }) => header.sequence >= answer.next_sequence);
    const { batches, counts } = await reboundBatches(unsent);
    books.endBoot();
    this.wentBack = false;
    till.clear();
    this.openBoot();
    for (const batch of batches) books.saveBatch(batch, counts);
  }

  /** Numbers grow through the boot, also over restarts of the object. */
  #number(): number {
    const { books } = this.#of;
    const number = Number(books.read('message') ?? 0) + 1;
    books.save('message', `${number}`);
    return number;
  }

  #gaps(): UsageGap[] {
    return JSON.parse(this.#of.books.read('gaps') ?? '[]') as UsageGap[];
  }
}
