import type { Sql, Tx } from './database.ts';
import { newId, timeOfId } from './id.ts';
import type { JSONValue } from 'postgres';

/** Who did it: an admin token, a signed-in user, or the system (a command, a job). */
export type Actor =
  | { kind: 'token'; id: string; scopes: readonly string[] }
  | { kind: 'user'; id: string; role: 'admin' | 'user' }
  | { kind: 'system'; id: string };

/** What every action that writes is given: its transaction, who asks, when, in which request. */
export type Doing = {
  tx: Tx;
  actor: Actor;
  now: number;
  requestId: string;
  /** The id of the larger deed that it is part of, for its audit entry. */
  partOf?: string | undefined;
};

export type Deed = {
  actor: Actor;
  action: string;
  subjectId: string;
  now: number;
  requestId?: string | undefined;
  detail?: { readonly [field: string]: JSONValue | undefined };
};

/**
 * Says for a transaction which request it is and from where that comes: its audit entries and what
 * it changes have both, whoever writes them.
 */
export async function nameRequest(
  tx: Tx,
  { requestId, address = '' }: { requestId: string; address?: string | undefined },
): Promise<void> {
  await tx`select set_config('tollgate.request', ${requestId}, true),
                  set_config('tollgate.address', ${address}, true)`;
}

/**
 * Writes who did what to which subject, in the transaction of the deed. Entries are in the order of
 * their requests, whichever customer's time these were made at.
 */
export async function audit(tx: Tx, deed: Deed): Promise<void> {
  const { now, requestId = null } = deed;
  const id = newId('aud', requestId === null ? now : timeOfId(requestId));
  await tx`insert into audit_entries
    (id, clock_at, actor_kind, actor_id, action, subject_id, request_id, detail)
    values (${id}, ${new Date(now)}, ${deed.actor.kind}, ${deed.actor.id}, ${deed.action},
            ${deed.subjectId}, ${requestId}, ${tx.json(deed.detail ?? {})})`;
}

/**
 * Forgets the oldest of the trail from before then, at most `limit` entries and as many changes;
 * the database lets nothing go that is younger than a year. Ids and numbers are in the order of
 * time, so that none but those are looked at. Out: how many went.
 */
export async function forgetAudit(sql: Sql, before: Date, limit: number): Promise<number> {
  return sql.begin(async (tx) => {
    await tx`select set_config('tollgate.pruning', 'audit', true)`;
    const entries = await tx`
      delete from audit_entries using (
        select id, at from audit_entries order by id limit ${limit}) oldest
       where audit_entries.id = oldest.id and oldest.at < ${before}`;
    const changes = await tx`
      delete from audit_changes using (
        select number, at from audit_changes order by number limit ${limit}) oldest
       where audit_changes.number = oldest.number and oldest.at < ${before}`;
    await tx`select set_config('tollgate.pruning', '', true)`;
    return Math.max(entries.count, changes.count);
  });
}
