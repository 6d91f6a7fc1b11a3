import type { Hono } from 'hono';
import { pay } from '../objects/collect.ts';
import { defaultPayment } from '../objects/invoice-payment.ts';
import { linesOfInvoice } from '../objects/line.ts';
import { attach } from '../objects/payment-method.ts';
import { StripeFault } from '../wire/fault.ts';
import type { Env } from '../wire/pipeline.ts';
import type { KeptInvoice } from '../world/kinds.ts';
import type { World } from '../world/world.ts';
import { cardForm, type Form, methodOf } from './card-form.ts';
import { html, money, page } from './html.ts';
import { formOfRequest, missing, type Stage } from './stage.ts';

/** The page on which a customer pays. https://docs.stripe.com/invoicing/hosted-invoice-page */
export function invoicePages(app: Hono<Env>, { world, settle }: Stage): void {
  app.get('/i/:id', (c) => {
    const invoice = finalized(world, c.req.param('id'));
    return invoice ? c.html(screen(world, invoice)) : missing(c);
  });
  app.post('/i/:id', async (c) => {
    const invoice = finalized(world, c.req.param('id'));
    if (!invoice) return missing(c);
    const form = await formOfRequest(c);
    try {
      const method = methodOf(world, form);
      pay(world, invoice, { method: saved(world, invoice, method), isOutOfBand: false });
      await settle();
      return c.redirect(`/i/${invoice.id}`, 303);
    } catch (error) {
      if (!(error instanceof StripeFault)) throw error;
      await settle();
      const away = defaultPayment(world, invoice.id)?.intent.next_action?.redirect_to_url?.url;
      const isAway = error.body.code === 'invoice_payment_intent_requires_action';
      if (isAway && away) return c.redirect(away, 303);
      return c.html(screen(world, invoice, { message: error.message, form }), 422);
    }
  });
}

// Drafts have no page.
const finalized = (world: World, id: string): KeptInvoice | undefined => {
  const invoice = world.tables.invoice.get(id);
  return invoice?.status === 'draft' ? undefined : invoice;
};

function saved(
  world: World,
  invoice: KeptInvoice,
  method: ReturnType<typeof methodOf>,
): ReturnType<typeof methodOf> {
  return invoice.customer === null ? method : attach(world, method, invoice.customer);
}

function screen(
  world: World,
  invoice: KeptInvoice,
  wrong?: { message: string; form: Form },
): string {
  const { currency } = invoice;
  const lines = linesOfInvoice(world, invoice.id).map(
    ({ description, amount }) => html`<li>${description}: ${money(amount, currency)}</li>`,
  );
  const isPayable = invoice.status === 'open' || invoice.status === 'uncollectible';
  const left = money(invoice.amount_remaining, currency);
  return page(
    `Invoice ${invoice.number}`,
    html`<p>Status: <strong>${invoice.status}</strong></p>
      <h2>Items</h2>
      <ul>
        ${lines}
      </ul>
      <p>Total: ${money(invoice.total, currency)}</p>
      <p>To pay: <strong>${left}</strong></p>
      ${
        isPayable
          ? html`<h2>Pay</h2>
              ${cardForm(`/i/${invoice.id}`, {
                submit: `Pay ${left}`,
                error: wrong?.message,
                before: wrong?.form ?? {},
              })}`
          : html``
      }`,
  );
}
