import { dueOf } from '../invoicing/model.ts';
import { invoiceById } from '../invoicing/store.ts';
import { Fault, found, notFound } from '../kit/fault.ts';
import type { Collector } from '../payments/collector.ts';
import type { PaymentPageWanted } from '../contract/collector.ts';
import { chargeDue } from './charge.ts';
import { isLive, type StripeSettings } from './client.ts';
import { refundableOf } from './collection-store.ts';
import type { StripeKit } from './kit.ts';
import { objectionTo } from './invoice-form.ts';
import { tellPayer } from './payer.ts';
import { linkOf, payerOf, type LinkRow } from './store.ts';
import { takeInvoice } from './take-invoice.ts';
import { Mismatch, troubleOf } from './trouble.ts';
import { STRIPE_METHOD } from './work-store.ts';

/** What there is of Stripe where it collects. */
export type Collecting = {
  kit: StripeKit;
  settings: StripeSettings;
  /** Where the portal has how a customer pays, which Stripe's pages lead back to. */
  paymentsUrl(customerId: string): string;
  /** Something has come: not to wait for the next look. */
  poke(): void;
};

const RETRY_AFTER_S = 5;
const conflict = (detail: string): Fault => new Fault('state_conflict', { detail });

/** What Stripe did not do, as the caller should see it. */
async function said<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    const trouble = troubleOf(error);
    if (trouble === 'declined' || trouble === 'refused') throw conflict((error as Error).message);
    if (error instanceof Mismatch) throw conflict(error.message);
    if (trouble !== undefined) throw new Fault('unavailable', { retryAfter: RETRY_AFTER_S });
    throw error;
  }
}

async function theirLink(kit: StripeKit, customerId: string, invoiceId: string): Promise<LinkRow> {
  const link = await linkOf(kit.sql, invoiceId);
  if (link === undefined) {
    const row = await invoiceById(kit.sql, invoiceId);
    const isOther = row?.customer_id === customerId && row.not_collected !== null;
    if (isOther) throw conflict('Stripe cannot collect it: it has to be paid another way');
  }
  if (link?.customer_id !== customerId) throw notFound('invoice at Stripe');
  return link;
}

async function pageOf(
  { kit, paymentsUrl }: Collecting,
  customerId: string,
  wanted: PaymentPageWanted,
): Promise<string> {
  const { stripe } = kit;
  if (wanted.page === 'invoice') {
    const link = await theirLink(kit, customerId, wanted.invoice_id);
    mustBeOpen(link);
    await mustBeOwed(kit, wanted.invoice_id);
    const { hosted_url } = link;
    if (hosted_url === null) throw conflict('It is not at Stripe yet');
    return hosted_url;
  }
  const { stripe_id: customer } = await tellPayer(kit, customerId);
  const back = paymentsUrl(customerId);
  if (wanted.page === 'account') {
    return (await stripe.billingPortal.sessions.create({ customer, return_url: back })).url;
  }
  const session = await stripe.checkout.sessions.create({
    mode: 'setup',
    customer,
    currency: await currencyOf(kit, customerId),
    success_url: back,
    cancel_url: back,
    client_reference_id: customerId,
  });
  if (session.url === null) throw conflict('Stripe gave no page for it');
  return session.url;
}

async function currencyOf({ sql }: StripeKit, customerId: string): Promise<string> {
  const [row] = await sql<{ currency: string }[]>`
    select lower(currency) as currency from customers where id = ${customerId}`;
  return row?.currency ?? '';
}

/** Money that went back is owed again here, and Stripe takes nothing for what it has as paid. */
function mustBeOpen({ status }: LinkRow): void {
  if (status === 'paid') throw conflict('Stripe has it as paid: it has to be paid another way');
}

/** Until Stripe hears of it, it would take money for what is void or settled here. */
async function mustBeOwed({ sql }: StripeKit, invoiceId: string): Promise<void> {
  const row = found(await invoiceById(sql, invoiceId), 'invoice');
  if (row.state !== 'open' || dueOf(row) <= 0n) throw conflict('Nothing is due');
}

async function chargeNow(kit: StripeKit, link: LinkRow): Promise<void> {
  await mustBeOwed(kit, link.invoice_id);
  try {
    const isAsked = await chargeDue(kit, link);
    // Something came in between, or Stripe has yet to be told of it.
    if (!isAsked) throw new Fault('unavailable', { retryAfter: RETRY_AFTER_S });
  } finally {
    await takeInvoice(kit, link.stripe_id);
  }
}

/** Stripe collects: its pages take cards, and its answers become payments of ours. */
export function stripeCollector(collecting: Collecting): Collector {
  const { kit, settings } = collecting;
  return {
    objectionTo,
    stateOf: async (customerId) => ({
      kind: 'stripe',
      is_test: !isLive(settings.secretKey),
      is_simulated: settings.apiBase !== undefined,
      card: (await payerOf(kit.sql, customerId))?.card ?? null,
    }),
    collectionOf: async (customerId, invoiceId) => {
      const link = await linkOf(kit.sql, invoiceId);
      const isTheirs = link?.customer_id === customerId;
      return { failure: isTheirs && link.failure !== '' ? link.failure : null };
    },
    pageFor: (customerId, wanted) => said(pageOf(collecting, customerId, wanted)),
    charge: async (customerId, invoiceId) => {
      const link = await theirLink(kit, customerId, invoiceId);
      mustBeOpen(link);
      await said(chargeNow(kit, link));
    },
    refunds: { method: STRIPE_METHOD, refundable: refundableOf },
  };
}
