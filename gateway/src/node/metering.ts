import { encodeRecord } from '../core/record.ts';
import { cancel, carry, isIdle, spanAfter } from '../core/span.ts';
import { settle } from '../core/till.ts';
import type {
  Admission,
  Clock,
  Hold,
  LongRequest,
  Metering,
  Progress,
  Settlement,
} from '../ports.ts';
import { Book, type Place } from './book.ts';
import { Roster } from './roster.ts';
import type { BatchFiles } from './spool/batches.ts';
import type { Spool } from './spool/spool.ts';
import type { TillHouse } from './tills.ts';

/** A batch is cut when it has this many entries: core takes no more than 20,000 rows of a kind. */
export const BATCH_ENTRIES_CUT = 4_000;

type SetClock = Clock & { readonly isSet: boolean };

/** Records admitted requests durably and cuts what was recorded into batches. */
export class SpoolMetering implements Metering {
  readonly #tills: TillHouse;
  readonly #clock: SetClock;
  readonly #onFull: () => void;
  readonly #onStuck: (error: unknown) => void;
  readonly #open = new Roster<Hold>();
  /** Recorded, and not known to be on disk. */
  readonly #settling = new Roster<Hold>();
  #book: Book;

  constructor(of: {
    spool: Spool;
    batches: BatchFiles;
    /** Running totals in memory; COUNTS_MAX when left out. */
    countsMax?: number;
    tills: TillHouse;
    clock: SetClock;
    onFull: () => void;
    onStuck: (error: unknown) => void;
  }) {
    this.#book = new Book(of);
    this.#tills = of.tills;
    this.#clock = of.clock;
    this.#onFull = of.onFull;
    this.#onStuck = of.onStuck;
  }

  /** Running totals in memory. */
  get counted(): number {
    return this.#book.tally.counted;
  }

  get openRequests(): number {
    return this.#open.size + this.#settling.size;
  }

  /** Requests whose answers left, and whose records the disk did not take. */
  get unwritten(): number {
    return this.#book.spool.unwritten;
  }

  /** What core has not acknowledged of this boot. */
  get backlog(): { records: number; bytes: number; ageMs: number } {
    const { talliedFrame, spool, backlog } = this.#book;
    const acknowledged = this.acknowledgedFrame();
    return {
      records: Math.max(0, talliedFrame - acknowledged),
      bytes: spool.bytes,
      ageMs: talliedFrame > acknowledged ? backlog.ageOf(acknowledged + 1) : 0,
    };
  }

  begin(hold: Hold, forward: () => void): void {
    this.#open.add(hold);
    this.#book.spool.begin(forward);
  }

