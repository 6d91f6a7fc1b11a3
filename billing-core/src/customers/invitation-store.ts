import type { MemberRole } from '../contract/customer.ts';
import type { PageQuery } from '../contract/page.ts';
import type { Query, Sql, Tx } from '../kit/database.ts';
import { afterCursor } from '../kit/page.ts';

export type InvitationRow = {
  id: string;
  customer_id: string;
  customer_name: string;
  customer_state: 'active' | 'archived';
  email: string;
  role: MemberRole;
  round: number;
  inviter: string | null;
  created_at: Date;
  expires_at: Date;
  sent_at: Date | null;
  refused_at: Date | null;
  said: string | null;
  accepted_at: Date | null;
  revoked_at: Date | null;
};

const selected = (sql: Query) => sql`
  select one.id, customer_id, customers.name as customer_name, customers.state as customer_state,
         one.email, one.role, round, users.name as inviter, one.created_at, expires_at, sent_at,
         refused_at, said, accepted_at, revoked_at
    from invitations one join customers on customers.id = customer_id
    left join users on users.id = invited_by`;

/** Who was invited and has not answered, newest first. */
export async function listInvitations(
  sql: Query,
  customerId: string,
  page: PageQuery,
): Promise<InvitationRow[]> {
  const after = afterCursor(page, 'ivt');
  return sql<InvitationRow[]>`
    ${selected(sql)}
     where customer_id = ${customerId} and accepted_at is null and revoked_at is null
       and ${after === null ? sql`true` : sql`one.id < ${after}`}
     order by one.id desc limit ${page.limit + 1}`;
}

export async function invitationById(sql: Query, id: string): Promise<InvitationRow | undefined> {
  const [row] = await sql<InvitationRow[]>`${selected(sql)} where one.id = ${id}`;
  return row;
}

export async function invitationByHash(
  sql: Query,
  hash: Buffer,
): Promise<InvitationRow | undefined> {
  const [row] = await sql<InvitationRow[]>`${selected(sql)} where token_hash = ${hash}`;
  return row;
}

/**
 * The one of this address that nobody answered or took back; how many others there are of which
 * the link still opens something at `now` (ms).
 */
export async function openTo(
  tx: Tx,
  customerId: string,
  { email, now }: { email: string; now: number },
): Promise<{ own: { id: string; expires_at: Date } | undefined; others: number }> {
  const rows = await tx<{ id: string; email: string; expires_at: Date }[]>`
    select id, email, expires_at from invitations
     where customer_id = ${customerId} and accepted_at is null and revoked_at is null`;
  const own = rows.find((row) => row.email === email);
  const others = rows.filter((row) => row !== own && row.expires_at.getTime() > now).length;
  return { own, others };
}

export async function hasMember(tx: Tx, customerId: string, email: string): Promise<boolean> {
  const rows = await tx`
    select from memberships join users on users.id = user_id
     where customer_id = ${customerId} and email = ${email}`;
  return rows.length > 0;
}

/** Whether this user is an owner, and stays one until this transaction ends. */
export async function staysOwner(tx: Tx, customerId: string, userId: string): Promise<boolean> {
  const rows = await tx`
    select from memberships
     where customer_id = ${customerId} and user_id = ${userId} and role = 'owner' for share`;
  return rows.length > 0;
}

export type InvitationToStore = {
  id: string;
  customer_id: string;
  email: string;
  role: MemberRole;
  token_hash: Buffer;
  invited_by: string;
  created_at: Date;
  expires_at: Date;
};

export async function insertInvitation(tx: Tx, row: InvitationToStore): Promise<void> {
  await tx`insert into invitations ${tx(row)}`;
}

/** Another link and letter for one that nobody answered: those of before are nothing any more. */
export async function renewInvitation(
  tx: Tx,
  { id, round, hash, expiresAt }: { id: string; round: number; hash: Buffer; expiresAt: Date },
): Promise<boolean> {
  const done = await tx`
    update invitations
       set round = ${round}, token_hash = ${hash}, expires_at = ${expiresAt}, sent_at = null,
           refused_at = null, said = null
     where id = ${id} and round = ${round - 1} and accepted_at is null and revoked_at is null`;
  return done.count > 0;
}

/** Takes back what this member asked of others, as far as nobody answered. Out: how many. */
export async function revokeInvitationsOf(
  tx: Tx,
  { customerId, userId, at }: { customerId: string; userId: string; at: Date },
): Promise<number> {
  const done = await tx`
    update invitations set revoked_at = ${at}
     where customer_id = ${customerId} and invited_by = ${userId} and accepted_at is null
       and revoked_at is null`;
  return done.count;
}

/** False where somebody answered it, or took it back. */
export async function revokeInvitation(tx: Tx, id: string, at: Date): Promise<boolean> {
  const done = await tx`
    update invitations set revoked_at = ${at}
     where id = ${id} and accepted_at is null and revoked_at is null`;
  return done.count > 0;
}

/** False where somebody was faster: an invitation is answered once. */
export async function acceptInvitation(
  tx: Tx,
  { hash, at, by }: { hash: Buffer; at: Date; by: string },
): Promise<boolean> {
  const done = await tx`
    update invitations set accepted_at = ${at}, accepted_by = ${by}
     where token_hash = ${hash} and accepted_at is null and revoked_at is null
       and expires_at > ${at}`;
  return done.count > 0;
}

/** What became of a try to send the letter of this round. */
export type LetterEnd = { sentAt: Date } | { refusedAt: Date | null; said: string };

export async function saveLetterEnd(
  sql: Sql,
  { id, round }: Pick<InvitationRow, 'id' | 'round'>,
  end: LetterEnd,
): Promise<void> {
  const { sentAt, refusedAt, said } = { sentAt: null, refusedAt: null, said: null, ...end };
  await sql`
    update invitations set sent_at = ${sentAt}, refused_at = ${refusedAt}, said = ${said}
     where id = ${id} and round = ${round}`;
}
