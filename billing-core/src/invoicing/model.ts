import type { InvoiceState } from '../contract/invoice.ts';
import type { Slice } from '../contract/rated-line.ts';
import {
  totalsWith,
  type Discount,
  type NeverCharged,
  type TaxRate,
  type Totals,
} from './totals.ts';

/** Where a usage line's quantity is in the ledger. Minutes since the epoch, the end exclusive. */
export type LedgerRange = {
  fromMinute: number;
  toMinute: number;
  /** Batches with a roll number above this one, up to and with that one. */
  rollAfter: bigint;
  rollUntil: bigint;
};

/** The price, its plan and its meter as they were when the line was made. */
export type LineTerms = {
  plan?: { name: string; version: number };
  price?: object;
  meter?: { name: string; unit: string; scale: number };
};

export type DraftLine = {
  kind: 'fee' | 'usage' | 'late_usage' | 'manual';
  description: string;
  /** Epoch ms. */
  time: { start: number; end: number } | null;
  planVersionId: string | null;
  priceId: string | null;
  chargeId: string | null;
  terms: LineTerms;
  usage: ({ meterId: string; quantity: string; events: bigint } & LedgerRange) | null;
  exactAmount: string;
  /** Minor units, rounded. */
  amount: bigint;
  slices: readonly Slice[];
};

/** What an invoice keeps of its customer. */
export type CustomerCopy = {
  id: string;
  name: string;
  external_id: string | null;
  /** Invoices of before have none. */
  billing_address?: string;
  tax_number?: string;
};

export const copyOf = ({ id, name, external_id }: CustomerCopy): CustomerCopy => ({
  id,
  name,
  external_id,
});

export type Draft = {
  id: string;
  customer: CustomerCopy;
  currency: string;
  subscriptionId: string | null;
  reason: 'period' | 'fees' | 'late' | 'threshold' | 'manual';
  period: { start: number; end: number } | null;
  rolls: { after: bigint; until: bigint } | null;
  closing: { by: 'watermark' | 'grace'; notAwaited: readonly string[] } | null;
  note: string;
  lines: readonly DraftLine[];
  totals: Totals;
};

/** An invoice that is not stored yet, with what it comes to; `never` as `totalsWith` takes it. */
export function draftOf(
  about: Omit<Draft, 'totals'>,
  { discounts, taxes }: { discounts: readonly Discount[]; taxes: readonly TaxRate[] },
  never: NeverCharged = [],
): Draft {
  const amounts = about.lines.map(({ amount }) => amount);
  const totals = totalsWith({ amounts, discounts, rates: taxes, never });
  return { ...about, totals };
}

/** What becomes of the balance and of the invoice itself when it is finalised. */
export function finalisation(total: bigint, balance: bigint) {
  const usable = balance > 0n ? balance : 0n;
  // A negative total is to the customer's credit; nobody pays it.
  const fromBalance = total < 0n ? total : usable < total ? usable : total;
  const state: InvoiceState = total === fromBalance ? 'paid' : 'open';
  return { fromBalance, state };
}

export type Owed = {
  total: bigint;
  /** Taken from the customer's credit when it was finalised. */
  from_balance: bigint;
  /** Set off of the customer's credit since. */
  set_off: bigint;
  /** What went (back) to the customer's credit since. */
  to_balance: bigint;
  credited: bigint;
  paid: bigint;
};

/** What an invoice holds of the customer's credit by now; below zero what it gave to it. */
export const heldOf = ({
  from_balance,
  set_off,
  to_balance,
}: Pick<Owed, 'from_balance' | 'set_off' | 'to_balance'>): bigint =>
  from_balance + set_off - to_balance;

/** What is to be paid still; below zero what was paid too much. */
export const dueOf = ({ total, credited, paid, ...owed }: Owed): bigint =>
  total - heldOf(owed) - credited - paid;

/** What an invoice is after money or a credit note came: of those that can be paid at all. */
export function stateAfter(state: InvoiceState, owed: Owed): InvoiceState {
  if (state !== 'open' && state !== 'paid' && state !== 'uncollectible') return state;
  if (dueOf(owed) <= 0n) return 'paid';
  return state === 'paid' ? 'open' : state;
}

const NUMBER_DIGITS = 6;
export const numberText = (series: string, number: bigint): string =>
  `${series}-${number.toString().padStart(NUMBER_DIGITS, '0')}`;
