import { emit } from '../world/events.ts';
import type { KeptInvoice, Kinds } from '../world/kinds.ts';
import { keep, mint, timeFor, type World } from '../world/world.ts';
import { inPath } from '../wire/fault.ts';
import { pageOf, paging } from '../wire/list.ts';
import { hash, oneOf, required, text } from '../wire/params.ts';
import { route, type Route } from '../wire/route.ts';
import { makePaymentIntent } from './payment-intent.ts';

type InvoicePayment = Kinds['invoice_payment'];

/** https://docs.stripe.com/api/invoice-payment */
export const invoicePaymentRoutes: Route[] = [
  route('GET /v1/invoice_payments/:id', {}, ({ world, ids }) =>
    inPath(world, 'invoice_payment', ids['id']),
  ),
  route(
    'GET /v1/invoice_payments',
    {
      ...paging,
      invoice: text,
      payment: hash({
        payment_intent: text,
        type: required(oneOf('payment_intent', 'payment_record')),
      }),
      status: oneOf('open', 'paid', 'canceled'),
    },
    ({ world, params }) => {
      const rows = [...world.tables.invoice_payment.values()].filter(
        (each) =>
          (params.invoice === undefined || each.invoice === params.invoice) &&
          (params.status === undefined || each.status === params.status) &&
          (params.payment?.payment_intent === undefined ||
            each.payment.payment_intent === params.payment.payment_intent),
      );
      return pageOf(world, rows, { page: params, url: '/v1/invoice_payments' });
    },
  ),
];

/** Makes the payment that an open invoice waits for, with its PaymentIntent. */
export function awaitPayment(world: World, invoice: KeptInvoice): InvoicePayment {
  const intent = makePaymentIntent(world, {
    amount: invoice.amount_remaining,
    currency: invoice.currency,
    customer: invoice.customer,
    description: invoice.number === null ? null : `Invoice ${invoice.number}`,
  });
  return keep(world, 'invoice_payment', {
    id: mint(world, 'invoice_payment'),
    object: 'invoice_payment',
    amount_paid: null,
    amount_requested: invoice.amount_remaining,
    created: timeFor(world, invoice.customer),
    currency: invoice.currency,
    invoice: invoice.id,
    is_default: true,
    livemode: false,
    payment: { payment_intent: intent.id, type: 'payment_intent' },
    status: 'open',
    status_transitions: { canceled_at: null, paid_at: null },
  } satisfies InvoicePayment);
}

/** Out: the payment that an invoice waits for, or that paid it, with its PaymentIntent. */
export function defaultPayment(
  world: World,
  invoice: string,
): { payment: InvoicePayment; intent: Kinds['payment_intent'] } | undefined {
  for (const payment of world.tables.invoice_payment.values()) {
    if (payment.invoice !== invoice || !payment.is_default) continue;
    const intent = world.tables.payment_intent.get(payment.payment.payment_intent ?? '');
    if (intent) return { payment, intent };
  }
  return undefined;
}

/** Out: the invoice that a PaymentIntent is for. */
export function invoiceOfIntent(world: World, intent: string): KeptInvoice | undefined {
  for (const { invoice, payment } of world.tables.invoice_payment.values()) {
    if (payment.payment_intent === intent) return world.tables.invoice.get(invoice);
  }
  return undefined;
}

/** Writes down that a payment paid its invoice. */
export function payPayment(world: World, payment: InvoicePayment, amount: number): void {
  const customer = world.tables.invoice.get(payment.invoice)?.customer;
  payment.amount_paid = amount;
  payment.status = 'paid';
  payment.status_transitions.paid_at = timeFor(world, customer);
  emit(world, 'invoice_payment.paid', { object: payment });
}

/** Writes down that nothing will come of a payment. */
export function cancelInvoicePayment(world: World, payment: InvoicePayment): void {
  const customer = world.tables.invoice.get(payment.invoice)?.customer;
  payment.status = 'canceled';
  payment.status_transitions.canceled_at = timeFor(world, customer);
}
