import type { CustomerEvent } from '../contract/customer-event.ts';
import type { Query } from '../kit/database.ts';

type Ask = {
  customerId: string;
  topic: CustomerEvent['topic'] | undefined;
  /** Behind this one: its time in µs, and its id. */
  after: { micros: string; id: string } | undefined;
  /** Nothing that is to come later (ms). */
  until: number;
  limit: number;
};
export type EventRow = Omit<CustomerEvent, 'at'> & { at: Date; micros: string };

const planEvents = (sql: Query, customer: string) => sql`
  select 'created' as id, created_at as at, 'plan' as topic, 'customer.created' as kind,
         id as subject_id, name, null::text as amount, null::text as currency, '' as note
    from customers where id = ${customer}
  union all
  select phase.subscription_id || '.' || phase.number, phase.starts_at, 'plan',
         'subscription.phase', phase.subscription_id, plans.name || ' v' || version.number, null,
         null, case when phase.paused then 'paused' when phase.number = 1 then 'began'
                    when lag(phase.paused) over (partition by phase.subscription_id
                                                 order by phase.number) then 'resumed'
                    else 'changed' end
    from subscriptions sub
    join subscription_phases phase on phase.subscription_id = sub.id
    join plan_versions version on version.id = phase.plan_version_id
    join plans on plans.id = version.plan_id
   where sub.customer_id = ${customer}
  union all
  select sub.id || '.end', canceled_at, 'plan', 'subscription.ended', sub.id, plans.name, null,
         null, ''
    from subscriptions sub
    join plan_versions version on version.id = sub.plan_version_id
    join plans on plans.id = version.plan_id
   where sub.customer_id = ${customer} and canceled_at is not null
  union all
  select item.id || '.' || turn.kind, turn.at, 'plan', turn.kind, sub.id, plans.name, null, null,
         item.quantity::text
    from subscriptions sub
    join subscription_items item on item.subscription_id = sub.id
    join plan_versions version on version.id = item.plan_version_id
    join plans on plans.id = version.plan_id
   cross join lateral (values ('add_on.began', item.starts_at), ('add_on.ended', item.ends_at))
         turn (kind, at)
   where sub.customer_id = ${customer} and turn.at is not null
  union all
  select held.id || '.' || turn.kind, turn.at, 'plan', turn.kind, coupons.id, coupons.name, null,
         null, ''
    from customer_coupons held join coupons on coupons.id = held.coupon_id
   cross join lateral (values ('coupon.given', held.starts_at), ('coupon.ended', held.ended_at))
         turn (kind, at)
   where held.customer_id = ${customer} and turn.at is not null`;

const numberOf = (sql: Query) => sql`document.series || '-' || lpad(document.number::text, 6, '0')`;

const moneyEvents = (sql: Query, customer: string) => sql`
  select document.id || '.' || turn.kind, turn.at, 'money', turn.kind, document.id,
         ${numberOf(sql)}, total::text, currency,
         case turn.kind when 'invoice.ended' then state else reason end
    from invoices document
   cross join lateral (values ('invoice.finalized', finalized_at), ('invoice.paid', paid_at),
                              ('invoice.ended', ended_at)) turn (kind, at)
   where customer_id = ${customer} and turn.at is not null
  union all
  select id, created_at, 'money', 'credit_note.created', invoice_id, ${numberOf(sql)},
         total::text, currency, reason
    from credit_notes document where customer_id = ${customer}
  union all
  select pay.id, pay.received_at, 'money', 'payment.' || pay.kind, pay.invoice_id,
         ${numberOf(sql)}, pay.amount::text, pay.currency, pay.method
    from payments pay join invoices document on document.id = pay.invoice_id
   where pay.customer_id = ${customer}
  union all
  select step.id, step.taken_at, 'money', 'dunning.step', step.invoice_id, ${numberOf(sql)},
         null, null, step.kind
    from dunning_steps step join invoices document on document.id = step.invoice_id
   where step.customer_id = ${customer}`;

const otherEvents = (sql: Query, customer: string) => sql`
  select key.id || '.' || turn.kind, turn.at, 'access', turn.kind, key.id, key.name, null, null, ''
    from api_keys key
   cross join lateral (values ('key.created', key.created_at), ('key.revoked', key.revoked_at))
         turn (kind, at)
   where key.customer_id = ${customer} and turn.at is not null
  union all
  select member.id, member.created_at, 'access', 'member.joined', member.id, users.name, null,
         null, member.role
    from memberships member join users on users.id = member.user_id
   where member.customer_id = ${customer}
  union all
  select id, at, 'notice', 'notice.told', id, title, null, null, kind
    from notices where customer_id = ${customer}
  union all
  select deed.id, coalesce(deed.clock_at, deed.at), 'admin', 'admin.deed', deed.id,
         coalesce(users.name, deed.actor_kind), null, null,
         deed.action || coalesce(': ' || (deed.detail ->> 'reason'), '')
    from audit_entries deed left join users on users.id = deed.actor_id
   where deed.subject_id = ${customer} and deed.action <> 'customer.create'`;

/** What happened to a customer, the newest first, one row more than asked. */
export async function customerEventRows(sql: Query, ask: Ask): Promise<EventRow[]> {
  const { customerId, topic, after, until } = ask;
  return sql<EventRow[]>`
    select id, at, topic, kind, subject_id, name, amount, currency, note, micros::text
      from (select events.*, (extract(epoch from at) * 1000000)::bigint as micros
              from (${planEvents(sql, customerId)}
                    union all ${moneyEvents(sql, customerId)}
                    union all ${otherEvents(sql, customerId)}) events) timed
     where at <= ${new Date(until)}
       and ${topic === undefined ? sql`true` : sql`topic = ${topic}`}
       and ${after === undefined ? sql`true` : behind(sql, after)}
     order by micros desc, id desc limit ${ask.limit + 1}`;
}

const behind = (sql: Query, { micros, id }: NonNullable<Ask['after']>) =>
  sql`(micros, id) < (${micros}::bigint, ${id})`;
