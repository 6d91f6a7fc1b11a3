import type { JSONValue } from 'postgres';
import type { Query, Sql, Tx } from '../kit/database.ts';

export type EventRow = {
  id: string;
  type: string;
  object_id: string | null;
  created_at: Date;
  received_at: Date;
  source: 'webhook' | 'list';
  applied_at: Date | null;
  is_stuck: boolean;
};

export type NewEvent = {
  id: string;
  type: string;
  objectId: string | null;
  payload: unknown;
  createdAt: Date;
};

/** Keeps events that are not here yet. */
export async function keepEvents(
  sql: Query,
  events: readonly NewEvent[],
  { source, now }: { source: EventRow['source']; now: number },
): Promise<void> {
  if (events.length === 0) return;
  const rows = events.map(({ id, type, objectId, payload, createdAt }) => ({
    id,
    type,
    object_id: objectId,
    payload: sql.json(payload as JSONValue),
    created_at: createdAt,
    received_at: new Date(now),
    source,
  }));
  await sql`insert into stripe_events ${sql(rows)} on conflict (id) do nothing`;
}

const columns = (sql: Query) =>
  sql`id, type, object_id, created_at, received_at, source, applied_at, is_stuck`;

export type Waiting = { id: string; object: unknown; tries: number };

/** Takes some that nobody is acting on, the oldest first, for so long. */
export async function claimEvents(
  sql: Query,
  { limit, now, until }: { limit: number; now: Date; until: Date },
): Promise<Waiting[]> {
  return sql<Waiting[]>`
    update stripe_events set claimed_until = ${until}
     where id in (
       select id from stripe_events
        where applied_at is null and claimed_until <= ${now} and not is_stuck
        order by created_at, id limit ${limit} for update skip locked)
    returning id, payload #> '{data,object}' as object, tries`;
}

/** They come again then. */
export async function waitEvents(
  sql: Query,
  ids: readonly string[],
  { until, said }: { until: Date; said: string },
): Promise<void> {
  await sql`update stripe_events set claimed_until = ${until}, tries = tries + 1, said = ${said}
    where id = any(${[...ids]}) and applied_at is null`;
}

export async function eventById(
  sql: Query,
  id: string,
): Promise<(EventRow & { payload: unknown }) | undefined> {
  const [row] = await sql<(EventRow & { payload: unknown })[]>`
    select ${columns(sql)}, payload from stripe_events where id = ${id}`;
  return row;
}

export async function eventsApplied(
  sql: Query,
  ids: readonly string[],
  now: number,
): Promise<void> {
  await sql`update stripe_events set applied_at = ${new Date(now)}, is_stuck = false, said = ''
    where id = any(${[...ids]}) and applied_at is null`;
}

/** Nothing here follows them. */
export async function eventsUnknown(
  sql: Query,
  ids: readonly string[],
  now: number,
): Promise<void> {
  await sql`update stripe_events set applied_at = ${new Date(now)}, unknown = true
    where id = any(${[...ids]}) and applied_at is null`;
}

export async function eventsStuck(tx: Tx, ids: readonly string[], said: string): Promise<void> {
  await tx`update stripe_events set is_stuck = true, said = ${said}
    where id = any(${[...ids]}) and applied_at is null`;
}

/**
 * Forgets events of before then that were followed. Stripe tells of none again that is older than a
 * month. Out: how many.
 */
export async function forgetEvents(sql: Sql, before: Date, limit: number): Promise<number> {
  const gone = await sql`
    delete from stripe_events where id in (
      select id from stripe_events
       where created_at < ${before} and received_at < ${before} and applied_at is not null
       order by created_at, id limit ${limit})`;
  return gone.count;
}
