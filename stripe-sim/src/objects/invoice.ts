import { emit } from '../world/events.ts';
import type { KeptInvoice, Kinds } from '../world/kinds.ts';
import type { World } from '../world/world.ts';
import { inPath, invalid } from '../wire/fault.ts';
import { pageOf, paging, range, within } from '../wire/list.ts';
import { boolean, oneOf, text } from '../wire/params.ts';
import { route, type Route } from '../wire/route.ts';
import { pay, voidInvoice, writeOff } from './collect.ts';
import { create, createdFields, invoiceFields, remove, update } from './draft.ts';
import { finalize, GRACE_SECONDS } from './finalize.ts';
import { attach, methodNamed } from './payment-method.ts';

/** https://docs.stripe.com/api/invoices */
export const invoiceRoutes: Route[] = [
  route('POST /v1/invoices', createdFields, ({ world, params }) => create(world, params)),
  route('GET /v1/invoices/:id', {}, ({ world, ids }) => inPath(world, 'invoice', ids['id'])),
  route('POST /v1/invoices/:id', invoiceFields, ({ world, ids, params }) =>
    update(world, inPath(world, 'invoice', ids['id']), params),
  ),
  route('DELETE /v1/invoices/:id', {}, ({ world, ids }) => {
    const invoice = inPath(world, 'invoice', ids['id']);
    if (invoice.status !== 'draft') {
      throw invalid('You can only delete draft invoices.', { code: 'invoice_not_editable' });
    }
    return remove(world, invoice);
  }),
  route('POST /v1/invoices/:id/finalize', { auto_advance: boolean }, ({ world, ids, params }) => {
    const invoice = inPath(world, 'invoice', ids['id']);
    if (params.auto_advance !== undefined) invoice.auto_advance = params.auto_advance;
    return finalize(world, invoice, { waitSeconds: GRACE_SECONDS });
  }),
  route(
    'POST /v1/invoices/:id/pay',
    { forgive: boolean, off_session: boolean, paid_out_of_band: boolean, payment_method: text },
    ({ world, ids, params }) => {
      const invoice = inPath(world, 'invoice', ids['id']);
      const method = methodToPay(world, invoice, params.payment_method);
      if (invoice.status === 'draft') finalize(world, invoice, { waitSeconds: GRACE_SECONDS });
      // What came to nothing by finalizing is paid already.
      if (invoice.status === 'paid' && invoice.amount_due === 0) return invoice;
      const isOutOfBand = params.paid_out_of_band === true;
      return pay(world, invoice, { method, isOutOfBand });
    },
  ),
  route('POST /v1/invoices/:id/send', {}, ({ world, ids }) => {
    const invoice = inPath(world, 'invoice', ids['id']);
    if (invoice.collection_method !== 'send_invoice') {
      throw invalid('You can only send an invoice whose collection_method is send_invoice.');
    }
    if (invoice.status === 'draft') finalize(world, invoice, { waitSeconds: 0 });
    emit(world, 'invoice.sent', { object: invoice });
    return invoice;
  }),
  route('POST /v1/invoices/:id/void', {}, ({ world, ids }) =>
    voidInvoice(world, inPath(world, 'invoice', ids['id'])),
  ),
  route('POST /v1/invoices/:id/mark_uncollectible', {}, ({ world, ids }) =>
    writeOff(world, inPath(world, 'invoice', ids['id']), 'user_forgiven'),
  ),
  route(
    'GET /v1/invoices',
    {
      ...paging,
      collection_method: oneOf('charge_automatically', 'send_invoice'),
      created: range,
      customer: text,
      due_date: range,
      status: oneOf('draft', 'open', 'paid', 'uncollectible', 'void'),
    },
    ({ world, params }) => {
      const rows = [...world.tables.invoice.values()].filter(
        (each) =>
          (params.collection_method === undefined ||
            each.collection_method === params.collection_method) &&
          (params.customer === undefined || each.customer === params.customer) &&
          (params.status === undefined || each.status === params.status) &&
          within(each.created, params.created) &&
          within(each.due_date, params.due_date),
      );
      return pageOf(world, rows, { page: params, url: '/v1/invoices' });
    },
  ),
];

/** Out: the method that a payment is asked with; it is saved for the customer. Throws. */
function methodToPay(
  world: World,
  invoice: KeptInvoice,
  id: string | undefined,
): Kinds['payment_method'] | undefined {
  if (id === undefined) return undefined;
  const method = methodNamed(world, id, 'payment_method');
  const customer = invoice.customer ?? '';
  return method.customer === null ? attach(world, method, customer) : method;
}
