import { encodeRecord } from '../core/meter.ts';
import { Tally } from '../core/tally.ts';
import { isIdle, spanAfter } from '../core/span.ts';
import { cancel, carry, settle } from '../core/till.ts';
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

/** Records admitted requests durably and cuts what was recorded into batches. */
export class SpoolMetering implements Metering {
  readonly #spool: Spool;
  readonly #batches: BatchFiles;
  readonly #tills: TillHouse;
  readonly #clock: SetClock;
  readonly #onFull: () => void;
  readonly #onStuck: (error: unknown) => void;
  readonly #tally = new Tally();
  readonly #open = new Set<Hold>();
  #cutFrame = 0;
  /** A batch that is cut and not on disk yet. */
  #uncut: StoredBatch | null = null;
  #talliedFrame = 0;

  constructor(of: {
    spool: Spool;
    batches: BatchFiles;
    tills: TillHouse;
    clock: SetClock;
    onFull: () => void;
    onStuck: (error: unknown) => void;
  }) {
    this.#spool = of.spool;
    this.#batches = of.batches;
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
    this.#spool.begin(forward);
  }

  settle(hold: Hold, settlement: Settlement, release: () => void): void {
    if (!this.#open.has(hold)) throw new Error('a hold is settled once, after it has begun');
    const record = settle(this.#tills.till(hold.fact.customer.id), hold, settlement);
    this.#spool.append(encodeRecord(record), (frame) => {
      // Only what is on disk enters a batch; until then the hold keeps the watermark back.
      this.#open.delete(hold);
      this.#talliedFrame = frame;
      this.#tally.add(record);
      if (this.#tally.entries >= BATCH_ENTRIES_CUT) this.#cutFull();
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
    this.#spool.flush();
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
    return this.#uncut !== null;
  }

  /** The last frame whose batch core has acknowledged; frames up to it need no segment any more. */
  acknowledgedFrame(): number {
    const oldest = this.#batches.pending[0];
    if (oldest === undefined) return this.#batches.batchedFrame;
    return (this.#batches.placeOf(oldest)?.first ?? 1) - 1;
  }

  /** Puts everything recorded so far into the next batch, on disk; false when that did not work. */
  cut(): boolean {
    this.#uncut ??= this.#next();
    if (this.#uncut === null) return false;
    try {
      this.#batches.write(this.#uncut);
    } catch (error) {
      this.#onStuck(error);
      return false;
    }
    this.#tally.forgetBefore(Math.floor(this.#uncut.header.watermark / DAY_MS));
    this.#uncut = null;
    return true;
  }

  #next(): StoredBatch | null {
    if (this.#tally.entries === 0) return null;
    const batch = storedBatch(this.#tally.take(), {
      sequence: this.#batches.last + 1,
      firstFrame: this.#cutFrame + 1,
      lastFrame: this.#talliedFrame,
      watermark: this.watermark(),
    });
    this.#cutFrame = this.#talliedFrame;
    return batch;
  }
}
