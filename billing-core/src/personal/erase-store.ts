import type { Erasure, ErasurePreview } from '../contract/erasure.ts';
import type { PageQuery } from '../contract/page.ts';
import type { Query, Tx } from '../kit/database.ts';
import { afterCursor } from '../kit/page.ts';

export type ErasureRow = Omit<Erasure, 'erased_at' | 'whole_at'> & {
  erased_at: Date;
  whole_at: Date | null;
};
type Objection = ErasurePreview['objections'][number];

const columns = (sql: Query) => sql`id, customer_id, erased_at, counts, whole_at`;

export async function erasureOf(sql: Query, customer: string): Promise<ErasureRow | undefined> {
  const [row] = await sql<ErasureRow[]>`
    select ${columns(sql)} from erasures where customer_id = ${customer}`;
  return row;
}

/** Erasures, newest first, one more than asked. */
export async function listErasures(sql: Query, page: PageQuery): Promise<ErasureRow[]> {
  const after = afterCursor(page, 'ers');
  return sql<ErasureRow[]>`
    select ${columns(sql)} from erasures
     where ${after === null ? sql`true` : sql`id < ${after}`}
     order by id desc limit ${page.limit + 1}`;
}

/** Changes of what Stripe is told of, which the one who puts it into the queue has not seen yet. */
const unreadByStripe = (sql: Query, customer: string) => sql`
  select from changes
   where feed = 'money' and number > (select cursor from stripe_feed)
     and subject_id in (
       select ${customer}
       union all select id from invoices where customer_id = ${customer}
       union all select id from credit_notes where customer_id = ${customer}
       union all select id from payments where customer_id = ${customer})`;

/**
 * What of a customer somebody has to see to before it can be erased. Where Stripe does not collect
 * (any more) it is not waited for: it is told when it does again.
 */
export async function objectionsTo(
  sql: Query,
  customer: string,
  { isCollecting }: { isCollecting: boolean },
): Promise<Objection[]> {
  return sql<Objection[]>`
    select reason, detail from (values
      (1, 'not_archived', 'Archive it first: DELETE /v1/customers/{id}',
       exists (select from customers where id = ${customer} and state <> 'archived')),
      (2, 'open_invoices', 'Wait until they are paid, void them, or write off what is not paid',
       exists (select from invoices where customer_id = ${customer} and state = 'open')),
      (3, 'draft_invoices', 'Finalize each draft, to bill it, or discard it',
       exists (select from invoices where customer_id = ${customer} and state = 'draft')),
      (4, 'credit_left', 'Pay its credit out first: POST /v1/customers/{id}/payouts',
       exists (select from customer_balance_entries where customer_id = ${customer}
                group by currency having sum(amount) <> 0)),
      (5, 'usage_not_closed', 'Its last period is billed by itself once all usage is there',
       exists (select from billing_cycles cycle
                where customer_id = ${customer}
                  and (due_at is not null or has_fees or is_stuck
                       or exists (select from usage_late_hours late
                                   where late.customer_id = cycle.customer_id
                                     and late.last_roll > cycle.billed_roll)))
       -- What was decided last is not in the cycles yet.
       or exists (select from changes
                   where feed = 'facts' and number > (select cursor from billing_feed)
                     and kind = 'customer' and subject_id = ${customer}
                     and exists (select from subscriptions where customer_id = ${customer}))),
      (6, 'open_disputes', 'A bank asks for a payment back: wait until that is decided',
       exists (select from stripe_disputes
                where customer_id = ${customer} and closed_at is null
                  and status not in ('won', 'lost'))),
      (7, 'stripe_not_told', 'Stripe is being told of it still: see Stripe, Queue',
       ${isCollecting} and (
         exists (select from stripe_queue where customer_id = ${customer})
         or exists (${unreadByStripe(sql, customer)}))),
      (8, 'money_owed_back', 'An invoice was credited after it was paid: refund that first',
       exists (select from invoices
                where customer_id = ${customer} and state = 'paid'
                  and total - (from_balance + set_off - to_balance) - credited - paid < 0))
    ) found (place, reason, detail, is_so) where is_so order by place`;
}

