import { createHash } from 'node:crypto';
import type { BatchHeader, SyncAnswer } from '../contract/sync.ts';
import {
  BatchError,
  decodeBatch,
  type UsageBatch,
  type WindowSpend,
} from '../contract/usage-batch.ts';
import type { Tx } from '../kit/database.ts';
import { Fault } from '../kit/fault.ts';
import {
  batchChecksum,
  insertBatch,
  insertDeadLetter,
  insertEntries,
  mergeCounts,
  moveBoot,
  type BatchKey,
  type BootRow,
} from './store.ts';
import { addValueFaults } from './value-faults.ts';

export type BatchAnswer = NonNullable<SyncAnswer['batch']>;
/** What became of a batch, and what it spent of quota windows when it was applied just now. */
export type Recorded = {
  answer: BatchAnswer;
  nextSequence: bigint;
  lastFrame: bigint;
  spent: WindowSpend[];
};

const BIGGEST_MINUTE = 100_000_000; // about the year 2160: later is a broken clock, not usage

function decode(header: BatchHeader, bytes: Uint8Array): UsageBatch {
  const batch = decodeBatch(bytes);
  if (batch.columns.customer.length !== header.entries) {
    throw new BatchError('the number of entries differs from the header');
  }
  const minutes = [batch.columns.minute, (batch.faults ?? []).map((fault) => fault.minute)];
  if (minutes.some((some) => some.some((minute) => minute > BIGGEST_MINUTE))) {
    throw new BatchError('a minute is out of range');
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
  { header, batch }: { header: BatchHeader; batch: UsageBatch },
): Promise<BatchAnswer> {
  await insertBatch(tx, key, header);
  const written = await insertEntries(tx, key, batch.columns);
  if (written !== header.entries)
    throw new Error(`${written} of ${header.entries} entries written`);
  await mergeCounts(tx, key, batch.counts);
  await addValueFaults(tx, batch.faults ?? []);
  return { status: 'applied', written };
}

/**
 * Records one batch of a locked boot: applies it and moves the boot's row in the caller's
 * transaction, so that both happen or neither. A repeat has no effect, a gap is refused with the
 * expected number, a batch that cannot be read becomes a dead letter (visible, never retried for
 * ever). Throws `invalid_request` when the bytes are not those the header was made for.
 */
export async function recordBatch(
  tx: Tx,
  boot: BootRow,
  { header, bytes }: { header: BatchHeader; bytes: Uint8Array },
): Promise<Recorded> {
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
  const moved = { nextSequence, watermark: header.watermark, lastFrame: header.last_frame };
  const lastFrame = largest(boot.last_frame, BigInt(header.last_frame));
  let batch: UsageBatch;
  try {
    batch = decode(header, bytes);
  } catch (error) {
    if (!(error instanceof BatchError)) throw error;
    await insertDeadLetter(tx, key, {
      reason: error.message,
      sha256: header.sha256,
      content: bytes,
    });
    await moveBoot(tx, boot, moved);
    return { answer: { status: 'dead_letter', written: 0 }, nextSequence, lastFrame, spent: [] };
  }
  const answer = await apply(tx, key, { header, batch });
  await moveBoot(tx, boot, moved);
  return { answer, nextSequence, lastFrame, spent: batch.spent };
}
