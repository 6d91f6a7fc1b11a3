import type { LeaseTotals, SyncAnswer, SyncEnvelope } from '../contract/sync.ts';
import type { WindowSpend } from '../contract/usage-batch.ts';
import { appendChanges, lastChange } from '../kit/changes.ts';
import type { Tx } from '../kit/database.ts';
import { Fault } from '../kit/fault.ts';
import { lendUnits, type Lending } from '../quotas/actions.ts';
import { nameWindows } from '../quotas/named-windows.ts';
import { addSettlements, settleLeases } from '../quotas/store.ts';
import { recordBatch, type Recorded } from '../usage/actions.ts';
import { isIncomplete } from '../usage/dead-letters.ts';
import { Unsettled } from '../usage/recovery.ts';
import {
  addRefusals,
  endBoot,
  insertGaps,
  lockBoot,
  moveBoot,
  type BootRow,
  type BootState,
  type SeenBoot,
} from '../usage/store.ts';

/** `poison` says why the database would not have the batch: it becomes a dead letter. */
export type SyncMessage = { envelope: SyncEnvelope; bytes: Uint8Array; poison?: string };
/** The answer; and whether the message came twice or behind a later one: it says no news then. */
export type Synced = SyncAnswer & {
  isLate: boolean;
  /** A process on a copy of the spool speaks: the boot's own one may be alive. */
  isCopy: boolean;
};

async function record(
  tx: Tx,
  boot: BootRow,
  { envelope, bytes, poison, now }: SyncMessage & { now: number },
): Promise<Recorded> {
  if (envelope.batch === null) {
    const nextSequence = boot.next_sequence;
    // A clock that is ahead must not vouch for requests that are still to come.
    await moveBoot(tx, boot, { nextSequence, watermark: Math.min(envelope.watermark ?? 0, now) });
    const lastFrame = boot.last_frame;
    return { answer: { status: 'applied', written: 0 }, nextSequence, lastFrame, spent: [] };
  }
  return recordBatch(tx, boot, { header: envelope.batch, bytes, poison, now });
}

/** How long a boot must be silent before a process on another spool may ship or end it. */
export const SILENCE_MS = 30_000;

/**
 * Who may speak for a boot: its own process, and a later one on the same spool (which holds the
 * spool's lock, so the boot's process is dead). A process on a copy of the spool must not end the
 * boot of the original while that one is heard of: what it records from then on would be lost.
 */
function refuseStrangers(boot: SeenBoot, { by, fingerprint }: SyncEnvelope): void {
  if (boot.fingerprint === fingerprint || boot.state !== 'live') return;
  if (by !== boot.boot_id && boot.silent_ms >= SILENCE_MS) return;
  const detail = 'Another spool owns this boot, and its process is alive';
  throw new Fault('state_conflict', { detail, retryAfter: SILENCE_MS / 1_000 });
}

/**
 * A database that has forgotten what it told a gateway, or that is another server's, may have
 * forgotten what it lent. Nothing is answered before that is settled.
 */
function refuseForgotten(boot: SeenBoot, envelope: SyncEnvelope): void {
  if (boot.server_moved) throw new Unsettled('server');
  if (envelope.by !== envelope.boot) return;
  const { heard = 0, recovery: knows = null } = envelope;
  const isAhead = knows !== null && knows > boot.newest_recovery;
  const isForgotten = boot.is_new ? knows !== null : heard > boot.last_message;
  // Of a boot of before the newest recovery that is known already.
  const isNews = isForgotten && boot.recovery === boot.newest_recovery;
  if (isAhead || isNews) throw new Unsettled('lost_sync', Math.max(knows ?? 0, boot.recovery));
}

/** Moves past batches that are gone for good; the gap row says which. */
async function skipLost(tx: Tx, boot: SeenBoot, skip: SyncEnvelope['skip']): Promise<SeenBoot> {
  if (skip === null || BigInt(skip.first) !== boot.next_sequence || skip.last < skip.first) {
    return boot;
  }
  const reason = `lost_batches_${skip.first}_${skip.last}`;
  await insertGaps(tx, boot, [{ reason, first_frame: null, last_frame: null }]);
  const nextSequence = BigInt(skip.last) + 1n;
  await moveBoot(tx, boot, { nextSequence, watermark: null });
  return { ...boot, next_sequence: nextSequence };
}

/**
 * Ends a boot as its gateway asks, in a message of its own after its last batch: a seal gives back
 * what was lent and not spent. Where usage is missing nobody knows what was spent: a forfeit then.
 */
