import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { BootEnd, UsageGap } from '@tollgate/billing-core/contract/sync.ts';
import { decodeBatch } from '@tollgate/billing-core/contract/usage-batch.ts';
import { decodeRecord, type UsageRecord } from '../../core/meter.ts';
import { Tally } from '../../core/tally.ts';
import { storedBatch } from '../stored-batch.ts';
import { readAdmitted } from './admitted.ts';
import type { BatchFiles, StoredBatch } from './batches.ts';
import { scanFrames } from './frame.ts';
import { readSegment, segmentFirstFrame, type SegmentHeader } from './segment.ts';
import { kernelBoot } from './spool.ts';

export type Numbered = { readonly number: number; readonly record: UsageRecord };

/** What an older boot left that no batch holds yet, and what can be said about its end. */
export type Leftover = {
  /** Holds the boot's running totals and no entries yet. */
  tally: Tally;
  /** All records that can be read, by frame number, in order. */
  readable: readonly Numbered[];
  /** Of these what is in no batch. */
  records: readonly Numbered[];
  /** Last frame that is in a batch. */
  batchedFrame: number;
  /** Batches to be written again in place of damaged files. */
  remade: readonly StoredBatch[];
  gaps: UsageGap[];
  /** Segment files with damage inside: to be put aside once what is readable has been shipped. */
  damaged: string[];
  end: BootEnd;
};

export const CLEAN_MARK = 'clean';

/** More requests than that are never under way at once: a larger number is damage. */
const IN_DOUBT_MAX = 1_000_000;

type Frames = {
  records: Numbered[];
  next: number;
  header: SegmentHeader | undefined;
  damaged: string[];
};

function scanSegments(dir: string, gaps: UsageGap[]): Frames {
  const names = readdirSync(dir)
    .filter((name) => segmentFirstFrame(name) !== undefined)
    .toSorted();
  const found: Frames = { records: [], next: 1, header: undefined, damaged: [] };
  names.forEach((name, at) => {
    const first = segmentFirstFrame(name) as number;
    const { header, frames } = readSegment(join(dir, name));
    if (header) found.header = header;
    const scan = scanFrames(frames, first);
    for (const gap of scan.gaps) {
      gaps.push({ reason: 'corrupt_frames', first_frame: gap.first, last_frame: gap.last });
    }
    const isLast = at === names.length - 1;
    // Only the tail of the last segment may be torn: it is what the crash interrupted.
    if (scan.torn && !isLast) {
      const next = segmentFirstFrame(names[at + 1] as string) as number;
      gaps.push({ reason: 'corrupt_frames', first_frame: scan.next, last_frame: next - 1 });
    }
    if (scan.gaps.length > 0 || (scan.torn && !isLast)) found.damaged.push(join(dir, name));
    for (const { number, payload } of scan.frames) {
      found.records.push({ number, record: decodeRecord(payload) });
    }
    found.next = scan.next;
  });
  return found;
}

type Counted = {
  lastFrame: number;
  isWhole: boolean;
  fingerprint: string;
};

/**
 * Seals when what is on disk is all there was. Forfeits when the machine may have lost more; when
 * frames are damaged, for what they spent is not known; when the number of admitted requests cannot
 * be read, so that nobody knows what is missing; and when this is a copy of the spool, for the
 * boot's own process may be alive, and spend what it was lent.
 */
function endOf(dir: string, header: SegmentHeader | undefined, counted: Counted): BootEnd {
  const { lastFrame, isWhole, fingerprint } = counted;
  const sameRun = header?.kernel_boot === kernelBoot();
  const admitted = readAdmitted(dir, { sameRun });
  const known = admitted !== undefined && admitted - lastFrame <= IN_DOUBT_MAX;
  const clean = readdirSync(dir).includes(CLEAN_MARK);
  const isAll = sameRun || header?.fsync === 'always';
  const isCopy = header !== undefined && header.fingerprint !== fingerprint;
  const inDoubt = known ? Math.max(0, admitted - lastFrame) : 0;
  const sealed = known && isWhole && (clean || (isAll && !isCopy));
  return { kind: sealed ? 'seal' : 'forfeit', in_doubt: inDoubt };
}

type Read = { batches: BatchFiles; records: readonly Numbered[] };

/**
 * Batches whose file is damaged and that core may not have: made again from their frames, under
 * their own sequence. Should core have them after all, it says so and nothing is counted twice.
 */
function remakeBatches({ batches, records }: Read, gaps: UsageGap[], tally: Tally) {
  const remade: StoredBatch[] = [];
  for (const { state, sequence, first, last } of batches.places) {
    const stored = batches.read(sequence);
    if (stored) tally.resume(decodeBatch(stored.bytes).counts);
    if (stored || state !== 'batch') continue;
    const mine = records.filter(({ number }) => number >= first && number <= last);
    if (mine.length === last - first + 1) {
      for (const { record } of mine) tally.add(record);
      const of = { sequence, firstFrame: first, lastFrame: last, watermark: 0 };
      remade.push(storedBatch(tally.take(), of));
    } else {
      gaps.push({ reason: `unreadable_batch_${sequence}`, first_frame: first, last_frame: last });
      batches.quarantine(sequence);
    }
  }
  return remade;
}

/** Reads what a boot that ended without a seal has left in its directory, in this spool. */
export function recoverBoot(dir: string, batches: BatchFiles, fingerprint: string): Leftover {
  const damages: UsageGap[] = [];
  const { records, next, header, damaged } = scanSegments(dir, damages);
  const { batchedFrame } = batches;
  // Damage in what is in a batch already loses nothing.
  const gaps = damages.filter(({ last_frame }) => (last_frame ?? Infinity) > batchedFrame);
  const tally = new Tally();
  const remade = remakeBatches({ batches, records }, gaps, tally);
  const lastFrame = Math.max(batchedFrame, next - 1);
  const isWhole = gaps.length === 0;
  const end = endOf(dir, header, { lastFrame, isWhole, fingerprint });
  const unbatched = records.filter(({ number }) => number > batchedFrame);
  return { tally, readable: records, records: unbatched, batchedFrame, remade, gaps, damaged, end };
}
