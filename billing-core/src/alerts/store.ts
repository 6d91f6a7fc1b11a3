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
