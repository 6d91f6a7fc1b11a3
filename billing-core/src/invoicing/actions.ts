import type { NewCreditNote, NewInvoice } from '../contract/invoice.ts';
import { customerById, lockCustomer } from '../customers/store.ts';
import { audit, type Doing } from '../kit/audit.ts';
import { appendChange } from '../kit/changes.ts';
import { Fault, found } from '../kit/fault.ts';
import { newId } from '../kit/id.ts';
import { billedWith } from './bearing.ts';
import { mustBeCollected, type Objection } from './collectable.ts';
import { CreditError, creditOf, type CreditAsk, type Creditable } from './credit.ts';
import { insertNote } from './credit-store.ts';
import { insertDrafts } from './draft-store.ts';
import { dunCustomer } from './dun.ts';
import {
  insertBalanceEntries,
  lockBalances,
  takeNumbers,
  type BalanceEntry,
} from './final-store.ts';
import { finalizeAll } from './finalize.ts';
import { copyOf, draftOf, dueOf, heldOf, stateAfter, type DraftLine } from './model.ts';
import { sharesOf } from './settle.ts';
import {
  deleteDraft,
  invoiceById,
  linesOf,
  lockInvoices,
  moveInvoice,
  type InvoiceRow,
} from './store.ts';

const CREDIT_NOTES = 'CN';

const conflict = (detail: string): Fault => new Fault('state_conflict', { detail });

/** The invoice, locked behind its customer: in the order in which everybody locks them. */
export async function locked({ tx }: Doing, id: string): Promise<InvoiceRow> {
  const seen = found(await invoiceById(tx, id), 'invoice');
  await lockBalances(tx, [seen.customer_id]);
  const [row] = await lockInvoices(tx, [id]);
  return found(row, 'invoice');
}

type Noted = Pick<InvoiceRow, 'id' | 'customer_id'> & { detail?: Record<string, string> };

export async function note(doing: Doing, action: string, { id, customer_id, detail }: Noted) {
  const { tx, actor, now, requestId } = doing;
  const about = { customer_id, ...detail };
  await audit(tx, { actor, action, subjectId: id, now, requestId, detail: about });
}

function manualLine({ description, amount }: NewInvoice['lines'][number]): DraftLine {
  return {
    kind: 'manual',
    description,
    time: null,
    planVersionId: null,
    priceId: null,
    chargeId: null,
    terms: {},
    usage: null,
    exactAmount: amount,
    amount: BigInt(amount),
    slices: [],
  };
}

/** A draft of lines that an admin wrote; coupons and taxes are the customer's. */
export async function draftInvoice(doing: Doing, wanted: NewInvoice): Promise<InvoiceRow> {
  const { tx, now } = doing;
  // Locked, or its currency could be another one by the time that the draft is written.
  const customer = found(await lockCustomer(tx, wanted.customer_id), 'customer');
  if (customer.state !== 'active') throw conflict('The customer is archived');
  const about = {
    id: newId('inv', now),
    customer: copyOf(customer),
    currency: customer.currency,
    subscriptionId: null,
    reason: 'manual' as const,
    period: null,
    rolls: null,
    closing: null,
    note: wanted.note,
    lines: wanted.lines.map(manualLine),
  };
  const bearing = await billedWith(tx, [customer.id], now);
  const draft = draftOf(about, bearing.of(customer.id, customer.currency));
  await insertDrafts(tx, [draft], now);
  const row = found(await invoiceById(tx, draft.id), 'invoice');
  await note(doing, 'invoice.create', row);
  return row;
}

export type Collecting = {
  objectionTo?: Objection | undefined;
  /** Whether what cannot be collected becomes final all the same. */
  allowsUncollected?: boolean;
};

/**
 * Gives a draft its number; from then on it stays as it is. Throws `not_collectable` for one that
 * whoever collects cannot take, unless that is allowed.
 */
export async function finalizeInvoice(
  doing: Doing,
  id: string,
  { objectionTo, allowsUncollected = false }: Collecting = {},
): Promise<InvoiceRow> {
  const row = await locked(doing, id);
  if (row.state !== 'draft') throw conflict(`The invoice is ${row.state}`);
  // Drafts of who was archived earlier: nobody is left who expects a bill.
  const customer = found(await customerById(doing.tx, row.customer_id), 'customer');
  if (customer.state !== 'active') throw conflict('The customer is archived: discard the draft');
  await note(doing, 'invoice.finalize', row);
  const onObjection = allowsUncollected ? () => {} : mustBeCollected;
  await finalizeAll(doing.tx, [row], { now: doing.now, objectionTo, onObjection });
  return found(await invoiceById(doing.tx, id), 'invoice');
}

/** Removes a draft that an admin wrote; it never had a number. */
export async function discardDraft(doing: Doing, id: string): Promise<void> {
  const row = await locked(doing, id);
  if (row.state !== 'draft') throw conflict(`The invoice is ${row.state}`);
  await deleteDraft(doing.tx, id);
  await note(doing, 'invoice.discard', row);
}

const ENDS = { void: ['open', 'uncollectible'], uncollectible: ['open'] } as const;

/**
 * Ends an open invoice: `void` when it should not have been, `uncollectible` when nobody will pay.
 * What it billed stays billed: nothing of it comes again on a later one.
 */
