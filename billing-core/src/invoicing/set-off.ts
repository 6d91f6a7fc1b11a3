import { customerById } from '../customers/store.ts';
import { audit, type Doing } from '../kit/audit.ts';
import { appendChange } from '../kit/changes.ts';
import type { Query } from '../kit/database.ts';
import { Fault, found, notFound } from '../kit/fault.ts';
import { newId } from '../kit/id.ts';
import type { NewPayout, PayoutKind } from '../contract/balance.ts';
import { after, locked, note } from './actions.ts';
import { CreditError } from './credit.ts';
import { dunCustomer } from './dun.ts';
import { balanceIn, insertBalanceEntries, lockBalances, paidOutOf } from './final-store.ts';
import { dueOf } from './model.ts';
import { takenOf } from './settle.ts';
import { countOwed, moveInvoice, type InvoiceRow } from './store.ts';

/** What is done with a customer's credit once it is there: set off, or paid out. */

const conflict = (detail: string): Fault => new Fault('state_conflict', { detail });

function amountOf(wanted: bigint | undefined, bounds: { most: bigint; balance: bigint }): bigint {
  try {
    return takenOf(wanted, bounds);
  } catch (error) {
    if (error instanceof CreditError) throw conflict(error.message);
    throw error;
  }
}

/** Out: the entry's id, and the invoice as it is then. */
export type SetOff = { entryId: string; row: InvoiceRow; amount: bigint };

/** Takes it from the customer's credit onto the invoice, whose state follows. Both are locked. */
async function taken(doing: Doing, before: InvoiceRow, amount: bigint): Promise<SetOff> {
  const { tx, now } = doing;
  const { id, customer_id, currency } = before;
  const row = after(doing, { ...before, set_off: before.set_off + amount });
  await moveInvoice(tx, id, row);
  const entryId = newId('bal', now);
  const entry = { id: entryId, customer_id, currency, invoice_id: id, kind: 'set_off' as const };
  await insertBalanceEntries(tx, [{ ...entry, amount: -amount }], now);
  const detail = { amount: amount.toString() };
  await note(doing, 'invoice.set_off', { id, customer_id, detail });
  await dunCustomer(doing, customer_id);
  await appendChange(tx, 'invoice', id);
  return { entryId, row, amount };
}

const OWED: readonly string[] = ['open', 'uncollectible'];

/**
 * Sets off what the customer has to its credit against an invoice that is to be paid, exactly and
 * never below zero. In: minor units; as much as both allow unless given. Throws `not_found`, and
 * `state_conflict` for one that nobody has to pay, for more than is due, or than there is.
 */
export async function setOffCredit(doing: Doing, id: string, wanted?: bigint): Promise<SetOff> {
  const row = await locked(doing, id);
  if (!OWED.includes(row.state)) throw conflict(`The invoice is ${row.state}`);
  const balance = await balanceIn(doing.tx, row.customer_id, row.currency);
  return taken(doing, row, amountOf(wanted, { most: dueOf(row), balance }));
}

/** What was credited of what nobody has paid yet is no money that could go out. */
async function requireNothingOwed({ tx }: Doing, customerId: string): Promise<void> {
  if ((await countOwed(tx, customerId)) === 0) return;
  const detail = 'It owes invoices: set its credit off against them, or end them, before';
  throw new Fault('customer_owes', { detail });
}

type Refundable = (sql: Query, invoiceId: string) => Promise<bigint>;

/**
 * Takes credit for money of a paid invoice that is to be refunded: what was paid in money is paid
 * by the credit instead, so that the invoice stays paid once the money has gone back.
 * In: minor units; as much as can be unless given. `refundable` says what can be refunded of it by
 * that way, once it is locked. Throws `not_found`, `customer_owes` while anything is owed, and
 * `state_conflict` for more than there is, or than was paid in money.
 */
export async function exchangeCredit(
  doing: Doing,
  { id, customerId }: { id: string; customerId: string },
  { wanted, refundable }: { wanted: bigint | undefined; refundable: Refundable | undefined },
): Promise<SetOff> {
  const row = await locked(doing, id);
  if (row.customer_id !== customerId) throw notFound('invoice');
  if (row.state !== 'paid') throw conflict(`The invoice is ${row.state}`);
  await requireNothingOwed(doing, customerId);
  const balance = await balanceIn(doing.tx, customerId, row.currency);
  // What was paid too much already goes back without any credit.
  const money = dueOf(row) < 0n ? row.paid + dueOf(row) : row.paid;
  const through = (await refundable?.(doing.tx, id)) ?? money;
  const most = through < money ? through : money;
  return taken(doing, row, amountOf(wanted, { most, balance }));
}

const AUDITED: Record<PayoutKind, string> = {
  payout: 'balance.pay_out',
  payout_return: 'balance.return_payout',
};

/**
 * Writes down that credit was paid out by hand, or that such money came back. Out: the entry's id.
 * Throws `not_found`; `customer_owes` while anything is owed; `state_conflict` for more than there
 * is, or than was paid out.
 */
export async function recordPayout(
  doing: Doing,
  customerId: string,
  { kind, amount: text, method, reference }: Omit<NewPayout, 'invoice_id'>,
): Promise<string> {
  const { tx, actor, now, requestId } = doing;
  await lockBalances(tx, [customerId]);
  const { currency } = found(await customerById(tx, customerId), 'customer');
  const wanted = text === undefined ? undefined : BigInt(text);
  const out = kind === 'payout';
  if (out) await requireNothingOwed(doing, customerId);
  const of = await (out ? balanceIn : paidOutOf)(tx, customerId, currency);
  if (!out && of <= 0n) throw conflict('Nothing was paid out by hand');
  if (!out && wanted !== undefined && wanted > of) throw conflict(`Only ${of} was paid out`);
  const amount = out ? amountOf(wanted, { most: of, balance: of }) : (wanted ?? of);
  const id = newId('bal', now);
  const entry = { id, customer_id: customerId, currency, kind, method, reference };
  await insertBalanceEntries(tx, [{ ...entry, amount: out ? -amount : amount }], now);
  const detail = { amount: amount.toString(), currency, method, reference };
  const deed = { actor, action: AUDITED[kind], subjectId: customerId, now, requestId, detail };
  await audit(tx, deed);
  return id;
}
