import { createHash } from 'node:crypto';
import type { BatchHeader, SyncAnswer } from '../contract/sync.ts';
import {
  BatchError,
  decodeBatch,
  type UsageBatch,
  type WindowSpend,
} from '../contract/usage-batch.ts';
import type { Tx } from '../kit/database.ts';
import { Fault, found } from '../kit/fault.ts';
import { insertDeadLetter, lockLetter, resolveLetter, type Letter } from './dead-letters.ts';
import {
  batchChecksum,
  clocksAhead,
  firstBegan,
  insertBatch,
  insertEntries,
  mergeCounts,
  insertGaps,
  moveBoot,
  type BatchKey,
  type BootRow,
} from './store.ts';
import { bringBack, early, late, unbillable } from './stamps.ts';
import { addValueFaults } from './value-faults.ts';
import { recordUnbilled, settleOnce } from './once.ts';

export type BatchAnswer = NonNullable<SyncAnswer['batch']>;
/** What became of a batch, and what it spent of quota windows when it was applied just now. */
export type Recorded = {
  answer: BatchAnswer;
  nextSequence: bigint;
  lastFrame: bigint;
  spent: WindowSpend[];
};

/** A batch as it came; `poison` says why the database would not have it. */
export type SentBatch = { header: BatchHeader; bytes: Uint8Array; poison?: string | undefined };

function decode({ header, bytes, poison }: SentBatch): UsageBatch {
  if (poison !== undefined) throw new BatchError(poison);
  const batch = decodeBatch(bytes);
  if (batch.columns.customer.length !== header.entries) {
    throw new BatchError('the number of entries differs from the header');
  }
  return batch;
}

/** An old sequence is acknowledged without effect; another content under it is refused. */
async function repeated(tx: Tx, boot: BootRow, header: BatchHeader): Promise<Recorded> {
  const key = { gateway: boot.gateway_id, boot: boot.boot_id, sequence: header.sequence };
  const was = await batchChecksum(tx, key);
  const same = was === undefined || was.toString('hex') === header.sha256;
  const answer: BatchAnswer = same
    ? { status: 'repeated', written: header.entries }
    : { status: 'conflict', written: 0 };
  return { answer, nextSequence: boot.next_sequence, lastFrame: boot.last_frame, spent: [] };
}

const largest = (a: bigint, b: bigint): bigint => (a > b ? a : b);

async function apply(
  tx: Tx,
  key: BatchKey,
  { header, batch, now }: { header: BatchHeader; batch: UsageBatch; now: number },
): Promise<BatchAnswer> {
  const ahead = early(batch, now);
  const brought =
    ahead.size === 0 ? 0 : bringBack(batch, { now, clocks: await clocksAhead(tx, [...ahead]) });
  const old = late(batch, now);
  const unbilled = old.size === 0 ? 0 : unbillable(batch, await firstBegan(tx, [...old]));
  const { first_frame, last_frame } = header;
  const gaps = [
    { reason: `misdated_entries_${brought}`, count: brought },
    { reason: `unbilled_entries_${unbilled}`, count: unbilled },
  ].flatMap(({ reason, count }) => (count > 0 ? { reason, first_frame, last_frame } : []));
  await insertGaps(tx, { gateway_id: key.gateway, boot_id: key.boot }, gaps);
  await insertBatch(tx, key, header);
  const once = await settleOnce(tx, batch, now);
  const written = await insertEntries(tx, key, { columns: batch.columns, once: once?.entries });
  if (written !== header.entries)
    throw new Error(`${written} of ${header.entries} entries written`);
  await mergeCounts(tx, key, batch.counts);
  if (once) {
    await recordUnbilled(tx, key, { columns: batch.columns, entries: once.entries });
    batch.spent.push(...once.spent);
  }
  await addValueFaults(tx, batch.faults ?? []);
  return { status: 'applied', written };
}

/**
 * Records one batch of a locked boot: applies it and moves the boot's row in the caller's
 * transaction, so that both happen or neither. A repeat has no effect, a gap is refused with the
 * expected number, a batch that cannot be read becomes a dead letter (visible, never retried for
 * ever). Nothing in it dates usage or vouches for requests of the time after `now` (core's, ms).
 * Throws `invalid_request` when the bytes are not those the header was made for.
 */
export async function recordBatch(
  tx: Tx,
  boot: BootRow,
  { now, ...sent }: SentBatch & { now: number },
): Promise<Recorded> {
  const { header, bytes } = sent;
  const sequence = BigInt(header.sequence);
  if (createHash('sha256').update(bytes).digest('hex') !== header.sha256) {
    throw new Fault('invalid_request', { detail: 'The batch does not fit its checksum' });
  }
  if (sequence < boot.next_sequence) return repeated(tx, boot, header);
  if (sequence > boot.next_sequence) {
    const answer: BatchAnswer = { status: 'gap', written: 0 };
    return { answer, nextSequence: boot.next_sequence, lastFrame: boot.last_frame, spent: [] };
  }
  const key = { gateway: boot.gateway_id, boot: boot.boot_id, sequence: header.sequence };
  const nextSequence = sequence + 1n;
  const watermark = Math.min(header.watermark, now);
  const moved = { nextSequence, watermark, lastFrame: header.last_frame };
  const lastFrame = largest(boot.last_frame, BigInt(header.last_frame));
  let batch: UsageBatch;
  try {
    batch = decode(sent);
  } catch (error) {
    if (!(error instanceof BatchError)) throw error;
    await insertDeadLetter(tx, key, { reason: error.message, header, content: bytes });
    await moveBoot(tx, boot, moved);
    return { answer: { status: 'dead_letter', written: 0 }, nextSequence, lastFrame, spent: [] };
  }
  const answer = await apply(tx, key, { header, batch, now });
  await moveBoot(tx, boot, moved);
  return { answer, nextSequence, lastFrame, spent: batch.spent };
}

/**
 * Records a dead letter after all: a core that can read it now, or whose database takes it now.
 * It comes late, as its own batch, and gives what it spent. Throws `state_conflict` while it still
 * cannot be read, or when it is resolved already.
 */
export async function recordLetter(tx: Tx, key: BatchKey, now: number): Promise<WindowSpend[]> {
  const { header, content } = await openLetter(tx, key);
  try {
    const batch = decode({ header, bytes: content });
    await apply(tx, key, { header, batch, now });
    await resolveLetter(tx, key, { resolution: 'recorded', note: null });
    return batch.spent;
  } catch (error) {
    if (!(error instanceof BatchError)) throw error;
    const detail = `It still cannot be read: ${error.message}`;
    throw new Fault('state_conflict', { detail });
  }
}

/** Gives a dead letter up: its requests are lost, and a gap says so. */
export async function discardLetter(tx: Tx, key: BatchKey, note: string): Promise<void> {
  const { first_frame, last_frame } = (await openLetter(tx, key)).header;
  const reason = `discarded_batch_${key.sequence}`;
  const boot = { gateway_id: key.gateway, boot_id: key.boot };
  await insertGaps(tx, boot, [{ reason, first_frame, last_frame }]);
  await resolveLetter(tx, key, { resolution: 'discarded', note });
}

async function openLetter(tx: Tx, key: BatchKey): Promise<Letter> {
  const letter = found(await lockLetter(tx, key), 'dead letter');
  if (letter.isResolved) throw new Fault('state_conflict', { detail: 'It is resolved already' });
  return letter;
}
