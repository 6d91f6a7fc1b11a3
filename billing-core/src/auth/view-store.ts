import type { Query, Tx } from '../kit/database.ts';

/** A session that looks at the customer side as a customer, and changes nothing meanwhile. */
export type View = { id: string; customerId: string; beganAt: Date; endsAt: Date };

type NewView = View & { sessionId: string; userId: string; reason: string };

/** What this session looks at as of `now` (ms). */
export async function viewOf(
  sql: Query,
  sessionId: string,
  now: number,
): Promise<View | undefined> {
  const [row] = await sql<View[]>`
    select id, customer_id as "customerId", began_at as "beganAt", ends_at as "endsAt"
      from customer_views
     where session_id = ${sessionId} and ended_at is null and ends_at > ${new Date(now)}`;
  return row;
}

/** Ends what a session looked at before, and begins this one. */
export async function beginView(tx: Tx, view: NewView): Promise<void> {
  await tx`update customer_views set ended_at = least(ends_at, ${view.beganAt}::timestamptz)
    where session_id = ${view.sessionId} and ended_at is null`;
  await tx`insert into customer_views
    (id, session_id, user_id, customer_id, reason, began_at, ends_at)
    values (${view.id}, ${view.sessionId}, ${view.userId}, ${view.customerId}, ${view.reason},
            ${view.beganAt}, ${view.endsAt})`;
}

export async function endView(tx: Tx, id: string, now: number): Promise<void> {
  await tx`update customer_views set ended_at = ${new Date(now)}
    where id = ${id} and ended_at is null`;
}
