import type { Tx } from './database.ts';
import { newId } from './id.ts';
import type { JSONValue } from 'postgres';

/** Who did it: an admin token, a signed-in user, or the system (a command, a job). */
export type Actor =
  | { kind: 'token'; id: string; scopes: readonly string[] }
  | { kind: 'user'; id: string; role: 'admin' | 'user' }
  | { kind: 'system'; id: string };

/** What every action that writes is given: its transaction, who asks, when, in which request. */
export type Doing = { tx: Tx; actor: Actor; now: number; requestId: string };

export type Deed = {
  actor: Actor;
  action: string;
  subjectId: string;
  now: number;
  requestId?: string | undefined;
  detail?: { readonly [field: string]: JSONValue | undefined };
};

/** Writes who did what to which subject, in the transaction of the deed. */
export async function audit(tx: Tx, deed: Deed): Promise<void> {
  await tx`insert into audit_entries
    (id, actor_kind, actor_id, action, subject_id, request_id, detail)
    values (${newId('aud', deed.now)}, ${deed.actor.kind}, ${deed.actor.id}, ${deed.action},
            ${deed.subjectId}, ${deed.requestId ?? null}, ${tx.json(deed.detail ?? {})})`;
}
