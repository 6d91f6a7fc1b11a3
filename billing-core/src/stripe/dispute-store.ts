import type { DisputeState } from '../contract/dispute.ts';
import type { PageQuery } from '../contract/page.ts';
import type { Query, Tx } from '../kit/database.ts';
import { afterCursor } from '../kit/page.ts';

/** The way by which lost money is taken out of the books. */
export const DISPUTE_METHOD = 'dispute';

export type DisputeToKeep = {
  stripe_id: string;
  invoice_id: string;
  customer_id: string;
  intent: string;
  currency: string;
  amount: string;
  reason: string;
  status: string;
  due_by: Date | null;
  has_evidence: boolean;
  opened_at: Date;
  closed_at: Date | null;
};

/** What a dispute is at Stripe now; that it was closed is said with the time of the first look. */
export async function saveDispute(tx: Tx, row: DisputeToKeep): Promise<void> {
  await tx`
    insert into stripe_disputes ${tx(row)}
    on conflict (stripe_id) do update
       set amount = excluded.amount, reason = excluded.reason, status = excluded.status,
           due_by = excluded.due_by, has_evidence = excluded.has_evidence,
           closed_at = case when excluded.closed_at is null then null
                            else coalesce(stripe_disputes.closed_at, excluded.closed_at) end`;
}

export type DisputeRow = Omit<DisputeToKeep, 'intent'> & {
  customer_name: string;
  series: string;
  number: bigint;
  state: DisputeState;
  payment_id: string | null;
  seconds: string;
};

const stateOf = (sql: Query) => sql`
  case when dispute.status in ('won', 'lost') then dispute.status
       when dispute.closed_at is null then 'open' else 'closed' end`;

const PLACE = /^\d{1,12}\.d[pu]_\w{1,100}$/;

type Wanted = PageQuery & {
  customer_id?: string | undefined;
  invoice_id?: string | undefined;
  state?: DisputeState | undefined;
};

/** Disputes, the newest first, one more than asked. */
export async function listDisputes(sql: Query, page: Wanted): Promise<DisputeRow[]> {
  const [seconds, last] = afterCursor(page, PLACE)?.split('.') ?? [];
  const { customer_id: customer, invoice_id: invoice, state } = page;
  const isAfter =
    seconds === undefined || last === undefined
      ? sql`true`
      : sql`(opened_at, dispute.stripe_id) < (to_timestamp(${Number(seconds)}), ${last})`;
  return sql<DisputeRow[]>`
    select dispute.stripe_id, dispute.invoice_id, dispute.customer_id,
           customers.name as customer_name, series, number, dispute.currency,
           dispute.amount::text as amount, dispute.reason, dispute.status, due_by, has_evidence,
           opened_at, closed_at, ${stateOf(sql)} as state, money.payment_id,
           extract(epoch from opened_at)::bigint::text as seconds
      from stripe_disputes dispute
      join invoices on invoices.id = dispute.invoice_id
      join customers on customers.id = dispute.customer_id
      left join stripe_money money on money.stripe_id = dispute.stripe_id
     where ${isAfter}
       and ${customer === undefined ? sql`true` : sql`dispute.customer_id = ${customer}`}
       and ${invoice === undefined ? sql`true` : sql`dispute.invoice_id = ${invoice}`}
       and ${state === undefined ? sql`true` : sql`${stateOf(sql)} = ${state}`}
     order by opened_at desc, dispute.stripe_id desc limit ${page.limit + 1}`;
}

/** How many wait for evidence. */
export async function disputesToAnswer(sql: Query): Promise<number> {
  const [row] = await sql<{ open: number }[]>`
    select count(*)::int as open from stripe_disputes
     where status in ('needs_response', 'warning_needs_response')`;
  return row?.open ?? 0;
}
