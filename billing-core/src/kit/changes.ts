import type { Query, Tx } from './database.ts';
import { LOCKS } from './locks.ts';

/** What a change is about; readers refetch the subject, a change carries no content. */
export type ChangeKind = 'route' | 'key' | 'customer' | 'quota' | 'recall';
export type Change = { number: bigint; kind: ChangeKind; subjectId: string };

const CHANGES_MAX = 1_000;

/**
 * Appends a change in the transaction of its fact. Call it last: the advisory lock makes numbers
 * commit in order, so that a reader by cursor never skips one, and should be held only briefly.
 */
export async function appendChange(tx: Tx, kind: ChangeKind, subjectId: string): Promise<void> {
  await tx`select pg_advisory_xact_lock(${LOCKS.changes})`;
  await tx`insert into changes (kind, subject_id) values (${kind}, ${subjectId})`;
}

/** Changes after `cursor`, oldest first, at most 1,000. */
export async function changesAfter(sql: Query, cursor: bigint): Promise<Change[]> {
  const rows = await sql<{ number: bigint; kind: ChangeKind; subject_id: string }[]>`
    select number, kind, subject_id from changes
     where number > ${cursor} order by number limit ${CHANGES_MAX}`;
  return rows.map((row) => ({ number: row.number, kind: row.kind, subjectId: row.subject_id }));
}

/** The newest change number, 0 when there is none. */
export async function lastChange(sql: Query): Promise<bigint> {
  const [row] = await sql<{ number: bigint }[]>`
    select coalesce(max(number), 0) as number from changes`;
  return row?.number ?? 0n;
}
