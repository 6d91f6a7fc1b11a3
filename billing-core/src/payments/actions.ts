import type { NewPayment } from '../contract/payment.ts';
import { settleInvoice } from '../invoicing/actions.ts';
import { lockBalances } from '../invoicing/final-store.ts';
import { returnableOf } from '../invoicing/settle.ts';
import { invoiceById, type InvoiceRow } from '../invoicing/store.ts';
import { audit, type Doing } from '../kit/audit.ts';
import { appendChange } from '../kit/changes.ts';
import { DAY_MS } from '../kit/clock.ts';
import { Fault, found } from '../kit/fault.ts';
import { newId } from '../kit/id.ts';
import type { Collector } from './collector.ts';
import { insertPayment, type PaymentRow } from './store.ts';

const conflict = (detail: string): Fault => new Fault('state_conflict', { detail });

/** What a payment is of: all that is due unless said, and never more. */
function paymentOf(wanted: bigint | undefined, due: bigint): bigint {
  if (due <= 0n) throw conflict('Nothing is due');
  const amount = wanted ?? due;
  if (amount > due) throw conflict(`Only ${due} is due`);
  return amount;
}

/**
 * What a refund is of: all that was paid too much unless said; at most all that
 * was paid and did not become credit.
 */
function refundOf(wanted: bigint | undefined, due: bigint, most: bigint): bigint {
  const over = due < 0n ? -due : 0n;
  const amount = wanted ?? (over < most ? over : most);
  if (amount === 0n) throw conflict('Nothing was paid too much: say how much goes back');
  if (amount > most) throw conflict(`Only ${most} can go back`);
  return amount;
}

/** How far a bank's date may be ahead of ours. */
const AHEAD_MS = DAY_MS;

/** When money moved: now unless said. It cannot have moved at a time that is to come. */
function receivedAtOf(said: string | undefined, now: number): number {
  const at = said === undefined ? now : Date.parse(said);
  if (at <= now + AHEAD_MS) return at;
  const message = 'is more than a day ahead';
  throw new Fault('invalid_request', { errors: [{ path: 'received_at', message }] });
}

type Entry = Pick<NewPayment, 'kind' | 'method' | 'reference'> & { receivedAt: number };

async function writeDown(
  { tx, actor, now, requestId }: Doing,
  { row, amount: moved }: { row: InvoiceRow; amount: bigint },
  { kind, method, reference, receivedAt }: Entry,
): Promise<PaymentRow> {
  const amount = (moved < 0n ? -moved : moved).toString();
  const payment = {
    id: newId('pay', now),
    invoice_id: row.id,
    kind,
    currency: row.currency,
    amount,
    method,
    reference,
    received_at: new Date(receivedAt),
    created_at: new Date(now),
  };
  const by = { customer_id: row.customer_id, created_by: actor.id };
  await insertPayment(tx, { ...payment, ...by });
  const detail = { invoice_id: row.id, customer_id: row.customer_id, amount, method };
  const action = `payment.${kind === 'payment' ? 'record' : 'refund'}`;
  await audit(tx, { actor, action, subjectId: payment.id, now, requestId, detail });
  await appendChange(tx, 'payment', payment.id);
  return payment;
}

type Refunds = Collector['refunds'];

/** It says that the money is there, and could be sent back through who never had it. */
function notByHand(method: string): Fault {
  const message = `payments through ${method} are written down when it says that they came`;
  return new Fault('invalid_request', { errors: [{ path: 'method', message }] });
}

/** How much can go back through the collector; undefined where it does not go through it. */
async function throughCollector(
  { tx }: Doing,
  invoiceId: string,
  refunds: Refunds,
): Promise<bigint | undefined> {
  if (refunds === undefined) return undefined;
  const { customer_id } = found(await invoiceById(tx, invoiceId), 'invoice');
  // Two that are ordered at once are not to be more than came.
  await lockBalances(tx, [customer_id]);
  const most = await refunds.refundable(tx, invoiceId);
  if (most === 0n) throw conflict(`Nothing of it can go back through ${refunds.method}`);
  return most;
}

const smaller = (one: bigint, other: bigint | undefined): bigint =>
  other === undefined || one < other ? one : other;

/**
 * Writes down money that came for an invoice, or went back. The invoice's state follows: paid when
 * nothing is due, open again when what came went back. Throws `state_conflict` for more than is
 * due, or than was paid, and `invalid_request` for a payment by the collector's method.
 */
export async function recordPayment(
  doing: Doing,
  invoiceId: string,
  {
    kind,
    amount: text,
    method,
    reference,
    received_at,
    refunds,
  }: NewPayment & { refunds?: Refunds },
): Promise<PaymentRow> {
  const wanted = text === undefined ? undefined : BigInt(text);
  if (kind === 'payment' && method === refunds?.method) throw notByHand(method);
  const isThrough = kind === 'refund' && method === refunds?.method;
  const most = await throughCollector(doing, invoiceId, isThrough ? refunds : undefined);
  const receivedAt = receivedAtOf(received_at, doing.now);
  const settled = await settleInvoice(doing, invoiceId, (before, due) =>
    kind === 'payment'
      ? paymentOf(wanted, due)
      : -refundOf(wanted, due, smaller(returnableOf(before), most)),
  );
  return writeDown(doing, settled, { kind, method, reference, receivedAt });
}

/**
 * Writes down what a collector says has come or gone back: it has, whatever was due by then. What
 * was paid too much is to be refunded.
 */
export async function recordCollected(
  doing: Doing,
  invoiceId: string,
  { amount, ...entry }: Entry & { amount: bigint },
): Promise<PaymentRow> {
  const settled = await settleInvoice(doing, invoiceId, () =>
    entry.kind === 'payment' ? amount : -amount,
  );
  return writeDown(doing, settled, entry);
}
