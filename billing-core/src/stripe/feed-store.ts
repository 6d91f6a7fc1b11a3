import { DEAD_LETTERS } from '../kit/dead-jobs.ts';
import type { Query, Tx } from '../kit/database.ts';

export type Feed = { cursor: bigint; began_at: Date; events_until: Date };

/** Where Stripe began to collect; the first core that asks says so. */
export async function openFeed(
  sql: Query,
  { cursor, now }: { cursor: bigint; now: number },
): Promise<void> {
  const at = new Date(now);
  await sql`insert into stripe_feed (cursor, began_at, events_until)
    values (${cursor}, ${at}, ${at}) on conflict do nothing`;
}

export async function feedNow(sql: Query): Promise<Feed | undefined> {
  const [row] = await sql<Feed[]>`select cursor, began_at, events_until from stripe_feed`;
  return row;
}

/** The same, held until the transaction ends: one core follows at a time. */
export async function lockFeed(tx: Tx): Promise<Feed> {
  const [row] = await tx<Feed[]>`
    select cursor, began_at, events_until from stripe_feed for update`;
  if (row === undefined) throw new Error('Stripe does not collect yet');
  return row;
}

export async function moveFeed(tx: Tx, cursor: bigint): Promise<void> {
  await tx`update stripe_feed set cursor = ${cursor}`;
}

/** All of Stripe's events until then (its time) are here; never less than before. */
export async function moveEvents(sql: Query, until: Date): Promise<void> {
  await sql`update stripe_feed set events_until = greatest(events_until, ${until})`;
}

/** Puts the customers of what changed into the queue. */
export async function queueChanged(tx: Tx, ids: readonly string[]): Promise<void> {
  await tx`
    insert into stripe_queue (customer_id)
    select distinct customer_id from (
      select id as customer_id, id from customers
       union all select customer_id, id from invoices where state <> 'draft'
       union all select customer_id, id from credit_notes
       union all select customer_id, id from payments) subject
     where id = any(${[...ids]})
    on conflict (customer_id) do update set wanted = nextval('stripe_wants')`;
}

export async function queueOne(sql: Query, customerId: string): Promise<void> {
  await sql`
    insert into stripe_queue (customer_id) values (${customerId})
    on conflict (customer_id) do update set wanted = nextval('stripe_wants'), is_stuck = false`;
}

export type Queued = { customer_id: string; wanted: bigint; tries: number };

/** Takes some that nobody is telling of, for so long; whoever dies gives them up that way. */
export async function claimQueued(
  sql: Query,
  { limit, now, until }: { limit: number; now: Date; until: Date },
): Promise<Queued[]> {
  return sql<Queued[]>`
    update stripe_queue set claimed_until = ${until}
     where customer_id in (
       select customer_id from stripe_queue
        where claimed_until <= ${now} and not is_stuck
        order by claimed_until, wanted limit ${limit} for update skip locked)
    returning customer_id, wanted, tries`;
}

export async function queuedOf(sql: Query, customerId: string): Promise<Queued | undefined> {
  const [row] = await sql<Queued[]>`
    select customer_id, wanted, tries from stripe_queue where customer_id = ${customerId}`;
  return row;
}

/** Told of, unless there is more of it by now. */
export async function leaveQueue(sql: Query, { customer_id, wanted }: Queued): Promise<void> {
  await sql`delete from stripe_queue where customer_id = ${customer_id} and wanted <= ${wanted}`;
  await sql`update stripe_queue
    set claimed_until = '-infinity', is_stuck = false, tries = 0, said = '', since = now()
    where customer_id = ${customer_id}`;
}

/** It comes again then. */
export async function waitInQueue(
  sql: Query,
  { customer_id }: Queued,
  { until, said }: { until: Date; said: string },
): Promise<void> {
  await sql`update stripe_queue
    set claimed_until = ${until}, tries = tries + 1, said = ${said}
    where customer_id = ${customer_id}`;
}

export async function stuckInQueue(tx: Tx, customerId: string, said: string): Promise<void> {
  await tx`update stripe_queue
    set is_stuck = true, claimed_until = '-infinity', said = ${said}
    where customer_id = ${customerId}`;
}

/** Nobody is to try them any more: what was discarded holds up nothing that comes after it. */
export async function freeDiscarded(sql: Query, job: string): Promise<void> {
  await sql`update stripe_queue set is_stuck = false, tries = 0
    where is_stuck
      and not exists (select from pgboss.job
                       where data ->> 'customer_id' = customer_id
                         and (name = ${job} and state in ('created', 'retry', 'active')
                              or name = ${DEAD_LETTERS} and source_name = ${job}))`;
}
