import { existsSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { BootEnd } from '@tollgate/billing-core/contract/sync.ts';
import type { Logger } from 'pino';
import { Tally } from '../core/tally.ts';
import { BATCH_ENTRIES_CUT } from './metering.ts';
import { SyncRefused } from './post-sync.ts';
import type { BootName, Shipper } from './shipper.ts';
import { ACKED_KEEP_MS, BatchFiles } from './spool/batches.ts';
import { recoverBoot, type Leftover } from './spool/recovery.ts';
import { openMisdated } from './spool/redating.ts';
import { deleteBoot, ENDED_MARK, isFull } from './spool/room.ts';
import {
  batchesBehind,
  lastTurnIn,
  openTurn,
  successorOf,
  writeTurn,
  type Turn,
} from './spool/successor.ts';
import { storedBatch } from './stored-batch.ts';

const CONFLICT = 409;
const FULL_RETRY_MS = 1_000;
const ALIVE_RETRY_MS = 500;

export type Orphanage = {
  spoolDir: string;
  fingerprint: string;
  nameOf: (boot: string) => BootName;
  shipperOf: (name: BootName, batches: BatchFiles) => Shipper;
  wallNow: () => number;
  durable: boolean;
  /** Asked for when the disk is full. */
  makeRoom: () => void;
  log: Logger;
  signal: AbortSignal;
};

type Finishing = Orphanage & { dir: string; left: Leftover };

/** Puts what no batch holds yet into batches. */
function batchLeftover(left: Leftover, batches: BatchFiles): void {
  for (const batch of left.remade) batches.write(batch);
  // Running totals of its own: what they add to is told by the frames from which they count.
  const tally = new Tally();
  let firstFrame = left.batchedFrame + 1;
  const cut = (lastFrame: number): void => {
    // None says that it is the last one: the end of the boot says it, behind all of them.
    const of = { sequence: batches.last + 1, firstFrame, lastFrame, watermark: 0 };
    batches.write(storedBatch(tally.take(), of));
    firstFrame = lastFrame + 1;
  };
  for (const { number, record } of left.records) {
    tally.add(record, number);
    if (tally.entries >= BATCH_ENTRIES_CUT) cut(number);
  }
  const last = left.records.at(-1)?.number ?? 0;
  if (last >= firstFrame) cut(last);
}

/** Sends everything, then the end, until core has both; undefined when the process stops first. */
async function ship(shipper: Shipper, end: BootEnd, of: Orphanage) {
  while (!of.signal.aborted) {
    try {
      return await shipper.finish(end);
    } catch (error) {
      const waits = error instanceof SyncRefused && error.status === CONFLICT;
      // Its process may be alive: core takes it from this one after a moment of silence.
      if (waits) await delay(ALIVE_RETRY_MS, undefined, { signal: of.signal }).catch(() => {});
      else {
        of.log.warn({ err: error }, 'an older boot could not be shipped yet');
        await shipper.backOff(of.signal);
      }
    }
  }
  return undefined;
}

/** The boot itself, with all that it left in batches. */
function firstTurn(dir: string, of: Orphanage): { turn: Turn; left: Leftover } {
  const misdated = openMisdated(dir);
  const batches = new BatchFiles(dir, { durable: of.durable });
  const left = recoverBoot(dir, { batches, fingerprint: of.fingerprint, misdated });
  if (lastTurnIn(dir) === 0) batchLeftover(left, batches);
  return { turn: { number: 0, batches, end: left.end }, left };
}

/**
 * Ships one turn to its end, which is ours or another process's; gives the next turn when core was
 * left without some of its frames.
 */
async function shipTurn(turn: Turn, boot: string, of: Finishing): Promise<Turn | 'done' | 'stop'> {
  const { dir, left, durable, log } = of;
  const { number, batches } = turn;
  const shipper = of.shipperOf(of.nameOf(successorOf(boot, number)), batches);
  if (number === 0) {
    for (const gap of [...left.gaps, ...left.dated]) shipper.report(gap);
    shipper.remade(left.remade.map(({ header }) => header.sequence));
  }
  const ended = await ship(shipper, turn.end, of);
  if (!ended) return 'stop';
  const { appliedFrame: frame, byUs } = ended;
  const returned = ended.state === 'sealed';
  const behind = batchesBehind({ batches, readable: left.readable }, { frame, returned });
  for (const gap of behind.gaps) shipper.report(gap);
  if (behind.gaps.length > 0 && !(await ship(shipper, turn.end, of))) return 'stop';
  if (behind.batches.length === 0) return 'done';
  const next = successorOf(boot, number + 1);
  log.warn({ boot, next, frame }, 'core ended this boot; what is behind goes under the next one');
  // Whoever else ended it could not know how many requests were open in the end.
  const end: BootEnd = { kind: 'seal', in_doubt: byUs ? 0 : turn.end.in_doubt };
  return writeTurn({ dir, durable }, { number: number + 1, batches: behind.batches, end });
}

/**
 * Ships what a boot left and ends it. Where core has ended it without all of its frames, the rest
 * goes under a successor; and so on, should that be ended by another process too.
 */
async function finishBoot(boot: string, of: Orphanage): Promise<void> {
  const dir = join(of.spoolDir, 'boots', boot);
  const { turn: first, left } = firstTurn(dir, of);
  const number = lastTurnIn(dir);
  let turn: Turn | 'done' | 'stop' = number === 0 ? first : openTurn(dir, number, of);
  while (typeof turn === 'object') turn = await shipTurn(turn, boot, { ...of, dir, left });
  if (turn === 'stop') return;
  // Only now: until core has the readable part and the gap, a restart must find the files.
  for (const path of left.damaged) renameSync(path, `${path}.quarantined`);
  writeFileSync(join(dir, ENDED_MARK), '', { flush: true });
  const { end } = left;
  of.log.info({ boot, in_doubt: end.in_doubt, end: end.kind }, 'older boot ended');
}

/** The same, also where the disk has to be given room first. */
export async function finishWhenItFits(boot: string, of: Orphanage): Promise<void> {
  while (!of.signal.aborted) {
    try {
      return await finishBoot(boot, of);
    } catch (error) {
      if (!isFull(error)) throw error;
      of.log.warn({ err: error, boot }, 'the disk has no room for what an older boot left');
      of.makeRoom();
      await delay(FULL_RETRY_MS, undefined, { signal: of.signal }).catch(() => {});
    }
  }
}

/** All boots that have a directory in the spool. */
export const bootsIn = (spoolDir: string): string[] => readdirSync(join(spoolDir, 'boots'));

/** How many boots there are, beside the live one, that core does not have everything of. */
export const unshippedBoots = (spoolDir: string): number =>
  bootsIn(spoolDir).length - endedBoots(spoolDir).length - 1;

/** Boots that core has everything of, or had. */
export function endedBoots(spoolDir: string): string[] {
  return bootsIn(spoolDir).filter((boot) => existsSync(join(spoolDir, 'boots', boot, ENDED_MARK)));
}

/**
 * Core's database went back to an earlier state: these boots are shipped once more, and ended. A
 * boot that has a successor is left alone: its frames are in the batches of two names, and an
 * earlier state may take them under both.
 */
export async function shipAgain(boots: readonly string[], of: Orphanage): Promise<void> {
  for (const boot of boots) {
    const dir = join(of.spoolDir, 'boots', boot);
    // Deleted meanwhile, to make room.
    if (of.signal.aborted || !existsSync(dir)) continue;
    if (lastTurnIn(dir) > 0) {
      of.log.error({ boot }, 'a boot with a successor is not shipped again; look at it');
      continue;
    }
    rmSync(join(dir, ENDED_MARK));
    await finishWhenItFits(boot, of).catch((error: unknown) => {
      of.log.error({ err: error, boot }, 'an older boot cannot be shipped again; its files stay');
    });
  }
}

/** Ships these boots, which older processes left in the spool; keeps ended ones for a day. */
export async function finishOlderBoots(boots: readonly string[], of: Orphanage): Promise<void> {
  for (const boot of boots) {
    if (of.signal.aborted) return;
    const dir = join(of.spoolDir, 'boots', boot);
    // Deleted meanwhile, to make room.
    if (!existsSync(dir)) continue;
    const ended = statSync(join(dir, ENDED_MARK), { throwIfNoEntry: false });
    if (!ended) {
      await finishWhenItFits(boot, of).catch((error: unknown) => {
        of.log.error({ err: error, boot }, 'an older boot cannot be finished; its files stay');
      });
    } else if (of.wallNow() - ended.mtimeMs > ACKED_KEEP_MS) {
      deleteBoot(dir);
    }
  }
}
