import type { StripeEvent, StripeEventState, StripeQueued } from '../contract/stripe.ts';
import type { PageQuery } from '../contract/page.ts';
import { numberText } from '../invoicing/model.ts';
import type { Query } from '../kit/database.ts';
import { afterCursor } from '../kit/page.ts';

type Named = { id: string; name: string } | null;
export type EventShown = Omit<
  StripeEvent,
  'created_at' | 'received_at' | 'taken_at' | 'invoice'
> & {
  created_at: Date;
  received_at: Date;
  taken_at: Date | null;
  invoice: { id: string; series: string; number: string } | null;
  customer: Named;
  seconds: string;
};

const stateOf = (sql: Query) => sql`
  case when unknown then 'unknown' when applied_at is not null then 'taken'
       when is_stuck then 'failed' else 'waiting' end`;

const EVENT_PLACE = /^\d{1,12}\.evt_\w{1,100}$/;

type EventsWanted = PageQuery & {
  state?: StripeEventState | undefined;
  type?: string | undefined;
};

/** Events, Stripe's newest first, each with the customer and the invoice that it is about. */
export async function listEvents(sql: Query, page: EventsWanted): Promise<EventShown[]> {
  const [seconds, last] = afterCursor(page, EVENT_PLACE)?.split(/\.(.*)/) ?? [];
  const { state, type } = page;
  const isAfter =
    seconds === undefined || last === undefined
      ? sql`true`
      : sql`(created_at, id) < (to_timestamp(${Number(seconds)}), ${last})`;
  return sql<EventShown[]>`
    with event as (
      select id, type, object_id, source, created_at, received_at, applied_at as taken_at, tries,
             said, ${stateOf(sql)} as state,
             extract(epoch from created_at)::bigint::text as seconds,
             payload #>> '{data,object,invoice}' as invoice,
             payload #>> '{data,object,payment_intent}' as intent,
             payload #>> '{data,object,customer}' as payer
        from stripe_events
       where ${isAfter} and ${state === undefined ? sql`true` : sql`${stateOf(sql)} = ${state}`}
         and ${type === undefined ? sql`true` : sql`type = ${type}`}
       order by created_at desc, id desc limit ${page.limit + 1})
    select event.id, type, object_id, event.state, source, event.created_at, received_at, taken_at,
           tries, said, seconds,
           case when customers.id is not null
                then json_build_object('id', customers.id, 'name', customers.name) end as customer,
           case when ours.id is not null
                then json_build_object('id', ours.id, 'series', series, 'number', number::text)
                 end as invoice
      from event
      left join lateral (
        select invoice_id from stripe_invoices where stripe_id in (object_id, event.invoice)
         union all
        select invoice_id from stripe_money where intent = event.intent limit 1) link on true
      left join invoices ours on ours.id = link.invoice_id
      left join stripe_customers on stripe_customers.stripe_id =
                case when object_id like 'cus\\_%' then object_id else payer end
      left join customers on customers.id = coalesce(ours.customer_id,
                                                     stripe_customers.customer_id)
     order by event.created_at desc, event.id desc`;
}

export type QueuedRow = Pick<StripeQueued, 'state' | 'tries' | 'said'> & {
  customer_id: string;
  customer_name: string;
  since: Date;
  next_at: Date | null;
  micros: string;
};

const QUEUE_PLACE = /^\d{1,18}\.cus_\w{1,30}$/;

type QueueWanted = PageQuery & { customer_id?: string | undefined; now: Date };

/** Customers of whom Stripe is to be told something, who waits longest first. */
export async function listQueue(sql: Query, page: QueueWanted): Promise<QueuedRow[]> {
  const [micros, last] = afterCursor(page, QUEUE_PLACE)?.split('.') ?? [];
  const { customer_id: only, now } = page;
  const isAfter =
    micros === undefined || last === undefined
      ? sql`true`
      : sql`(micros::bigint, customer_id) > (${micros}::bigint, ${last})`;
  return sql<QueuedRow[]>`
    select * from (
      select customer_id, customers.name as customer_name, since, tries, said,
             case when is_stuck then 'stuck' when tries > 0 then 'retrying'
                  when claimed_until > ${now} then 'telling' else 'waiting' end as state,
             case when tries > 0 and not is_stuck and claimed_until > ${now}
                  then claimed_until end as next_at,
             (extract(epoch from since) * 1000000)::bigint::text as micros
        from stripe_queue join customers on customers.id = customer_id
       where ${only === undefined ? sql`true` : sql`customer_id = ${only}`}) queued
     where ${isAfter}
     order by micros::bigint, customer_id limit ${page.limit + 1}`;
}

/** What these invoices are called. */
export async function numbersOf(
  sql: Query,
  ids: readonly string[],
): Promise<{ id: string; number: string }[]> {
  if (ids.length === 0) return [];
  const rows = await sql<{ id: string; series: string; number: bigint }[]>`
    select id, series, number from invoices where id = any(${[...ids]}) order by series, number`;
  return rows.map(({ id, series, number }) => ({ id, number: numberText(series, number) }));
}

/** Told of now, and not when its time comes. False where it is not in the queue. */
export async function queueNow(sql: Query, customerId: string): Promise<boolean> {
  const rows = await sql`
    update stripe_queue set is_stuck = false, tries = 0, claimed_until = '-infinity'
     where customer_id = ${customerId} returning customer_id`;
  return rows.length > 0;
}

/** Acted on again by itself. False where it has not failed. */
export async function eventAgain(sql: Query, id: string): Promise<boolean> {
  const rows = await sql`
    update stripe_events set is_stuck = false, tries = 0, claimed_until = '-infinity'
     where id = ${id} and is_stuck and applied_at is null returning id`;
  return rows.length > 0;
}