type Counts = Record<string, number>;

/** What an erasure would take away now, and what stays; `since` is a time, or infinity. */
export async function countsOf(
  sql: Query,
  customer: string,
  since: string,
): Promise<{ erased: Counts; kept: Counts }> {
  const [row] = await sql<[{ erased: Counts; kept: Counts }]>`
    with left_behind as (
      select users.id from memberships join users on users.id = user_id
       where customer_id = ${customer} and users.role <> 'admin'
         and not exists (select from memberships other
                          where other.user_id = users.id and other.customer_id <> ${customer})),
    sent as (
      select finalized_at < ${since}::text::timestamptz as goes from invoices
       where customer_id = ${customer} and state <> 'draft')
    select json_build_object(
        'members', (select count(*) from memberships where customer_id = ${customer}),
        'users', (select count(*) from left_behind),
        'sessions', (select count(*) from sessions where user_id in (select id from left_behind)),
        'invitations', (select count(*) from invitations where customer_id = ${customer}),
        'keys', (select count(*) from api_keys where customer_id = ${customer}),
        'notices', (select count(*) from notices where customer_id = ${customer}),
        'letters', (select count(*) from notices join notice_letters on notice_id = notices.id
                     where customer_id = ${customer}),
        'requests', (select count(*) from logged_requests where customer_id = ${customer}),
        'invoices', (select count(*) from sent where goes)) as erased,
      json_build_object(
        'invoices', (select count(*) from sent),
        'named_invoices', (select count(*) from sent where not goes),
        'payments', (select count(*) from payments where customer_id = ${customer}),
        'usage_hours', (select count(*) from usage_hours where customer_id = ${customer})) as kept`;
  return row;
}

/** Erases, in all tables at once. Out: what went, by kind. */
export async function eraseRows(tx: Tx, customer: string, since: string): Promise<Counts> {
  // Events of Stripe's and the audit trail are read as a whole.
  await tx`select set_config('statement_timeout', '300s', true)`;
  const [row] = await tx<[{ counts: Counts }]>`
    select erase_customer(${customer}, ${since}::text::timestamptz) as counts`;
  return row.counts;
}

export async function insertErasure(
  tx: Tx,
  row: { id: string; customer_id: string; erased_at: Date; erased_by: string; counts: Counts },
): Promise<void> {
  await tx`insert into erasures ${tx({ ...row, counts: tx.json(row.counts) as never })}`;
  await markWhole(tx, row.customer_id, row.erased_at);
}

/** Notes that no document of it has a name any more, once that is so. */
async function markWhole(tx: Tx, customer: string, now: Date): Promise<void> {
  await tx`update erasures set whole_at = ${now}
    where customer_id = ${customer} and whole_at is null
      and not exists (select from invoices
                       where invoices.customer_id = erasures.customer_id and state <> 'draft'
                         and not names_nobody(customer))`;
}

/** Erasures with documents that have a name still, oldest first. */
export async function unfinished(sql: Query): Promise<string[]> {
  const rows = await sql<{ customer_id: string }[]>`
    select customer_id from erasures where whole_at is null order by id`;
  return rows.map(({ customer_id }) => customer_id);
}

/** Takes the name off documents whose time is over. */
export async function eraseDocuments(
  tx: Tx,
  customer: string,
  { since, now }: { since: string; now: Date },
): Promise<void> {
  await tx`select erase_documents(${customer}, ${since}::text::timestamptz)`;
  await markWhole(tx, customer, now);
}

export async function keepDays(sql: Query): Promise<number> {
  const [row] = await sql<[{ days: number }]>`
    select keep_documents_days as days from erasure_settings`;
  return row.days;
}

export async function saveKeepDays(tx: Tx, days: number): Promise<void> {
  await tx`update erasure_settings set keep_documents_days = ${days}`;
}
