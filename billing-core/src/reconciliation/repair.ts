import type Stripe from 'stripe';
import type { Repair } from '../contract/reconciliation.ts';
import { creditInvoice } from '../invoicing/actions.ts';
import { dueOf } from '../invoicing/model.ts';
import { creditOverpaid, overpaidOf } from '../invoicing/overpaid.ts';
import { invoiceById } from '../invoicing/store.ts';
import type { Doing } from '../kit/audit.ts';
import { Fault, found } from '../kit/fault.ts';
import { recordPayment } from '../payments/actions.ts';
import { readOne } from '../stripe/books.ts';
import { refundableOf } from '../stripe/collection-store.ts';
import { queueOne } from '../stripe/feed-store.ts';
import { giveBackVoid } from '../stripe/give-back.ts';
import { inDoing, type StripeKit } from '../stripe/kit.ts';
import { pushCustomer } from '../stripe/push.ts';
import { forgetLink, linkOf, saveTold } from '../stripe/store.ts';
import { takeInvoice } from '../stripe/take-invoice.ts';
import { Mismatch, troubleOf } from '../stripe/trouble.ts';
import { STRIPE_METHOD } from '../stripe/work-store.ts';
import { ourInvoices } from './books-store.ts';
import { invoiceDifferences, repairsOf, type Difference } from './model.ts';
import { differenceAt, saveRepaired, saveRepairSaid, type DifferenceRow } from './store.ts';

type Place = { id: string; position: number };

const NOT_FOUND = 404;

/** Whether what we made is not there any more: a draft can be deleted, a test account emptied. */
const isGone = (stripe: Stripe, stripeId: string): Promise<boolean> =>
  stripe.invoices.retrieve(stripeId).then(
    () => false,
    (error: unknown) => {
      if ((error as Stripe.errors.StripeError).statusCode === NOT_FOUND) return true;
      throw error;
    },
  );

async function tellAgain(kit: StripeKit, row: DifferenceRow): Promise<void> {
  const { sql, stripe } = kit;
  const { customer_id, subject_id } = row;
  const stripeId = row.detail['stripe_id'] ?? '';
  const gone = stripeId !== '' && (await isGone(stripe, stripeId));
  await sql.begin(async (tx) => {
    if (gone) await forgetLink(tx, subject_id);
    // As if nothing had been told of its end.
    else await saveTold(tx, subject_id, '');
    if (customer_id !== null) await queueOne(tx, customer_id);
  });
  if (customer_id !== null) await pushCustomer(kit, customer_id);
}

/** Takes a double out of the world; the one that is linked stays. */
async function voidDouble({ stripe }: StripeKit, stripeId: string): Promise<void> {
  const { status } = await stripe.invoices.retrieve(stripeId);
  if (status === 'draft') await stripe.invoices.del(stripeId);
  else if (status !== 'void') await stripe.invoices.voidInvoice(stripeId);
}

const REFUNDS = { method: STRIPE_METHOD, refundable: refundableOf };

async function refundOver(doing: Doing, id: string): Promise<void> {
  const over = await overpaidOf(doing.tx, id);
  if (over === 0n) throw new Fault('state_conflict', { detail: 'Nothing was paid too much' });
  const back = { kind: 'refund', amount: `${over}`, method: STRIPE_METHOD, reference: '' } as const;
  await recordPayment(doing, id, { ...back, refunds: REFUNDS });
}

async function creditRest(doing: Doing, id: string): Promise<void> {
  const amount = dueOf(found(await invoiceById(doing.tx, id), 'invoice'));
  if (amount <= 0n) throw new Fault('state_conflict', { detail: 'Nothing of it is due' });
  await creditInvoice(doing, id, { reason: 'Void at Stripe', amount: `${amount}` });
}

/** What only our books have to do: each with what is said of it, in one transaction. */
const IN_BOOKS: Partial<Record<Repair, (doing: Doing, id: string) => Promise<unknown>>> = {
  refund_over: refundOver,
  credit_over: creditOverpaid,
  credit_rest: creditRest,
};

