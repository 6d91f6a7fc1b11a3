import type { JSONValue } from 'postgres';
import type { Query } from '../kit/database.ts';
import type { KeyRefusal } from './key-watch.ts';

/** What is known of the way to Stripe beside what is to be told. */
export type SeenRow = {
  began_at: Date;
  events_until: Date;
  caught_up_at: Date | null;
  delivery_refused_at: Date | null;
  key_refused: KeyRefusal | null;
};

export async function seenNow(sql: Query): Promise<SeenRow | undefined> {
  const [row] = await sql<SeenRow[]>`
    select began_at, events_until, caught_up_at, delivery_refused_at, key_refused
      from stripe_feed`;
  return row;
}

export async function saveCaughtUp(sql: Query, at: Date): Promise<void> {
  await sql`update stripe_feed set caught_up_at = ${at}`;
}

/** Out: whether that was not known. That there were more tries is no news. */
export async function saveKeyRefusal(
  sql: Query,
  refusal: KeyRefusal | undefined,
): Promise<boolean> {
  if (refusal === undefined) {
    const rows = await sql`update stripe_feed set key_refused = null
      where key_refused is not null returning one`;
    return rows.length > 0;
  }
  const [row] = await sql<{ was_known: boolean }[]>`
    update stripe_feed feed set key_refused = ${sql.json(refusal as JSONValue)}
      from stripe_feed before
     where feed.key_refused is distinct from ${sql.json(refusal as JSONValue)}
    returning before.key_refused is not null as was_known`;
  return row?.was_known === false;
}

const TOLD_EVERY_MS = 60_000;

/** A delivery was refused. Anybody can send one: it is written down once a minute at most. */
export async function saveDeliveryRefused(sql: Query, now: number): Promise<void> {
  await sql`update stripe_feed set delivery_refused_at = ${new Date(now)}
    where delivery_refused_at is null
       or delivery_refused_at < ${new Date(now - TOLD_EVERY_MS)}`;
}

export type Traffic = {
  waiting: number;
  stuck: number;
  oldest: Date | null;
  events_waiting: number;
  events_failed: number;
  last_delivery: Date | null;
};

/** How much waits on either way. */
export async function trafficNow(sql: Query): Promise<Traffic> {
  const [row] = await sql<Traffic[]>`
    select (select count(*)::int from stripe_queue where not is_stuck) as waiting,
           (select count(*)::int from stripe_queue where is_stuck) as stuck,
           (select min(since) from stripe_queue) as oldest,
           (select count(*)::int from stripe_events where applied_at is null and not is_stuck)
             as events_waiting,
           (select count(*)::int from stripe_events where applied_at is null and is_stuck)
             as events_failed,
           (select max(received_at) from stripe_events where source = 'webhook')
             as last_delivery`;
  if (row === undefined) throw new Error('no traffic');
  return row;
}
