import {
  forgetPayer,
  toldOf,
  payerOf,
  saveCard,
  savePayer,
  type PayerRow,
  type Told,
} from './store.ts';
import { OURS } from './invoice-form.ts';
import type { StripeKit } from './kit.ts';
import { once } from './once.ts';

const ADDRESS_LINE_MAX = 200;

/** Stripe takes an empty text for "take it away", and none of it where something is made. */
function customerParams({ name, email, address }: Told) {
  const [line1 = '', ...rest] = address.split('\n');
  const line2 = rest.join(', ');
  return {
    name,
    email,
    address:
      address === ''
        ? ('' as const)
        : {
            line1: line1.slice(0, ADDRESS_LINE_MAX),
            ...(line2 !== '' && { line2: line2.slice(0, ADDRESS_LINE_MAX) }),
          },
  };
}

const isSame = (one: Told, other: Told): boolean =>
  one.name === other.name &&
  one.email === other.email &&
  one.address === other.address &&
  one.taxNumber === other.taxNumber;

const makePayer = ({ sql, stripe, wallClock }: StripeKit, customerId: string, { name }: Told) =>
  once(
    { sql, now: wallClock() },
    {
      name: `customer:${customerId}`,
      params: { name, metadata: { [OURS.customer]: customerId } },
      make: (params, key) => stripe.customers.create(params, key),
      find: async (since) => {
        for await (const each of stripe.customers.list({ created: { gte: since }, limit: 100 })) {
          if (each.metadata[OURS.customer] === customerId) return each;
        }
        return undefined;
      },
    },
  );

/** The customer at Stripe, made where there is none, as our customer is now. */
export async function tellPayer(kit: StripeKit, customerId: string): Promise<PayerRow> {
  const { sql, stripe } = kit;
  const told = await toldOf(sql, customerId);
  if (told === undefined) throw new Error(`no customer ${customerId}`);
  const before = await payerOf(sql, customerId);
  if (before?.is_deleted) await sql.begin((tx) => forgetPayer(tx, customerId));
  const known = before?.is_deleted ? undefined : before;
  if (known !== undefined && isSame(known.told, told)) return known;
  const stripeId = known?.stripe_id ?? (await makePayer(kit, customerId, told));
  await stripe.customers.update(stripeId, customerParams(told));
  await savePayer(sql, { customerId, stripeId, told });
  const row = await payerOf(sql, customerId);
  if (row === undefined) throw new Error(`no customer ${customerId} of Stripe's`);
  return row;
}

/** What a customer is at Stripe now: whether it is there still, and which card is charged. */
export async function takePayer({ sql, stripe }: StripeKit, stripeId: string): Promise<void> {
  // Of one that was deleted there is nothing to expand.
  const customer = await stripe.customers.retrieve(stripeId);
  if (customer.deleted) {
    await saveCard(sql, stripeId, { card: null, isDeleted: true });
    return;
  }
  const method = customer.invoice_settings.default_payment_method as string | null;
  const card =
    method === null ? null : ((await stripe.paymentMethods.retrieve(method)).card ?? null);
  await saveCard(sql, stripeId, {
    isDeleted: false,
    card: card && {
      brand: card.brand,
      last4: card.last4,
      exp_month: card.exp_month,
      exp_year: card.exp_year,
    },
  });
}

/**
 * Takes away what Stripe has of a customer that was erased here: it is told of no name any more,
 * and then deleted, with its cards. What Stripe keeps of its invoices is Stripe's own duty.
 * https://docs.stripe.com/api/customers/delete
 */
export async function erasePayer({ sql, stripe }: StripeKit, customerId: string): Promise<void> {
  const payer = await payerOf(sql, customerId);
  if (payer === undefined || payer.is_deleted) return;
  await stripe.customers.update(payer.stripe_id, customerParams(payer.told));
  await stripe.customers.del(payer.stripe_id);
  await saveCard(sql, payer.stripe_id, { card: null, isDeleted: true });
}