async function perform(kit: StripeKit, row: DifferenceRow, how: Repair): Promise<void> {
  const stripeId = row.detail['stripe_id'] ?? '';
  if (how === 'tell_again') await tellAgain(kit, row);
  if (how === 'read_again') await takeInvoice(kit, stripeId);
  if (how === 'void_double') await voidDouble(kit, stripeId);
  if (how === 'refund_void') await giveBackVoid(kit, { invoiceId: row.subject_id, stripeId });
}

/** The same difference as it is now, of this invoice alone; undefined: there is none. */
async function differenceNow(
  { sql, stripe }: StripeKit,
  { kind, subject_id, detail }: DifferenceRow,
): Promise<Pick<Difference, 'here' | 'there'> | undefined> {
  const stripeId = detail['stripe_id'] ?? '';
  if (kind === 'twice_there') {
    const [double] = await readOne(stripe, stripeId);
    const isThere = double !== undefined && double.status !== 'void';
    return isThere ? { here: '', there: `${stripeId} (${double.status})` } : undefined;
  }
  const ours = await ourInvoices(sql, new Date(0), subject_id);
  const link = await linkOf(sql, subject_id);
  const theirs = link === undefined ? [] : await readOne(stripe, link.stripe_id);
  const still = ours.map((one) => ({ ...one, isMoving: false }));
  const differences = invoiceDifferences(still, theirs, new Set([subject_id]));
  return differences.find((one) => one.kind === kind);
}

/** Why it was of no use, where that is for somebody to know; else it is tried again. */
function saidOf(error: unknown): string | undefined {
  if (error instanceof Fault) return error.detail;
  if (error instanceof Mismatch || troubleOf(error) === 'refused') return (error as Error).message;
  return undefined;
}

const asItWas = ({ here, there }: Pick<Difference, 'here' | 'there'>): string =>
  `It still differs: ${here || 'nothing'} here, ${there || 'nothing'} at Stripe`;

async function doneInBooks(
  kit: StripeKit,
  { id, position, subject }: Place & { subject: string },
  work: (doing: Doing, id: string) => Promise<unknown>,
): Promise<void> {
  await inDoing(kit, async (doing) => {
    // Once more, by whomever, finds that it was done.
    const [open] = await doing.tx`
      select from reconciliation_differences
       where reconciliation_id = ${id} and position = ${position} and repaired_at is null
         for update`;
    if (open === undefined) return;
    await work(doing, subject);
    await saveRepaired(doing.tx, { id, position, now: kit.clock() });
  });
}

type Asked = { place: Place; row: DifferenceRow; how: Repair };

async function tried(kit: StripeKit, { place, row, how }: Asked): Promise<void> {
  const inBooks = IN_BOOKS[how];
  if (inBooks) return doneInBooks(kit, { ...place, subject: row.subject_id }, inBooks);
  await perform(kit, row, how);
  const now = await differenceNow(kit, row);
  if (now === undefined) await saveRepaired(kit.sql, { ...place, now: kit.clock() });
  else await saveRepairSaid(kit.sql, { ...place, said: asItWas(now) });
}

/**
 * Does what an admin confirmed about one difference, and writes down whether that did away with
 * it, or why not. Once more does no harm.
 */
export async function repair(kit: StripeKit, place: Place, wanted?: Repair): Promise<void> {
  const row = await differenceAt(kit.sql, place.id, place.position);
  if (row === undefined) return;
  const how = wanted ?? repairsOf(row)[0];
  if (how === undefined || !repairsOf(row).includes(how)) return;
  await tried(kit, { place, row, how }).catch(async (error: unknown) => {
    const said = saidOf(error) ?? (error instanceof Error ? error.message : String(error));
    await saveRepairSaid(kit.sql, { ...place, said });
    if (saidOf(error) === undefined) throw error;
  });
}
