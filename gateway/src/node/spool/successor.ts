import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BootEnd, UsageGap } from '@tollgate/billing-core/contract/sync.ts';
import { decodeBatch } from '@tollgate/billing-core/contract/usage-batch.ts';
import { Rebinding } from '../../core/rebind.ts';
import { Tally } from '../../core/tally.ts';
import { storedBatch } from '../stored-batch.ts';
import { BatchFiles, type StoredBatch } from './batches.ts';
import type { Numbered } from './recovery.ts';
import { syncDirectory } from './segment.ts';

// Core may end a boot that still has frames to ship: a copy of its spool ended it, or somebody
// did by mistake. What is not in the ledger then is shipped under a boot made for that alone.

const END = 'end.json';
const NAME = /^successor-(\d{4})$/;
const folderOf = (dir: string, turn: number): string =>
  join(dir, `successor-${String(turn).padStart(4, '0')}`);

/**
 * The boot of the nth turn. Its name follows from the boot's, and its frames keep their numbers:
 * copies of one spool ship the same frames under the same name, so core takes them once.
 */
export const successorOf = (boot: string, turn: number): string =>
  turn === 0 ? boot : `${boot}.${turn}`;

/** One boot's frames, or a successor's, as batches that are to be shipped, and how it is to end. */
export type Turn = { readonly number: number; readonly batches: BatchFiles; readonly end: BootEnd };

/** The last turn whose batches are on disk; 0 when the boot has no successor. */
export function lastTurnIn(dir: string): number {
  const turns = readdirSync(dir).map((name) => Number(NAME.exec(name)?.[1] ?? 0));
  return Math.max(0, ...turns);
}

/** The turn of a successor, as it was written. */
export function openTurn(dir: string, number: number, of: { durable: boolean }): Turn {
  const folder = folderOf(dir, number);
  const end = JSON.parse(readFileSync(join(folder, END), 'utf8')) as BootEnd;
  return { number, batches: new BatchFiles(folder, of), end };
}

/**
 * Writes the batches of a turn: all of them are there, or the turn is not. They are fixed before
 * the first is sent, so a process that is killed here begins again, or goes on with the same.
 */
export function writeTurn(
  { dir, durable }: { dir: string; durable: boolean },
  { number, batches, end }: { number: number; batches: readonly StoredBatch[]; end: BootEnd },
): Turn {
  const folder = folderOf(dir, number);
  rmSync(`${folder}.new`, { recursive: true, force: true });
  mkdirSync(`${folder}.new`, { mode: 0o700 });
  const files = new BatchFiles(`${folder}.new`, { durable });
  for (const batch of batches) files.write(batch);
  writeFileSync(join(`${folder}.new`, END), JSON.stringify(end), { flush: durable });
  if (durable) syncDirectory(`${folder}.new`);
  renameSync(`${folder}.new`, folder);
  if (durable) syncDirectory(dir);
  return openTurn(dir, number, { durable });
}

type Boot = {
  readonly batches: BatchFiles;
  /** The records of the frames that the batches are made of. */
  readonly readable: readonly Numbered[];
};

/**
 * What is behind the last frame that core took, as batches of the next turn. `returned`: core
 * counts the units that these frames spent as given back.
 */
export function batchesBehind(
  { batches, readable }: Boot,
  { frame, returned }: { frame: number; returned: boolean },
): { batches: StoredBatch[]; gaps: UsageGap[] } {
  const gaps: UsageGap[] = [];
  const rebinding = new Rebinding({ returned });
  const behind: StoredBatch[] = [];
  for (const { state, sequence, first, last } of batches.places) {
    if (last <= frame || state === 'quarantined') continue;
    const whole = first > frame ? batches.read(sequence) : undefined;
    const firstFrame = Math.max(first, frame + 1);
    const mine = readable.filter(({ number }) => number >= firstFrame && number <= last);
    if (!whole && mine.length <= last - firstFrame) {
      gaps.push({ reason: 'unreadable_frames', first_frame: firstFrame, last_frame: last });
    }
    if (!whole && mine.length === 0) continue;
    const was = whole ? decodeBatch(whole.bytes) : tallied(mine);
    const content = rebinding.take(was, firstFrame);
    const of = { sequence: behind.length + 1, firstFrame, lastFrame: last, watermark: 0 };
    behind.push(storedBatch(content, of));
  }
  return { batches: behind, gaps };
}

function tallied(records: readonly Numbered[]) {
  const tally = new Tally();
  for (const { number, record } of records) tally.add(record, number);
  return tally.take();
}
