import type { Query, Tx } from '../kit/database.ts';
import type { Found } from './alert.ts';

/** What a comparison found, as admins are told of it. */
export async function foundOf(sql: Query, id: string): Promise<Found | undefined> {
  const [row] = await sql<Pick<Found, 'state' | 'stages'>[]>`
    select state, stages from reconciliations where id = ${id}`;
  if (row === undefined) return undefined;
  const differences = await sql<Found['differences'][number][]>`
    select stage, kind, customer_id as "customerId", subject_id as "subjectId", here, there, detail
      from reconciliation_differences where reconciliation_id = ${id} order by position`;
  return { ...row, differences };
}

/** The same of the comparison that ended before this one began. */
export async function foundBefore(sql: Query, id: string): Promise<Found | undefined> {
  const [before] = await sql<{ id: string }[]>`
    select id from reconciliations
     where id < ${id} and state <> 'running' order by id desc limit 1`;
  return before && foundOf(sql, before.id);
}

export async function saveTold(tx: Tx, id: string, now: number): Promise<void> {
  await tx`update reconciliations set told_at = ${new Date(now)} where id = ${id}`;
}
