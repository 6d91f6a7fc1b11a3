import type Stripe from 'stripe';
import { queueOne } from '../stripe/feed-store.ts';
import type { StripeKit } from '../stripe/kit.ts';
import { forgetLink, saveTold } from '../stripe/store.ts';
import { takeInvoice } from '../stripe/take-invoice.ts';
import { repairOf } from './model.ts';
import { differenceAt, saveRepaired, type DifferenceRow } from './store.ts';

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

async function tellAgain({ sql, stripe }: StripeKit, row: DifferenceRow): Promise<void> {
  const { customer_id, subject_id } = row;
  const stripeId = row.detail['stripe_id'] ?? '';
  const gone = stripeId !== '' && (await isGone(stripe, stripeId));
  await sql.begin(async (tx) => {
    if (gone) await forgetLink(tx, subject_id);
    // As if nothing had been told of its end.
    else await saveTold(tx, subject_id, '');
    if (customer_id !== null) await queueOne(tx, customer_id);
  });
}

/** Takes a double out of the world; the one that is linked stays. */
async function voidDouble({ stripe }: StripeKit, stripeId: string): Promise<void> {
  const { status } = await stripe.invoices.retrieve(stripeId);
  if (status === 'draft') await stripe.invoices.del(stripeId);
  else await stripe.invoices.voidInvoice(stripeId);
}

/** Does what an admin confirmed about one difference. Once more does no harm. */
export async function repair(kit: StripeKit, { id, position }: Place): Promise<void> {
  const row = await differenceAt(kit.sql, id, position);
  if (row === undefined) return;
  const stripeId = row.detail['stripe_id'] ?? '';
  switch (repairOf(row)) {
    case 'tell_again':
      await tellAgain(kit, row);
      break;
    case 'read_again':
      await takeInvoice(kit, stripeId);
      break;
    case 'void_double':
      await voidDouble(kit, stripeId);
      break;
    case undefined:
      return;
  }
  await saveRepaired(kit.sql, { id, position, now: kit.clock() });
}