async function end(tx: Tx, boot: SeenBoot, envelope: SyncEnvelope): Promise<BootState> {
  if (envelope.end === null || envelope.batch !== null) return boot.state;
  // A restored database lacks batches that it had acknowledged: they come first.
  if (BigInt(envelope.end.last ?? 0) >= boot.next_sequence) return boot.state;
  const key = { gateway: envelope.gateway, boot: envelope.boot };
  const isWhole = envelope.end.kind === 'seal' && !(await isIncomplete(tx, key));
  const state = isWhole ? 'sealed' : 'forfeited';
  const forgotten = boot.recovery < boot.newest_recovery;
  const gained = await settleLeases(tx, key, { giveBack: isWhole, forgotten });
  await endBoot(tx, boot, { state, inDoubt: envelope.end.in_doubt });
  // Tills that were told "exhausted until a change" must ask again.
  await appendChanges(tx, 'quota', gained);
  return state;
}

/** Windows in which units were spent by requests that are not billed. */
const freeAgain = (spent: readonly WindowSpend[]): string[] => [
  ...new Set(spent.flatMap(({ window, repeated = 0 }) => (repeated > 0 ? window : []))),
];

/** Tells tills to give units back, and those that were refused to ask again. Changes come last. */
async function tell(tx: Tx, { recalled, freed }: Lending): Promise<void> {
  await appendChanges(tx, 'recall', recalled);
  await appendChanges(tx, 'quota', freed);
}

/**
 * Of a boot that has ended no batch is acknowledged: who ended it may have cut its frames in other
 * batches. The last frame says what is in the ledger.
 */
function answerEnded(boot: BootRow, isCopy: boolean, now: number): Synced {
  return {
    now,
    boot_state: boot.state,
    next_sequence: Number(boot.next_sequence),
    applied_frame: Number(boot.last_frame),
    batch: null,
    grants: [],
    shares: [],
    as_of: '0',
    isLate: false,
    isCopy,
  };
}

/**
 * It was heard before, or a later one was. A later process that ships what this boot left counts
 * its messages anew.
 */
const cameLate = ({ last_message }: SeenBoot, { by, boot, message }: SyncEnvelope): boolean =>
  by === boot && BigInt(message) <= last_message;

/**
 * What a message asks for. The till may never hear the answer to one that comes twice, or behind
 * a later one: it is told what it was granted, and lent nothing more.
 */
function asksOf(leases: LeaseTotals[], late: boolean): LeaseTotals[] {
  if (!late) return leases;
  return leases.map((totals) => ({ ...totals, wanted: 0 }));
}

/**
 * One sync: the boot's row first, then its batch, then the windows it spent and asks for, and
 * its end last; all in the caller's transaction. A boot that has ended gets its state and
 * nothing else.
 */
export async function synchronise(tx: Tx, message: SyncMessage, now: number): Promise<Synced> {
  const { envelope } = message;
  const found = await lockBoot(tx, envelope);
  refuseStrangers(found, envelope);
  refuseForgotten(found, envelope);
  await insertGaps(tx, found, envelope.gaps);
  // A spool that was written off and turns up after all still has usage to tell.
  const isOver = found.state !== 'live' && found.state !== 'written_off';
  const isCopy = found.fingerprint !== envelope.fingerprint;
  if (isOver) return answerEnded(found, isCopy, now);
  const boot = await skipLost(tx, found, envelope.skip);
  const asOf = await lastChange(tx, 'facts');
  const recorded = await record(tx, boot, { ...message, now });
  const key = { gateway: envelope.gateway, boot: envelope.boot };
  const spent = await nameWindows(tx, recorded.spent, now);
  await addSettlements(tx, key, spent);
  const isLate = cameLate(found, envelope);
  // Refusals have no numbers of their own: what may be counted already is not counted.
  if (!isLate) await addRefusals(tx, envelope.refusals, now);
  const mayBorrow = envelope.end === null && found.state === 'live';
  const totals = mayBorrow ? asksOf(envelope.leases, isLate) : [];
  const lending = await lendUnits(tx, key, { totals, now, bornIn: found.recovery });
  const state = await end(tx, boot, envelope);
  await tell(tx, { ...lending, freed: [...lending.freed, ...freeAgain(spent)] });
  return {
    now,
    boot_state: state,
    next_sequence: Number(recorded.nextSequence),
    applied_frame: Number(recorded.lastFrame),
    batch: envelope.batch === null ? null : recorded.answer,
    grants: lending.grants,
    shares: [],
    as_of: String(asOf),
    recovery: { number: found.newest_recovery, open: found.recovered },
    isLate,
    isCopy,
  };
}
