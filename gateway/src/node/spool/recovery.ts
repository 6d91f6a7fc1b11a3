import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { BootEnd, UsageGap } from '@tollgate/billing-core/contract/sync.ts';
import { decodeRecord, type UsageRecord } from '../../core/record.ts';
import { Tally } from '../../core/tally.ts';
import { storedBatch } from '../stored-batch.ts';
import { readAdmitted, readLetGo, readRecorded } from './admitted.ts';
import type { Misdated } from '../clock.ts';
import type { BatchFiles, StoredBatch } from './batches.ts';
import { scanFrames } from './frame.ts';
import { redated } from './redating.ts';
import { kernelBoot, readSegment, segmentFirstFrame, type SegmentHeader } from './segment.ts';

export type Numbered = { readonly number: number; readonly record: UsageRecord };

/** What an older boot left that no batch holds yet, and what can be said about its end. */
export type Leftover = {
  /** All records that can be read, by frame number, in order. */
  readable: readonly Numbered[];
  /** Of these what is in no batch. */
  records: readonly Numbered[];
  /** Last frame that is in a batch. */
  batchedFrame: number;
  /** Batches to be written again in place of damaged files. */
  remade: readonly StoredBatch[];
  gaps: UsageGap[];
  /** Says that it is dated anew, and by how much; nothing of it is missing. */
  dated: UsageGap[];
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
  lastPath: string | undefined;
};

type Scanning = { gaps: UsageGap[]; batchedFrame: number };

/** Answers left without these records, which the disk did not take. */
const UNRECORDED = 'unrecorded_requests';
/** These were recorded, and are in no file any more. */
const MISSING = 'missing_frames';

/**
 * Frames that no segment and no batch has, although later ones are there. The segment behind them
 * says so when they were never written; else a file is gone.
 */
function noteMissing(
  { gaps, batchedFrame }: Scanning,
  { next, first, header }: { next: number; first: number; header: SegmentHeader | undefined },
): void {
  const skipped = header?.skipped_from;
  if (skipped !== undefined) {
    gaps.push({ reason: UNRECORDED, first_frame: skipped, last_frame: first - 1 });
  }
  const from = Math.max(next, batchedFrame + 1);
  const last = (skipped ?? first) - 1;
  if (last >= from) gaps.push({ reason: MISSING, first_frame: from, last_frame: last });
}

function scanSegments(dir: string, scanning: Scanning): Frames {
  const { gaps } = scanning;
  const names = readdirSync(dir)
    .filter((name) => segmentFirstFrame(name) !== undefined)
    .toSorted();
  const last = names.at(-1);
  const lastPath = last && join(dir, last);
  const found: Frames = { records: [], next: 1, header: undefined, damaged: [], lastPath };
  names.forEach((name, at) => {
    const first = segmentFirstFrame(name) as number;
    const { header, frames } = readSegment(join(dir, name));
    if (header) found.header = header;
    noteMissing(scanning, { next: found.next, first, header });
    const scan = scanFrames(frames, first);
    for (const gap of scan.gaps) {
      gaps.push({ reason: 'corrupt_frames', first_frame: gap.first, last_frame: gap.last });
    }
    found.next = scan.next;
    const isLast = at === names.length - 1;
    // Only the tail of the last segment may be torn: it is what the crash interrupted.
    if (scan.torn && !isLast) {
      found.next = segmentFirstFrame(names[at + 1] as string) as number;
      gaps.push({ reason: 'corrupt_frames', first_frame: scan.next, last_frame: found.next - 1 });
    }
    if (scan.gaps.length > 0 || (scan.torn && !isLast)) found.damaged.push(join(dir, name));
    for (const { number, payload } of scan.frames) {
      found.records.push({ number, record: decodeRecord(payload) });
    }
  });
  return found;
}

/**
 * What the last segment lacks, or the last ones that are gone: a kill leaves none that ends before
 * what the disk was told to be recorded. Out: the last frame that is accounted for.
 */
function noteTail(dir: string, found: Frames, { gaps, batchedFrame }: Scanning): number {
  const there = Math.max(batchedFrame, found.next - 1);
  const recorded = Math.max(there, readRecorded(dir));
  if (recorded > there) {
    gaps.push({ reason: MISSING, first_frame: there + 1, last_frame: recorded });
    const { lastPath, damaged } = found;
    if (lastPath !== undefined && !damaged.includes(lastPath)) damaged.push(lastPath);
  }
  const lastFrame = Math.max(recorded, readLetGo(dir));
  if (lastFrame > recorded) {
    gaps.push({ reason: UNRECORDED, first_frame: recorded + 1, last_frame: lastFrame });
  }
  return lastFrame;
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
function remakeBatches({ batches, records }: Read, gaps: UsageGap[]): StoredBatch[] {
  const remade: StoredBatch[] = [];
  for (const { state, sequence, first, last } of batches.places) {
    if (state !== 'batch' || batches.read(sequence)) continue;
    const mine = records.filter(({ number }) => number >= first && number <= last);
    if (mine.length === last - first + 1) {
      const tally = new Tally();
      for (const { number, record } of mine) tally.add(record, number);
      const of = { sequence, firstFrame: first, lastFrame: last, watermark: 0 };
      remade.push(storedBatch(tally.take(), of));
    } else {
      gaps.push({ reason: `unreadable_batch_${sequence}`, first_frame: first, last_frame: last });
      batches.quarantine(sequence);
    }
  }
  return remade;
}

type Recovering = { batches: BatchFiles; fingerprint: string; misdated?: Misdated | null };

/**
 * Reads what a boot that ended without a seal has left in its directory, in this spool;
 * `misdated`: it is dated anew.
 */
export function recoverBoot(
  dir: string,
  { batches, fingerprint, misdated = null }: Recovering,
): Leftover {
  const { batchedFrame } = batches;
  const damages: UsageGap[] = [];
  const found = scanSegments(dir, { gaps: damages, batchedFrame });
  const { header, damaged } = found;
  const records = misdated
    ? found.records.map(({ number, record }) => ({ number, record: redated(record, misdated) }))
    : found.records;
  // Damage in what is in a batch already loses nothing.
  const gaps = damages.filter(
    ({ reason, last_frame }) => reason === UNRECORDED || (last_frame ?? Infinity) > batchedFrame,
  );
  const lastFrame = noteTail(dir, found, { gaps, batchedFrame });
  const remade = remakeBatches({ batches, records }, gaps);
  const isWhole = gaps.length === 0;
  const end = endOf(dir, header, { lastFrame, isWhole, fingerprint });
  const unbatched = records.filter(({ number }) => number > batchedFrame);
  const reason = `misdated_by_${Math.round((misdated?.behindMs ?? 0) / 1_000)}_s`;
  const dated = misdated ? [{ reason, first_frame: 1, last_frame: lastFrame }] : [];
  return { readable: records, records: unbatched, batchedFrame, remade, gaps, dated, damaged, end };
}
