import type { UsageBatch } from '@tollgate/billing-core/contract/usage-batch.ts';
import { encodeBatch } from '@tollgate/billing-core/contract/usage-batch.ts';
import { encodeRecord } from '../core/meter.ts';
import { Tally } from '../core/tally.ts';
import { settle } from '../core/till.ts';
import type { Clock, Hold, Metering, Settlement } from '../ports.ts';
import { sha256Hex, type BatchFiles, type StoredBatch } from './spool/batches.ts';
import type { Spool } from './spool/spool.ts';
import type { TillHouse } from './tills.ts';

const DAY_MS = 86_400_000;
/** A batch is cut when it has this many entries: core takes no more than 20,000 rows of a kind. */
export const BATCH_ENTRIES_CUT = 4_000;

/** A batch made of a tally's content. */
export function storedBatch(
  batch: UsageBatch,
  of: { sequence: number; firstFrame: number; lastFrame: number; watermark: number },
): StoredBatch {
  const bytes = Buffer.from(encodeBatch(batch));
  const header = {
    sequence: of.sequence,
    first_frame: of.firstFrame,
    last_frame: of.lastFrame,
    entries: batch.columns.customer.length,
    watermark: of.watermark,
    sha256: sha256Hex(bytes),
  };
  return { header, bytes };
}

/** Records admitted requests durably and cuts what was recorded into batches. */
export class SpoolMetering implements Metering {
  readonly #spool: Spool;
  readonly #batches: BatchFiles;
  readonly #tills: TillHouse;
  readonly #clock: Clock;
  readonly #onFull: () => void;
  readonly #tally = new Tally();
  readonly #open = new Set<Hold>();
  /** First frame of each batch that is not acknowledged, by sequence. */
  readonly #firstFrames = new Map<number, number>();
  #batchedFrame = 0;
  #talliedFrame = 0;

  constructor(of: {
    spool: Spool;
    batches: BatchFiles;
    tills: TillHouse;
    clock: Clock;
    onFull: () => void;
  }) {
    this.#spool = of.spool;
    this.#batches = of.batches;
    this.#tills = of.tills;
    this.#clock = of.clock;
    this.#onFull = of.onFull;
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

  // Not left to the next flush: while core is away that can be seconds, and a batch has a limit.
  #cutFull(): void {
    this.cut();
    this.#onFull();
  }

  /** Every request admitted before this core time is in a batch already cut. */
  watermark(): number {
    let earliest = this.#clock.now();
    for (const hold of this.#open) earliest = Math.min(earliest, hold.admittedAt);
    return earliest;
  }

  /** The last frame whose batch core has acknowledged; frames up to it need no segment any more. */
  acknowledgedFrame(): number {
    const oldest = this.#batches.pending[0];
    for (const sequence of this.#firstFrames.keys()) {
      if (sequence < (oldest ?? Infinity)) this.#firstFrames.delete(sequence);
    }
    return oldest === undefined ? this.#batchedFrame : (this.#firstFrames.get(oldest) ?? 1) - 1;
  }

  /** Puts everything recorded so far into the next batch, on disk; false when there is nothing. */
  cut(): boolean {
    if (this.#tally.entries === 0) return false;
    const lastFrame = this.#talliedFrame;
    const batch = storedBatch(this.#tally.take(), {
      sequence: this.#batches.last + 1,
      firstFrame: this.#batchedFrame + 1,
      lastFrame,
      watermark: this.watermark(),
    });
    this.#batches.write(batch);
    this.#firstFrames.set(batch.header.sequence, batch.header.first_frame);
    this.#batchedFrame = lastFrame;
    this.#tally.forgetBefore(Math.floor(batch.header.watermark / DAY_MS));
    return true;
  }
}
