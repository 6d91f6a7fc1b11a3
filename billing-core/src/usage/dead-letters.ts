import type { BatchHeader } from '../contract/sync.ts';
import type { Query, Tx } from '../kit/database.ts';
import type { BatchKey } from './store.ts';

export type Letter = {
  reason: string;
  header: BatchHeader;
  content: Buffer;
  isResolved: boolean;
};
export type Resolution = { resolution: 'recorded' | 'discarded'; note: string | null };

/** Keeps a batch that cannot be recorded, whole: visible, and out of the way of the next one. */
export async function insertDeadLetter(
  tx: Tx,
  key: BatchKey,
  { reason, header, content }: { reason: string; header: BatchHeader; content: Uint8Array },
): Promise<void> {
  await tx`insert into usage_dead_letters
    (gateway_id, boot_id, sequence, reason, checksum, content, first_frame, last_frame, entries,
     watermark)
    values (${key.gateway}, ${key.boot}, ${key.sequence}, ${reason},
            ${Buffer.from(header.sha256, 'hex')}, ${Buffer.from(content)}, ${header.first_frame},
            ${header.last_frame}, ${header.entries}, ${header.watermark})`;
}

/** The bytes of a dead letter, as they came. */
export async function letterContent(sql: Query, key: BatchKey): Promise<Buffer | undefined> {
  const [row] = await sql<{ content: Buffer }[]>`
    select content from usage_dead_letters
     where gateway_id = ${key.gateway} and boot_id = ${key.boot} and sequence = ${key.sequence}`;
  return row?.content;
}

type LetterRow = Omit<BatchHeader, 'sequence'> & {
  reason: string;
  content: Buffer;
  resolved: boolean;
};

/** The letter, locked: it is resolved once. */
export async function lockLetter(tx: Tx, key: BatchKey): Promise<Letter | undefined> {
  const [row] = await tx<LetterRow[]>`
    select reason, content, resolved_at is not null as resolved, encode(checksum, 'hex') as sha256,
           coalesce(first_frame, 0)::float8 as first_frame,
           coalesce(last_frame, 0)::float8 as last_frame,
           coalesce(entries, 0)::float8 as entries, coalesce(watermark, 0)::float8 as watermark
      from usage_dead_letters
     where gateway_id = ${key.gateway} and boot_id = ${key.boot} and sequence = ${key.sequence}
       for update`;
  if (!row) return undefined;
  const { reason, content, resolved, ...rest } = row;
  return { reason, content, isResolved: resolved, header: { ...rest, sequence: key.sequence } };
}

export async function resolveLetter(tx: Tx, key: BatchKey, as: Resolution): Promise<void> {
  await tx`update usage_dead_letters
    set resolved_at = clock_timestamp(), resolution = ${as.resolution}, note = ${as.note}
    where gateway_id = ${key.gateway} and boot_id = ${key.boot} and sequence = ${key.sequence}`;
}

/**
 * Whether usage of this boot is known to be missing: unread in a dead letter, or lost. What it
 * spent is not known then, so nothing that the boot was lent can be given back.
 */
export async function isIncomplete(tx: Tx, key: Omit<BatchKey, 'sequence'>): Promise<boolean> {
  const [row] = await tx<[{ incomplete: boolean }]>`
    select exists (select from usage_dead_letters
                    where gateway_id = ${key.gateway} and boot_id = ${key.boot}
                      and resolution is distinct from 'recorded')
        or exists (select from usage_gaps
                    where gateway_id = ${key.gateway} and boot_id = ${key.boot}
                      and (reason like 'lost_batches%' or reason = 'unrecorded_requests'))
           as incomplete`;
  return row.incomplete;
}

type DatabaseFailure = { code?: string; constraint_name?: string; message?: string };

/**
 * Why the database would not have a batch, however often it came: a value that no column takes, or
 * a constraint. Undefined for anything that may be otherwise on another day, as a partition that
 * is not there yet, which is no constraint by name.
 */
export function poisonOf(error: unknown): string | undefined {
  const { code = '', constraint_name, message } = (error ?? {}) as DatabaseFailure;
  const isRefused = code.startsWith('23') && constraint_name !== undefined;
  // 21000: the same row twice in one batch.
  const isPoison = code.startsWith('22') || code === '21000' || isRefused;
  return isPoison ? `the database refuses it: ${message}` : undefined;
}