  settle(hold: Hold, settlement: Settlement, release: () => void): void {
    if (!this.#open.has(hold)) throw new Error('a hold is settled once, after it has begun');
    const record = settle(this.#tills.till(hold.fact.customer.id), hold, settlement);
    const book = this.#book;
    this.#open.delete(hold);
    this.#settling.add(hold);
    const written = (frame: number): void => {
      // First, while its hold keeps the watermark back: a batch that is cut here lacks this record.
      if (frame > book.talliedFrame + 1) this.#skipTo(book, frame);
      // Only what is on disk enters a batch.
      this.#settling.delete(hold);
      book.take(record, frame);
      if (book.tally.entries >= BATCH_ENTRIES_CUT && book === this.#book) this.#cutFull();
    };
    const lost = (): void => {
      this.#settling.delete(hold);
      book.incomplete = true;
      book.untoldFrom = Math.min(book.untoldFrom, hold.admittedAt);
    };
    book.spool.append(encodeRecord(record), { written, release, lost });
  }

  /** The frames before this one do not exist: no batch has them in its range. */
  #skipTo(book: Book, frame: number): void {
    if (book === this.#book) this.cut();
    if (book.talliedFrame === book.cutFrame) book.cutFrame = frame - 1;
  }

  checkpoint(hold: Hold, progress: Progress, request: LongRequest): void {
    const { requestId, fact, route } = hold;
    const till = this.#tills.till(fact.customer.id);
    const span = spanAfter(hold, progress);
    const idle = isIdle(hold, progress);
    if (idle) cancel(till, hold);
    else this.settle(hold, progress, () => {});
    const goOn = (next: Hold): void => {
      // One that used nothing is no frame, so it stays the same one of the admitted total.
      if (idle) this.#swap(hold, next);
      else this.begin(next, () => {});
      request.goOn(next);
    };
    const answer = request.again({ span, uploaded: progress.uploaded });
    if (!(answer instanceof Promise) && answer.kind === 'admitted') return goOn(answer.hold);
    const asked = { requestId, fact, route, requestBytes: 0, span };
    const carried = carry(till, asked, this.#clock.now());
    goOn(carried);
    if (!(answer instanceof Promise)) return request.end(answer.refusal);
    answer.then(
      (decided) => this.#decided(carried, decided, request),
      (error: unknown) => request.crashed(error),
    );
  }

  #decided(carried: Hold, decided: Admission, request: LongRequest): void {
    const till = this.#tills.till(carried.fact.customer.id);
    const goesOn = this.#open.has(carried);
    if (decided.kind === 'refused') {
      if (goesOn) request.end(decided.refusal);
    } else if (goesOn) {
      cancel(till, carried);
      this.#swap(carried, decided.hold);
      request.goOn(decided.hold);
    } else cancel(till, decided.hold);
  }

  #swap(from: Hold, to: Hold): void {
    this.#open.delete(from);
    this.#open.add(to);
  }

  flush(): void {
    this.#book.spool.flush();
  }

  // Not left to the next flush: while core is away that can be seconds, and a batch has a limit.
  #cutFull(): void {
    this.cut();
    this.#onFull();
  }

  /**
   * Every request admitted before this core time is in a batch already cut, or in a gap that core
   * is told of with it; 0 while core's time is not known: a host's clock that is ahead would close
   * periods that are not over.
   */
  watermark(): number {
    // Nor can anything be said of what is recorded while the disk takes no batch of it.
    if (!this.#clock.isSet || this.stuck || this.#book.underWay) return 0;
    if (this.#book.spool.untold === 0) this.#book.untoldFrom = Infinity;
    let earliest = Math.min(this.#clock.now(), this.#book.untoldFrom);
    for (const hold of this.#open) earliest = Math.min(earliest, hold.admittedAt);
    for (const hold of this.#settling) earliest = Math.min(earliest, hold.admittedAt);
    return earliest;
  }

  /** Requests of this boot were answered that will never be in a batch. */
  get incomplete(): boolean {
    return this.#book.incomplete;
  }

  /** The disk took no batch: what is recorded is safe in frames, but more must not be admitted. */
  get stuck(): boolean {
    return this.#book.uncut !== null;
  }

  /** The last frame whose batch core has acknowledged; frames up to it need no segment any more. */
  acknowledgedFrame(): number {
    const { batches } = this.#book;
    const oldest = batches.pending[0];
    if (oldest === undefined) return batches.batchedFrame;
    return (batches.placeOf(oldest)?.first ?? 1) - 1;
  }

  /**
   * Puts everything recorded so far into the next batch, on disk; false when that did not work, or
   * there was nothing.
   */
  cut(): boolean {
    const book = this.#book;
    const underWay = book.underWay !== null;
    if (underWay) {
      // Not waited for: it is written once more, and what waits for it finds that done.
      book.uncut = book.underWay;
      book.underWay = null;
      if (!this.#writeUncut(book)) return false;
    }
    book.uncut ??= book.next(this.watermark());
    return book.uncut === null ? underWay : this.#writeUncut(book);
  }

  /** The same, while requests go on; one at a time. */
  async cutBeside(): Promise<boolean> {
    const book = this.#book;
    // What the disk did not take is tried again at once, as what is left behind it must wait.
    if (book.uncut !== null || book.underWay !== null) return this.cut();
    const batch = book.next(this.watermark());
    if (batch === null) return false;
    book.underWay = batch;
    const overtaken = (): boolean => book.underWay !== batch;
    try {
      await book.batches.writeBeside(batch, overtaken);
    } catch (error) {
      if (overtaken()) return true;
      book.underWay = null;
      book.uncut = batch;
      this.#onStuck(error);
      return false;
    }
    if (overtaken()) return true;
    book.underWay = null;
    book.isCut(batch);
    return true;
  }

  #writeUncut(book: Book): boolean {
    const { uncut } = book;
    if (uncut === null) return false;
    try {
      book.batches.write(uncut);
    } catch (error) {
      this.#onStuck(error);
      return false;
    }
    book.uncut = null;
    book.isCut(uncut);
    return true;
  }

  /**
   * The boot is left: requests under way go on in the next one, `goesOn` hears of each; what was
   * set aside for them is spent with the old one. Throws when the disk did not take it.
   */
  moveTo(place: Place, goesOn: (hold: Hold) => void = () => {}): void {
    const old = this.#book;
    if (old.underWay) this.cut();
    old.spool.flush();
    for (const record of this.#tills.startAnew()) old.spool.append(encodeRecord(record));
    for (const hold of this.#open) goesOn(hold);
    // Both count them, should the process end between the two: too many in doubt, never too few.
    place.spool.takeOver(this.#open.size);
    old.spool.end();
    this.#book = new Book(place);
  }
}
