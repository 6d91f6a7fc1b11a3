import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BootEnd, UsageGap } from '@tollgate/billing-core/contract/sync.ts';
import { decodeBatch } from '@tollgate/billing-core/contract/usage-batch.ts';
import { decodeRecord, type UsageRecord } from '../../core/meter.ts';
import { Tally } from '../../core/tally.ts';
import type { BatchFiles } from './batches.ts';
import { scanFrames } from './frame.ts';
import { readSegment, segmentFirstFrame, type SegmentHeader } from './segment.ts';
import { kernelBoot } from './spool.ts';

/** What an older boot left that no batch holds yet, and what can be said about its end. */
export type Leftover = {
  /** Holds the boot's running totals and no entries yet. */
  tally: Tally;
  /** Records that are in no batch, by frame number, in order. */
  records: readonly { number: number; record: UsageRecord }[];
  /** Last frame that is in a batch. */
  batchedFrame: number;
  gaps: UsageGap[];
  /** Segment files with damage inside: to be put aside once what is readable has been shipped. */
  damaged: string[];
  end: BootEnd;
};

export const CLEAN_MARK = 'clean';

function readAdmitted(dir: string): number {
  try {
    const bytes = readFileSync(join(dir, 'admitted'));
    return bytes.length === 8 ? Number(bytes.readBigUInt64LE()) : 0;
  } catch {
    return 0;
  }
}

type Frames = {
  records: { number: number; record: UsageRecord }[];
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

/** Seals when what is on disk is all there was; forfeits when the machine may have lost more. */
function endOf(dir: string, header: SegmentHeader | undefined, inDoubt: number): BootEnd {
  const clean = readdirSync(dir).includes(CLEAN_MARK);
  const sameRun = header?.kernel_boot === kernelBoot() || header?.fsync === 'always';
  return { kind: clean || sameRun ? 'seal' : 'forfeit', in_doubt: inDoubt };
}

/** Reads what a boot that ended without a seal has left in its directory. */
export function recoverBoot(dir: string, batches: BatchFiles): Leftover {
  const gaps: UsageGap[] = [];
  const tally = new Tally();
  let batched = 0;
  for (const sequence of batches.all) {
    const stored = batches.read(sequence);
    if (!stored) {
      gaps.push({ reason: `unreadable_batch_${sequence}`, first_frame: null, last_frame: null });
      continue;
    }
    batched = Math.max(batched, stored.header.last_frame);
    tally.resume(decodeBatch(stored.bytes).counts);
  }
  const { records, next, header, damaged } = scanSegments(dir, gaps);
  const lastFrame = Math.max(batched, next - 1);
  const inDoubt = Math.max(0, readAdmitted(dir) - lastFrame);
  const end = endOf(dir, header, inDoubt);
  const unbatched = records.filter(({ number }) => number > batched);
  return { tally, records: unbatched, batchedFrame: batched, gaps, damaged, end };
}
