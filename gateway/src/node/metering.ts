import { encodeRecord } from '../core/meter.ts';
import { Tally } from '../core/tally.ts';
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
import type { BatchFiles, StoredBatch } from './spool/batches.ts';
import type { Spool } from './spool/spool.ts';
import { storedBatch } from './stored-batch.ts';
import type { TillHouse } from './tills.ts';

const DAY_MS = 86_400_000;
/** A batch is cut when it has this many entries: core takes no more than 20,000 rows of a kind. */
export const BATCH_ENTRIES_CUT = 4_000;

type SetClock = Clock & { readonly isSet: boolean };

/** Where one boot records: its frames, and the batches they are cut into. */
type Place = { readonly spool: Spool; readonly batches: BatchFiles };

class Book {
  readonly spool: Spool;
  readonly batches: BatchFiles;
  readonly tally = new Tally();
  cutFrame = 0;
  talliedFrame = 0;
  /** A batch that is cut and not on disk yet. */
  uncut: StoredBatch | null = null;

  constructor({ spool, batches }: Place) {
    this.spool = spool;
    this.batches = batches;
  }

  /** The next batch of what was recorded; it fixes what is in it. */
  next(watermark: number): StoredBatch | null {
    if (this.talliedFrame === this.cutFrame) return null;
    const batch = storedBatch(this.tally.take(), {
      sequence: this.batches.last + 1,
      firstFrame: this.cutFrame + 1,
      lastFrame: this.talliedFrame,
      watermark,
    });
    this.cutFrame = this.talliedFrame;
    return batch;
  }
}

/** Records admitted requests durably and cuts what was recorded into batches. */
export class SpoolMetering implements Metering {
  readonly #tills: TillHouse;
  readonly #clock: SetClock;
  readonly #onFull: () => void;
  readonly #onStuck: (error: unknown) => void;
  readonly #open = new Set<Hold>();
  /** Of these: recorded, and not known to be on disk. */
  #settling = 0;
  #book: Book;

  constructor(of: {
    spool: Spool;
    batches: BatchFiles;
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

  get openRequests(): number {
    return this.#open.size;
  }

  begin(hold: Hold, forward: () => void): void {
    this.#open.add(hold);
    this.#book.spool.begin(forward);
  }

  settle(hold: Hold, settlement: Settlement, release: () => void): void {
    if (!this.#open.has(hold)) throw new Error('a hold is settled once, after it has begun');
    const record = settle(this.#tills.till(hold.fact.customer.id), hold, settlement);
    const book = this.#book;
    this.#settling += 1;
    book.spool.append(encodeRecord(record), (frame) => {
      // Only what is on disk enters a batch; until then the hold keeps the watermark back.
      this.#open.delete(hold);
      this.#settling -= 1;
      book.talliedFrame = frame;
      book.tally.add(record);
      if (book.tally.entries >= BATCH_ENTRIES_CUT && book === this.#book) this.#cutFull();
      release();
    });
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
   * Every request admitted before this core time is in a batch already cut; 0 while core's time is
   * not known: a host's clock that is ahead would close periods that are not over.
   */
  watermark(): number {
    // Nor can anything be said of what is recorded while the disk takes no batch of it.
    if (!this.#clock.isSet || this.stuck) return 0;
    let earliest = this.#clock.now();
    for (const hold of this.#open) earliest = Math.min(earliest, hold.admittedAt);
    return earliest;
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

  /** Puts everything recorded so far into the next batch, on disk; false when that did not work. */
  cut(): boolean {
    const book = this.#book;
    book.uncut ??= book.next(this.watermark());
    if (book.uncut === null) return false;
    try {
      book.batches.write(book.uncut);
    } catch (error) {
      this.#onStuck(error);
      return false;
    }
    book.tally.forgetBefore(Math.floor(book.uncut.header.watermark / DAY_MS));
    book.uncut = null;
    return true;
  }

  /**
   * Core has ended the boot: the requests under way go on in the next one, and what the tills had
   * set aside for them is spent with the old one. What is recorded there already stays there, for
   * somebody to ship. Throws when the disk did not take it.
   */
  moveTo(place: Place): void {
    const old = this.#book;
    old.spool.flush();
    for (const record of this.#tills.startAnew()) old.spool.append(encodeRecord(record), () => {});
    // Both count them, should the process end between the two: too many in doubt, never too few.
    place.spool.takeOver(this.#open.size - this.#settling);
    old.spool.end();
    this.#book = new Book(place);
  }
}