export async function endInvoice(
  doing: Doing,
  id: string,
  state: 'void' | 'uncollectible',
): Promise<InvoiceRow> {
  const row = await locked(doing, id);
  if (!(ENDS[state] as readonly string[]).includes(row.state)) {
    throw conflict(`The invoice is ${row.state}`);
  }
  if (state === 'void' && row.paid > 0n) throw conflict('It is paid in part: refund that first');
  const back = state === 'void' ? heldOf(row) : 0n;
  const to_balance = row.to_balance + back;
  const ended = { ...row, state, to_balance, ended_at: row.ended_at ?? new Date(doing.now) };
  await moveInvoice(doing.tx, id, ended);
  await giveBack(doing, row, { kind: 'void', amount: back });
  await note(doing, `invoice.${state}`, row);
  await dunCustomer(doing, row.customer_id);
  await appendChange(doing.tx, 'invoice', id);
  return ended;
}

type Back = Pick<BalanceEntry, 'kind' | 'amount' | 'credit_note_id'>;

/** Adds to what the customer has to its credit, in the invoice's currency. */
async function giveBack({ tx, now }: Doing, row: InvoiceRow, back: Back): Promise<void> {
  if (back.amount === 0n) return;
  const { customer_id, currency, id: invoice_id } = row;
  const entry = { id: newId('bal', now), customer_id, currency, invoice_id, ...back };
  await insertBalanceEntries(tx, [entry], now);
}

/** Money came (above zero) or went back for a final invoice; its state follows. */
export async function settleInvoice(
  doing: Doing,
  id: string,
  amountOf: (row: InvoiceRow, due: bigint) => bigint,
): Promise<{ row: InvoiceRow; amount: bigint }> {
  const before = await locked(doing, id);
  if (before.state === 'draft' || before.state === 'void') {
    throw conflict(`The invoice is ${before.state}`);
  }
  const amount = amountOf(before, dueOf(before));
  const row = after(doing, { ...before, paid: before.paid + amount });
  await moveInvoice(doing.tx, id, row);
  await dunCustomer(doing, row.customer_id);
  await appendChange(doing.tx, 'invoice', id);
  return { row, amount };
}

export function after({ now }: Doing, row: InvoiceRow): InvoiceRow {
  const state = stateAfter(row.state, row);
  const paid_at = state === 'paid' ? (row.paid_at ?? new Date(now)) : null;
  return { ...row, state, paid_at, ended_at: state === 'uncollectible' ? row.ended_at : null };
}

function askOf({ amount, lines }: NewCreditNote): CreditAsk {
  if (amount !== undefined) return { kind: 'amount', amount: BigInt(amount) };
  if (lines === undefined) return { kind: 'full' };
  const wanted = lines.map((line) => ({ line: line.position, amount: BigInt(line.amount) }));
  return { kind: 'lines', lines: wanted };
}

/** Credits what is left of a final invoice, an amount of it, or amounts of its lines. */
export async function creditInvoice(
  doing: Doing,
  id: string,
  wanted: NewCreditNote,
): Promise<InvoiceRow> {
  const { tx, now } = doing;
  const row = await locked(doing, id);
  if (row.state === 'draft' || row.state === 'void') throw conflict(`The invoice is ${row.state}`);
  const lines = (await linesOf(tx, id)).map((line) => ({
    gross: BigInt(line.gross),
    tax: BigInt(line.tax),
    credited: BigInt(line.credited),
    creditedTax: BigInt(line.credited_tax),
  }));
  const { credits, shares } = credited(row, lines, wanted);
  const sum = (of: 'amount' | 'tax') => credits.reduce((all, line) => all + line[of], 0n);
  const total = sum('amount');
  const about = { id: newId('crn', now), invoice_id: id, customer_id: row.customer_id };
  const number = await takeNumbers(tx, CREDIT_NOTES, 1);
  const { currency } = row;
  const named = { series: CREDIT_NOTES, number, currency, reason: wanted.reason };
  const of = { ...about, ...named, ...shares, tax: sum('tax'), total, created_at: new Date(now) };
  await insertNote(tx, of, credits);
  const to_balance = row.to_balance + shares.to_balance;
  const moved = after(doing, { ...row, credited: row.credited + total, to_balance });
  await moveInvoice(tx, id, moved);
  const back = { kind: 'credit_note' as const, credit_note_id: about.id };
  await giveBack(doing, row, { ...back, amount: shares.to_balance });
  const detail = { credit_note_id: about.id, total: total.toString() };
  await note(doing, 'invoice.credit', { ...about, id, detail });
  await dunCustomer(doing, row.customer_id);
  await appendChange(tx, 'invoice', id);
  await appendChange(tx, 'credit_note', about.id);
  return moved;
}

function credited(row: InvoiceRow, lines: readonly Creditable[], wanted: NewCreditNote) {
  try {
    const credits = creditOf(lines, askOf(wanted));
    const total = credits.reduce((all, { amount }) => all + amount, 0n);
    const toBalance = wanted.to_balance === undefined ? undefined : BigInt(wanted.to_balance);
    return { credits, shares: sharesOf(row, total, toBalance) };
  } catch (error) {
    if (error instanceof CreditError) throw conflict(error.message);
    throw error;
  }
}
