import type { Query, Sql, Tx } from '../kit/database.ts';

export type SessionRow = {
  id: string;
  ip_address: string | null;
  user_agent: string | null;
  created_at: Date;
  updated_at: Date;
  expires_at: Date;
};

const SESSIONS_SHOWN_MAX = 100;

/** Where this user is signed in at `now` (ms), the newest first; at most 100. */
export async function sessionsOf(sql: Query, userId: string, now: number): Promise<SessionRow[]> {
  return sql<SessionRow[]>`
    select id, ip_address, user_agent, created_at, updated_at, expires_at from sessions
     where user_id = ${userId} and expires_at > ${new Date(now)}
     order by created_at desc, id desc limit ${SESSIONS_SHOWN_MAX}`;
}

/** False where this user has no such session. */
export async function endSession(tx: Tx, userId: string, id: string): Promise<boolean> {
  return (await tx`delete from sessions where id = ${id} and user_id = ${userId}`).count > 0;
}

/** Ends all of this user but one. Out: how many. */
export async function endOthers(tx: Tx, userId: string, kept: string): Promise<number> {
  return (await tx`delete from sessions where user_id = ${userId} and id <> ${kept}`).count;
}

/** Ends a session that nobody was told of. */
export async function dropSession(sql: Sql, token: string): Promise<void> {
  await sql`delete from sessions where token = ${token}`;
}
