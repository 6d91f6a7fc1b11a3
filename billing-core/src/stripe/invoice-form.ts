import type Stripe from 'stripe';
import { largestOf, type Objection } from '../invoicing/collectable.ts';
import { numberText } from '../invoicing/model.ts';
import type { InvoiceRow, LineRow } from '../invoicing/store.ts';
import { exact, sum } from '../rating/decimal.ts';
import { Mismatch } from './trouble.ts';

/** Pure: an invoice of ours as Stripe is told of it. */

/** Ids of ours in the metadata of what is made of them. */
export const OURS = {
  customer: 'tollgate_customer',
  invoice: 'tollgate_invoice',
  credit: 'tollgate_credit',
  refund: 'tollgate_refund',
  lines: 'tollgate_lines',
} as const;

/** What Stripe takes as a number without losing a digit, and will not refuse for its size. */
export const AMOUNT_MAX = 99_999_999n;
const DESCRIPTION_MAX = 500;
const TEXT_MAX = 1_500;
/** Stripe refuses a due date that has passed by the time it looks. */
const DUE_AFTER_MS = 10 * 60_000;

/** An amount for Stripe, whose wire has numbers. */
export function wireAmount(amount: bigint): number {
  const size = amount < 0n ? -amount : amount;
  if (size > AMOUNT_MAX) throw new Mismatch(`Stripe takes no amount of ${amount} minor units`);
  return Number(amount);
}

/**
 * Currencies whose amounts Stripe writes in another unit than ours: it has these in hundredths,
 * though they have none. https://docs.stripe.com/currencies#special-cases
 */
export const OTHER_UNITS = new Set(['ISK', 'UGX']);
/** Of these Stripe takes no thousandths, only tens of them. */
export const THOUSANDTHS = new Set(['BHD', 'JOD', 'KWD', 'OMR', 'TND']);

/** Why Stripe would take an invoice for another amount, or not at all. */
export const objectionTo: Objection = ({ currency, due, largest }) => {
  if (OTHER_UNITS.has(currency)) {
    return `Stripe writes ${currency} in another unit: collect it another way`;
  }
  if (THOUSANDTHS.has(currency) && due % 10n !== 0n) {
    return `Stripe takes no amount of ${due} thousandths of ${currency}`;
  }
  const most = largestOf([due, largest]);
  if (most <= AMOUNT_MAX) return undefined;
  return `Stripe takes no amount of ${most} minor units of ${currency}: ${AMOUNT_MAX} at most`;
};

/** Throws for an invoice that Stripe would take for another amount, or not at all. */
export function mustBeTellable({ currency, ...amounts }: InvoiceRow): void {
  const due = collectable(amounts);
  const objection = objectionTo({ currency, due, largest: due });
  if (objection !== undefined) throw new Mismatch(objection);
}

const cut = (text: string, most: number): string =>
  text.length > most ? `${text.slice(0, most - 1)}…` : text;

export type Collecting = { stripeCustomer: string; hasCard: boolean; hasEmail: boolean };

/**
 * The draft. Whoever has a card is charged; others are sent it, where there is an address to send
 * it to; of the rest Stripe only keeps a page on which it can be paid.
 */
export function invoiceParams(
  row: InvoiceRow,
  { stripeCustomer, hasCard, hasEmail }: Collecting,
  wallNow: number,
) {
  const { series, number, customer, note, footer, due_at } = row;
  if (series === null || number === null) throw new Error('a draft is not sent');
  const due = Math.max(due_at?.getTime() ?? 0, wallNow + DUE_AFTER_MS);
  const isSent = !hasCard && hasEmail;
  return {
    customer: stripeCustomer,
    currency: row.currency.toLowerCase(),
    auto_advance: false,
    pending_invoice_items_behavior: 'exclude' as const,
    number: numberText(series, number),
    ...(isSent
      ? { collection_method: 'send_invoice' as const, due_date: Math.floor(due / 1_000) }
      : { collection_method: 'charge_automatically' as const }),
    ...(note !== '' && { description: cut(note, TEXT_MAX) }),
    ...(footer !== '' && { footer: cut(footer, TEXT_MAX) }),
    ...(customer.tax_number && {
      custom_fields: [{ name: 'Tax number', value: customer.tax_number }],
    }),
    metadata: {
      [OURS.invoice]: row.id,
      [OURS.customer]: row.customer_id,
      tollgate_number: numberText(series, number),
    },
  };
}

type Line = Stripe.InvoiceAddLinesParams.Line;
type TaxAmount = Stripe.InvoiceAddLinesParams.Line.TaxAmount;
type Tax = { name: string; percent: string; inclusive: boolean };

function taxAmount(taxes: readonly Tax[], amount: bigint, taxable: bigint): TaxAmount {
  const percentage = sum(taxes.map(({ percent }) => exact(percent)));
  return {
    amount: wireAmount(amount),
    taxable_amount: wireAmount(taxable),
    tax_rate_data: {
      display_name: cut(taxes.map(({ name }) => name).join(' + '), 50),
      inclusive: taxes[0]?.inclusive ?? false,
      percentage: Number(percentage.toFixed(4)),
    },
  };
}

/** Of a line we keep what all taxes on top come to, and all within it: they are told as these. */
function taxesOf(row: LineRow, taxes: readonly Tax[]): TaxAmount[] {
  const rest = BigInt(row.amount) - BigInt(row.discount);
  const onTop = BigInt(row.gross) - rest;
  const inside = BigInt(row.tax) - onTop;
  const net = rest - inside;
  return [false, true].flatMap((inclusive) => {
    const of = taxes.filter((tax) => tax.inclusive === inclusive);
    return of.length === 0 ? [] : [taxAmount(of, inclusive ? inside : onTop, net)];
  });
}

const seconds = (at: Date): number => Math.floor(at.getTime() / 1_000);

function lineOf(row: LineRow, taxes: readonly Tax[]): Line {
  const amounts = taxesOf(row, taxes);
  return {
    description: cut(row.description, DESCRIPTION_MAX),
    amount: wireAmount(BigInt(row.amount)),
    discountable: false,
    metadata: { tollgate_line: String(row.position) },
    ...(row.starts_at &&
      row.ends_at && { period: { start: seconds(row.starts_at), end: seconds(row.ends_at) } }),
    ...(amounts.length > 0 && { tax_amounts: amounts }),
  };
}

const takenOff = (description: string, amount: bigint, name: string): Line => ({
  description: cut(description, DESCRIPTION_MAX),
  amount: wireAmount(-amount),
  discountable: false,
  metadata: { tollgate_line: name },
});

/**
 * One item a line. What coupons take off and what came from the customer's credit are lines of
 * their own below zero: Stripe would share a discount by rules of its own, and be a cent off.
 */
export function invoiceLines(row: InvoiceRow, lines: readonly LineRow[]): Line[] {
  const off = row.discounts.map(({ name, amount, id }) =>
    takenOff(`Discount: ${name}`, BigInt(amount), `discount:${id}`),
  );
  const credit =
    row.from_balance > 0n ? [takenOff('From your credit', row.from_balance, 'credit')] : [];
  return [
    ...lines.map((line) => lineOf(line, row.taxes)),
    ...off.filter(({ amount }) => amount !== 0),
    ...credit,
  ];
}

/** What Stripe is to collect: all of it that is not taken from the customer's credit. */
export const collectable = ({
  total,
  from_balance,
}: Pick<InvoiceRow, 'total' | 'from_balance'>): bigint => total - from_balance;
