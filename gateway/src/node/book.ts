import { COUNTS_MAX, Tally } from '../core/tally.ts';
import type { UsageRecord } from '../core/record.ts';
import { Backlog } from './backlog.ts';
import type { BatchFiles, StoredBatch } from './spool/batches.ts';
import type { Spool } from './spool/spool.ts';
import { storedBatch } from './stored-batch.ts';

const DAY_MS = 86_400_000;

/** Where one boot records: its frames, and the batches they are cut into. */
export type Place = {
  readonly spool: Spool;
  readonly batches: BatchFiles;
  readonly countsMax?: number;
};

/** What is recorded of one boot, and how far that is in batches. */
export class Book {
  readonly spool: Spool;
  readonly batches: BatchFiles;
  readonly tally: Tally;
  readonly backlog = new Backlog();
  cutFrame = 0;
  talliedFrame = 0;
  /** A batch that is cut, and that the disk did not take. */
  uncut: StoredBatch | null = null;
  /** A batch that the disk is taking. */
  underWay: StoredBatch | null = null;
  /** Of some requests it has no record: what they spent nobody but the tills knows. */
  incomplete = false;
  /** Core time of the earliest admitted of those that core is not told of yet. */
  untoldFrom = Infinity;

  constructor({ spool, batches, countsMax = COUNTS_MAX }: Place) {
    this.spool = spool;
    this.batches = batches;
    this.tally = new Tally({ countsMax });
  }

  /** This record is on disk, in this frame. */
  take(record: UsageRecord, frame: number): void {
    this.talliedFrame = frame;
    this.tally.add(record, frame);
    this.backlog.recorded(frame);
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

  /** This batch is on disk. */
  isCut({ header }: StoredBatch): void {
    this.tally.forgetBefore(Math.floor(header.watermark / DAY_MS));
  }
}
