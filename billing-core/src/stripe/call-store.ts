import type { JSONValue } from 'postgres';
import type { Query } from '../kit/database.ts';

export type Params = { readonly [field: string]: JSONValue | undefined };
export type CallRow = {
  name: string;
  params: Params;
  attempt: number;
  state: 'trying' | 'spent' | 'refused' | 'done';
  attempted_at: Date;
  first_at: Date;
  stripe_id: string | null;
};

const columns = (sql: Query) =>
  sql`name, params, attempt, state, attempted_at, first_at, stripe_id`;

export async function callNamed(sql: Query, name: string): Promise<CallRow | undefined> {
  const [row] = await sql<CallRow[]>`select ${columns(sql)} from stripe_calls where name = ${name}`;
  return row;
}

/** What is asked under this name: what somebody wrote down before, or now this. */
export async function firstCall(
  sql: Query,
  name: string,
  { params, now }: { params: Params; now: number },
): Promise<CallRow> {
  const at = new Date(now);
  await sql`insert into stripe_calls (name, params, attempted_at, first_at)
    values (${name}, ${sql.json(params as JSONValue)}, ${at}, ${at}) on conflict do nothing`;
  const row = await callNamed(sql, name);
  if (row === undefined) throw new Error(`no call ${name}`);
  return row;
}

/** Asks anew, under another key; whoever comes second finds the first one's. */
export async function nextAttempt(
  sql: Query,
  { name, attempt }: CallRow,
  { params, now }: { params: Params; now: number },
): Promise<CallRow> {
  await sql`update stripe_calls
    set attempt = attempt + 1, state = 'trying', attempted_at = ${new Date(now)},
        params = ${sql.json(params as JSONValue)}
    where name = ${name} and attempt = ${attempt} and state <> 'done'`;
  const row = await callNamed(sql, name);
  if (row === undefined) throw new Error(`no call ${name}`);
  return row;
}

/** How an attempt ended; one that is done stays so. */
export async function endAttempt(
  sql: Query,
  { name, attempt }: CallRow,
  state: 'spent' | 'refused',
): Promise<void> {
  await sql`update stripe_calls set state = ${state}
    where name = ${name} and attempt = ${attempt} and state = 'trying'`;
}

export async function callDone(sql: Query, name: string, stripeId: string): Promise<void> {
  await sql`update stripe_calls set state = 'done', stripe_id = ${stripeId} where name = ${name}`;
}
