import type { UserPatch } from '../contract/user.ts';
import type { PageQuery } from '../contract/page.ts';
import { checked, unique, type Query, type Tx } from '../kit/database.ts';
import { afterCursor } from '../kit/page.ts';

export type UserRow = {
  id: string;
  email: string;
  name: string;
  role: 'admin' | 'user';
  created_at: Date;
};

const columns = (sql: Query) => sql`id, email, name, role, created_at`;

/** Users, newest first; `email` and `role` narrow the list. */
export async function listUsers(
  sql: Query,
  page: PageQuery & { email?: string | undefined; role?: string | undefined },
): Promise<UserRow[]> {
  const after = afterCursor(page, 'usr');
  return sql<UserRow[]>`
    select ${columns(sql)} from users
     where ${after === null ? sql`true` : sql`id < ${after}`}
       and ${page.email === undefined ? sql`true` : sql`email = ${page.email}`}
       and ${page.role === undefined ? sql`true` : sql`role = ${page.role}`}
     order by id desc limit ${page.limit + 1}`;
}

export async function userById(sql: Query, id: string): Promise<UserRow | undefined> {
  const [row] = await sql<UserRow[]>`select ${columns(sql)} from users where id = ${id}`;
  return row;
}

/** Whether somebody signs in with this address, which is in lower case. */
export async function hasAccount(sql: Query, email: string): Promise<boolean> {
  return (await sql`select from users where email = ${email}`).length > 0;
}

export type UserToStore = Pick<UserRow, 'id' | 'email' | 'name' | 'role'> & { createdAt: Date };

export async function insertUser(tx: Tx, user: UserToStore): Promise<UserRow> {
  const { id, email, name, role, createdAt } = user;
  const [row] = await unique(
    { users_email_key: 'A user with this email exists already' },
    tx<[UserRow]>`
      insert into users (id, email, name, role, created_at, updated_at)
      values (${id}, ${email}, ${name}, ${role}, ${createdAt}, ${createdAt})
      returning ${columns(tx)}`,
  );
  return row;
}

export type PasswordToStore = { accountId: string; userId: string; hash: string };

/** The account row that sign-in looks for; a user has none until there is a password. */
export async function insertPassword(tx: Tx, account: PasswordToStore): Promise<void> {
  await tx`insert into accounts (id, account_id, provider_id, user_id, password)
    values (${account.accountId}, ${account.userId}, 'credential', ${account.userId},
            ${account.hash})`;
}

export async function updateUser(
  tx: Tx,
  id: string,
  patch: UserPatch,
): Promise<UserRow | undefined> {
  const { name = null, role = null } = patch;
  const [row] = await tx<UserRow[]>`
    update users set name = coalesce(${name}, name), role = coalesce(${role}, role),
                     updated_at = now()
     where id = ${id} returning ${columns(tx)}`;
  return row;
}

/** Lets a user sign in with the password alone. False where no second factor was asked for. */
export async function dropSecondFactor(tx: Tx, id: string): Promise<boolean> {
  await tx`delete from two_factors where user_id = ${id}`;
  const done = await tx`
    update users set two_factor_enabled = false, updated_at = now()
     where id = ${id} and two_factor_enabled`;
  return done.count > 0;
}

/** Removes a user with sessions, passwords and memberships. */
export async function deleteUser(tx: Tx, id: string): Promise<void> {
  await checked(
    { memberships_one_owner: 'This user is the last owner of a customer' },
    tx`delete from users where id = ${id}`,
  );
}

/** How many admins there are; locks them, so that two cannot both leave as the last but one. */
export async function countAdminsLocked(tx: Tx): Promise<number> {
  return (await tx`select id from users where role = 'admin' order by id for update`).length;
}

export type AdminToTell = { id: string; email: string };

/** Who is told of what an installation needs. */
export async function adminsToTell(sql: Query): Promise<AdminToTell[]> {
  return sql<AdminToTell[]>`select id, email from users where role = 'admin' order by id`;
}
