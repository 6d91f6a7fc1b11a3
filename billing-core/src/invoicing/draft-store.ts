import type { Tx } from '../kit/database.ts';
import type { Draft, DraftLine } from './model.ts';

const timeText = (ms: number | undefined): string | null =>
  ms === undefined ? null : new Date(ms).toISOString();

/** Amounts as text: JSON would make floats of them. */
const told = <Value>(values: Value): unknown =>
  JSON.parse(
    JSON.stringify(values, (_name, value: unknown) =>
      typeof value === 'bigint' ? value.toString() : value,
    ),
  );

function invoiceRow(draft: Draft, now: number) {
  const { totals, customer, period, rolls, closing } = draft;
  return {
    id: draft.id,
    customer_id: customer.id,
    subscription_id: draft.subscriptionId,
    state: 'draft',
    reason: draft.reason,
    currency: draft.currency,
    customer,
    issuer: '',
    footer: '',
    period_start: timeText(period?.start),
    period_end: timeText(period?.end),
    roll_after: rolls?.after ?? null,
    roll_until: rolls?.until ?? null,
    closed_by: closing?.by ?? null,
    not_awaited: closing?.notAwaited ?? [],
    subtotal: totals.subtotal,
    discount: totals.discount,
    tax: totals.tax,
    total: totals.total,
    discounts: totals.discounts.filter(({ amount }) => amount !== 0n),
    taxes: totals.taxes,
    from_balance: 0,
    set_off: 0,
    to_balance: 0,
    credited: 0,
    paid: 0,
    note: draft.note,
    created_at: timeText(now),
  };
}

function lineRow(draft: Draft, line: DraftLine, position: number) {
  const { usage, time } = line;
  return {
    invoice_id: draft.id,
    position,
    kind: line.kind,
    subscription_id: draft.subscriptionId,
    description: line.description,
    starts_at: timeText(time?.start),
    ends_at: timeText(time?.end),
    plan_version_id: line.planVersionId,
    price_id: line.priceId,
    charge_id: line.chargeId,
    terms: line.terms,
    meter_id: usage?.meterId ?? null,
    quantity: usage?.quantity ?? null,
    events: usage?.events ?? null,
    from_minute: usage?.fromMinute ?? null,
    to_minute: usage?.toMinute ?? null,
    roll_after: usage?.rollAfter ?? null,
    roll_until: usage?.rollUntil ?? null,
    exact_amount: line.exactAmount,
    slices: line.slices,
    ...draft.totals.lines[position],
  };
}

/** Stores drafts with their lines, in two statements however many there are. */
export async function insertDrafts(tx: Tx, drafts: readonly Draft[], now: number): Promise<void> {
  if (drafts.length === 0) return;
  const invoices = told(drafts.map((draft) => invoiceRow(draft, now)));
  await tx`insert into invoices
    select * from json_populate_recordset(null::invoices, ${tx.json(invoices as never)}::json)`;
  const lines = told(
    drafts.flatMap((draft) => draft.lines.map((line, at) => lineRow(draft, line, at))),
  );
  await tx`insert into invoice_lines
    select * from json_populate_recordset(null::invoice_lines, ${tx.json(lines as never)}::json)`;
}
