import type { MemberRole } from '../contract/customer.ts';
import type { PageQuery } from '../contract/page.ts';
import { checked, unique, type Query, type Tx } from '../kit/database.ts';
import { afterCursor } from '../kit/page.ts';

export type MembershipRow = {
  id: string;
  customer_id: string;
  role: MemberRole;
  created_at: Date;
  user_id: string;
  user_name: string;
  user_email: string;
  /** Whether they sign in with a second factor. */
  user_two_factor: boolean;
};

const LAST_OWNER = { memberships_one_owner: 'A customer needs an owner: name another one first' };

const selected = (sql: Query) => sql`
  select memberships.id, customer_id, memberships.role, memberships.created_at,
         users.id as user_id, users.name as user_name, users.email as user_email,
         users.two_factor_enabled as user_two_factor
    from memberships join users on users.id = user_id`;

export async function listMemberships(
  sql: Query,
  customerId: string,
  page: PageQuery,
): Promise<MembershipRow[]> {
  const after = afterCursor(page, 'mem');
  return sql<MembershipRow[]>`
    ${selected(sql)}
     where customer_id = ${customerId}
       and ${after === null ? sql`true` : sql`memberships.id < ${after}`}
     order by memberships.id desc limit ${page.limit + 1}`;
}

export async function membershipById(sql: Query, id: string): Promise<MembershipRow | undefined> {
  const [row] = await sql<MembershipRow[]>`${selected(sql)} where memberships.id = ${id}`;
  return row;
}

export type MembershipToStore = {
  id: string;
  customerId: string;
  userId: string;
  role: MemberRole;
  createdAt: Date;
};

export async function insertMembership(tx: Tx, membership: MembershipToStore): Promise<void> {
  const { id, customerId, userId, role, createdAt } = membership;
  await unique(
    { memberships_customer_id_user_id_key: 'This user is a member already' },
    tx`insert into memberships (id, customer_id, user_id, role, created_at)
       values (${id}, ${customerId}, ${userId}, ${role}, ${createdAt})`,
  );
}

/** Whether there was such a membership. Throws state_conflict for the last owner. */
export async function updateRole(tx: Tx, id: string, role: MemberRole): Promise<boolean> {
  const done = await checked(
    LAST_OWNER,
    tx`update memberships set role = ${role} where id = ${id}`,
  );
  return done.count > 0;
}

/** Whether there was such a membership. Throws state_conflict for the last owner. */
export async function deleteMembership(tx: Tx, id: string): Promise<boolean> {
  return (await checked(LAST_OWNER, tx`delete from memberships where id = ${id}`)).count > 0;
}

/** How many customers the user owns; two calls for one user run one after the other. */
export async function lockOwned(tx: Tx, userId: string): Promise<number> {
  await tx`select pg_advisory_xact_lock(hashtextextended(${`customers of ${userId}`}, 0))`;
  const [row] = await tx<[{ owned: number }]>`
    select count(*)::int as owned from memberships
     where user_id = ${userId} and role = 'owner'`;
  return row.owned;
}

export type OwnMembershipRow = {
  id: string;
  role: MemberRole;
  customer_id: string;
  customer_name: string;
  customer_state: 'active' | 'archived';
};

/** Where this user is a member, oldest first, at most `limit`. */
export async function membershipsOf(
  sql: Query,
  userId: string,
  limit: number,
): Promise<OwnMembershipRow[]> {
  return sql<OwnMembershipRow[]>`
    select memberships.id, role, customer_id, customers.name as customer_name,
           customers.state as customer_state
      from memberships join customers on customers.id = customer_id
     where user_id = ${userId} order by memberships.id limit ${limit}`;
}
