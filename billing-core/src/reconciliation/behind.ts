import type { RowsBehind } from '../contract/reconciliation.ts';
import { DAY_MS } from '../kit/clock.ts';
import type { Query } from '../kit/database.ts';
import { readBootDifferences } from '../usage/count-reading.ts';
import type { DifferenceRow } from './store.ts';

type Rows = RowsBehind['data'];
type Facts = Record<string, string | null>;

/** At most, behind one difference. */
const ROWS_MAX = 500;

/** What a row has nothing to say of is left out. */
const facts = (row: Facts): Record<string, string> =>
  Object.fromEntries(
    Object.entries(row).filter((pair): pair is [string, string] => (pair[1] ?? '') !== ''),
  );

async function boots(sql: Query, { customer_id, subject_id, detail }: DifferenceRow) {
  const day = Date.parse(`${detail['day'] ?? ''}T00:00:00Z`) / DAY_MS;
  if (customer_id === null || !Number.isSafeInteger(day)) return [];
  const rows = await readBootDifferences(sql, { customer_id, meter_id: subject_id, day });
  return rows.map(({ gateway, boot, ...row }) => {
    return { kind: 'boot' as const, id: `${gateway}/${boot}`, facts: facts(row) };
  });
}

async function lines(sql: Query, { subject_id, detail }: DifferenceRow) {
  const line = detail['line'] === undefined ? null : Number(detail['line']);
  const rows = await sql<(Facts & { position: number })[]>`
    select position, description, trim_scale(quantity)::text as quantity,
           trim_scale(exact_amount)::text as exact_amount, amount::text as amount,
           gross::text as gross,
           case when meter_id is not null then (terms #>> '{meter,name}') end as meter,
           case when roll_until is not null then roll_after || ' to ' || roll_until end as rolls
      from invoice_lines
     where invoice_id = ${subject_id} and ${line === null ? sql`true` : sql`position = ${line}`}
     order by position limit ${ROWS_MAX}`;
  return rows.map(({ position, ...row }) => {
    return { kind: 'line' as const, id: `${subject_id}/${position}`, facts: facts(row) };
  });
}

async function payments(sql: Query, { subject_id }: DifferenceRow): Promise<Rows> {
  const rows = await sql<(Facts & { id: string })[]>`
    select payments.id, kind, amount::text as amount, method, reference,
           (select string_agg(stripe_id, ', ' order by stripe_id)
              from stripe_money where payment_id = payments.id) as at_stripe
      from payments
     where payments.invoice_id = ${subject_id} order by payments.id limit ${ROWS_MAX}`;
  return rows.map(({ id, ...row }) => ({ kind: 'payment', id, facts: facts(row) }));
}

async function notes(sql: Query, { subject_id }: DifferenceRow): Promise<Rows> {
  const rows = await sql<(Facts & { id: string })[]>`
    select note.id, reason, total::text as total, (off_due + refundable)::text as told,
           stripe_calls.stripe_id as at_stripe
      from credit_notes note left join stripe_calls on name = 'credit:' || note.id
     where invoice_id = ${subject_id} order by note.id limit ${ROWS_MAX}`;
  return rows.map(({ id, ...row }) => ({ kind: 'credit_note', id, facts: facts(row) }));
}

/** The invoice here, and what we have of it at Stripe. */
async function invoices(sql: Query, { subject_id, detail }: DifferenceRow): Promise<Rows> {
  const rows = await sql<(Facts & { id: string; stripe_id: string | null })[]>`
    select id, state, total::text as total, from_balance::text as from_credit,
           set_off::text as set_off,
           paid::text as paid, credited::text as credited, link.stripe_id, link.status, link.told,
           link.failure
      from invoices left join stripe_invoices link on link.invoice_id = invoices.id
     where id = ${subject_id}`;
  const here = rows.flatMap(
    ({ id, stripe_id, status = null, told = null, failure = null, ...row }) => {
      const there = { status, told, failure };
      return [
        { kind: 'invoice' as const, id, facts: facts(row) },
        ...(stripe_id === null
          ? []
          : [{ kind: 'stripe_invoice' as const, id: stripe_id, facts: facts(there) }]),
      ];
    },
  );
  const other = detail['stripe_id'] ?? '';
  const isNamed = other === '' || here.some(({ id }) => id === other);
  if (isNamed) return here;
  const { status = null, total = null } = detail;
  return [...here, { kind: 'stripe_invoice', id: other, facts: facts({ status, total }) }];
}

/** The rows behind a difference, as they are now. */
export async function behind(sql: Query, row: DifferenceRow): Promise<Rows> {
  switch (row.kind) {
    case 'counts':
      return boots(sql, row);
    case 'quantity':
    case 'rounding':
    case 'sum':
      return lines(sql, row);
    case 'paid':
    case 'refunded':
    case 'remaining':
    case 'overpaid':
      return [...(await invoices(sql, row)), ...(await payments(sql, row))];
    case 'credited':
      return [...(await invoices(sql, row)), ...(await notes(sql, row))];
    default:
      return invoices(sql, row);
  }
}
