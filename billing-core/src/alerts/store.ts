import type { Reconciliation } from '../contract/reconciliation.ts';
import type { Query } from '../kit/database.ts';

export type LastBooks = Pick<Reconciliation, 'id' | 'state' | 'stages'> & { ended_at: Date };

/** The last comparison that ended. */
export async function lastBooks(sql: Query): Promise<LastBooks | undefined> {
  const [row] = await sql<LastBooks[]>`
    select id, state, stages, ended_at from reconciliations
     where state <> 'running' order by id desc limit 1`;
  return row;
}

/** When the books were last seen to say the same. */
export async function lastCleanAt(sql: Query): Promise<Date | undefined> {
  const [row] = await sql<{ ended_at: Date }[]>`
    select ended_at from reconciliations where state = 'clean' order by id desc limit 1`;
  return row?.ended_at;
}

/** Open invoices that whoever collects cannot take. */
export async function notCollected(sql: Query): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select count(*)::int as count from invoices where state = 'open' and not_collected is not null`;
  return row?.count ?? 0;
}

/** Requests for larger quotas that wait for an answer. */
export async function openRequests(sql: Query): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select count(*)::int as count from quota_requests where state = 'open'`;
  return row?.count ?? 0;
}
