import type { CreditNote, Invoice, InvoiceLine, InvoiceSummary } from '../contract/invoice.ts';
import { dueOf, numberText } from './model.ts';
import type { InvoiceRow, LineRow } from './store.ts';

const text = (at: Date | null): string | null => at?.toISOString() ?? null;

/** What is to be paid; nothing of a draft, of what is void, and of what was paid too much. */
function dueText(row: InvoiceRow): string {
  const due = dueOf(row);
  return row.state === 'draft' || row.state === 'void' || due < 0n ? '0' : due.toString();
}

export function shownSummary(row: InvoiceRow): InvoiceSummary {
  const { id, state, reason, series, number, currency, period_start, period_end } = row;
  return {
    id,
    customer: { id: row.customer_id, name: row.customer.name },
    state,
    reason,
    number: series === null || number === null ? null : numberText(series, number),
    currency,
    period:
      period_start && period_end
        ? { start: period_start.toISOString(), end: period_end.toISOString() }
        : null,
    total: row.total.toString(),
    due: dueText(row),
    due_at: text(row.due_at),
    created_at: row.created_at.toISOString(),
    finalized_at: text(row.finalized_at),
  };
}

function shownLine(row: LineRow): InvoiceLine {
  const { position, kind, description, terms, meter_id, roll_after, roll_until } = row;
  const { meter, plan } = terms;
  const { exact_amount, amount, slices, discount, tax, gross, credited, quantity } = row;
  return {
    position,
    kind,
    description,
    starts_at: text(row.starts_at),
    ends_at: text(row.ends_at),
    plan: plan ?? null,
    price_id: row.price_id,
    meter: meter_id && meter ? { id: meter_id, name: meter.name, unit: meter.unit } : null,
    quantity,
    rolls:
      roll_after === null || roll_until === null
        ? null
        : { after: roll_after.toString(), until: roll_until.toString() },
    exact_amount,
    amount,
    slices,
    discount,
    tax,
    gross,
    credited,
  };
}

function closingOf(row: InvoiceRow): Invoice['closing'] {
  const { closed_by, not_awaited, roll_after, roll_until } = row;
  if (closed_by === null || roll_after === null || roll_until === null) return null;
  const rolls = { after: roll_after.toString(), until: roll_until.toString() };
  return { by: closed_by, not_awaited, rolls };
}

type Beside = {
  lines: readonly LineRow[];
  notes: CreditNote[];
  dunning: Invoice['dunning'];
};

export function shownInvoice(row: InvoiceRow, { lines, notes, dunning }: Beside): Invoice {
  const { issuer, footer, note, discounts, taxes } = row;
  return {
    ...shownSummary(row),
    subscription_id: row.subscription_id,
    external_id: row.customer.external_id,
    billing_address: row.customer.billing_address ?? '',
    tax_number: row.customer.tax_number ?? '',
    issuer,
    footer,
    note,
    not_collected: row.not_collected,
    subtotal: row.subtotal.toString(),
    discounts,
    discount: row.discount.toString(),
    taxes,
    tax: row.tax.toString(),
    from_balance: row.from_balance.toString(),
    set_off: row.set_off.toString(),
    to_balance: row.to_balance.toString(),
    credited: row.credited.toString(),
    paid: row.paid.toString(),
    paid_at: text(row.paid_at),
    ended_at: text(row.ended_at),
    closing: closingOf(row),
    lines: lines.map(shownLine),
    credit_notes: notes,
    dunning,
  };
}
