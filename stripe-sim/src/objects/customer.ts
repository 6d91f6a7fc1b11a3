import { change, emit } from '../world/events.ts';
import type { Kinds } from '../world/kinds.ts';
import { clockOf, keep, mint, mintWith, timeFor, type World } from '../world/world.ts';
import { inParam, inPath, invalid, noSuchPath } from '../wire/fault.ts';
import { pageOf, paging, range, within } from '../wire/list.ts';
import { merged, metadata } from '../wire/metadata.ts';
import {
  address,
  fullAddress,
  hash,
  integer,
  list,
  oneOf,
  required,
  said,
  text,
  unsettable,
  type Values,
} from '../wire/params.ts';
import { route, type Route } from '../wire/route.ts';
import { addTaxId } from './tax-id.ts';

type Customer = Kinds['customer'];

const fields = {
  address,
  balance: integer,
  description: unsettable(text),
  email: unsettable(text),
  invoice_prefix: text,
  invoice_settings: hash({
    default_payment_method: unsettable(text),
    footer: unsettable(text),
  }),
  metadata,
  name: unsettable(text),
  phone: unsettable(text),
  preferred_locales: list(text),
  shipping: unsettable(hash({ address: required(address), name: required(text), phone: text })),
  tax_exempt: oneOf('none', 'exempt', 'reverse'),
};
const created = {
  ...fields,
  payment_method: text,
  tax_id_data: list(hash({ type: required(text), value: required(text) })),
  test_clock: text,
};

/** https://docs.stripe.com/api/customers */
export const customerRoutes: Route[] = [
  route('POST /v1/customers', created, ({ world, params }) => create(world, params)),
  route('GET /v1/customers/:id', {}, ({ world, ids }) => inPath(world, 'customer', ids['id'])),
  route('POST /v1/customers/:id', fields, ({ world, ids, params }) =>
    update(world, livingIn(world, ids['id']), params),
  ),
  route('DELETE /v1/customers/:id', {}, ({ world, ids }) =>
    remove(world, livingIn(world, ids['id'])),
  ),
  route(
    'GET /v1/customers',
    { ...paging, created: range, email: text, test_clock: text },
    ({ world, params }) => {
      const rows = [...world.tables.customer.values()].filter(
        (each) =>
          !each.deleted &&
          within(each.created, params.created) &&
          (params.email === undefined || each.email === params.email) &&
          // Those of test clocks are listed only when asked for.
          // https://docs.stripe.com/billing/testing/test-clocks/api-advanced-usage
          (params.test_clock ?? null) === (each.test_clock ?? null),
      );
      return pageOf(world, rows, { page: params, url: '/v1/customers' });
    },
  ),
];

/** Out: the customer in the path. Throws 404 when there is none or it was deleted. */
export function livingIn(world: World, id: string | undefined): Customer {
  const customer = inPath(world, 'customer', id);
  if (customer.deleted === undefined) return customer;
  throw noSuchPath('customer', customer.id);
}

/** Out: the customer that a parameter names. Throws 400. */
export function livingParam(world: World, id: string): Customer {
  const customer = inParam(world, 'customer', { id, param: 'customer' });
  if (customer.deleted === undefined) return customer;
  throw invalid(`No such customer: '${id}'`, { code: 'resource_missing', param: 'customer' });
}

function create(world: World, params: Values<typeof created>): Customer {
  const clock = params.test_clock ?? null;
  if (clock !== null) {
    inParam(world, 'test_helpers.test_clock', { id: clock, param: 'test_clock' });
  }
  const id = mint(world, 'customer');
  const customer = {
    id,
    object: 'customer',
    address: fullAddress(params.address),
    balance: params.balance ?? 0,
    created: clock === null ? world.clock.now() : timeOfClock(world, clock),
    currency: null,
    customer_account: null,
    default_source: null,
    delinquent: false,
    description: params.description ?? null,
    discount: null,
    email: params.email ?? null,
    invoice_prefix: params.invoice_prefix ?? mintWith(world, '').slice(0, 8).toUpperCase(),
    invoice_settings: {
      custom_fields: null,
      default_payment_method: null,
      footer: params.invoice_settings?.footer ?? null,
      rendering_options: null,
    },
    livemode: false,
    metadata: merged({}, params.metadata),
    name: params.name ?? null,
    next_invoice_sequence: 1,
    phone: params.phone ?? null,
    preferred_locales: params.preferred_locales ?? [],
    shipping: shippingOf(params.shipping),
    tax_exempt: params.tax_exempt ?? 'none',
    test_clock: clock,
  } satisfies Customer;
  keep(world, 'customer', customer);
  params.tax_id_data?.forEach((data) => addTaxId(world, id, data));
  emit(world, 'customer.created', { object: customer });
  return customer;
}

const timeOfClock = (world: World, clock: string): number =>
  world.tables['test_helpers.test_clock'].get(clock)?.frozen_time ?? world.clock.now();

function shippingOf(shipping: Values<typeof fields>['shipping']): Customer['shipping'] {
  if (!shipping) return null;
  const where = fullAddress(shipping.address);
  return { name: shipping.name, phone: shipping.phone ?? null, ...(where && { address: where }) };
}

function update(world: World, customer: Customer, params: Values<typeof fields>): Customer {
  const settings = params.invoice_settings;
  const method = settings?.default_payment_method;
  if (method != null && world.tables.payment_method.get(method)?.customer !== customer.id) {
    throw invalid(
      `No such PaymentMethod: '${method}'; it must be attached to the ` +
        'customer before it can be its default.',
      { code: 'resource_missing', param: 'invoice_settings[default_payment_method]' },
    );
  }
  const patch: Partial<Customer> = {
    address:
      params.address === undefined ? (customer.address ?? null) : fullAddress(params.address),
    balance: params.balance ?? customer.balance,
    description: said(params.description, customer.description),
    email: said(params.email, customer.email),
    invoice_settings: {
      ...customer.invoice_settings,
      default_payment_method: said(method, customer.invoice_settings.default_payment_method),
      footer: said(settings?.footer, customer.invoice_settings.footer),
    },
    metadata: merged(customer.metadata, params.metadata),
    name: said(params.name, customer.name ?? null),
    phone: said(params.phone, customer.phone ?? null),
    preferred_locales: params.preferred_locales ?? customer.preferred_locales ?? [],
    shipping: params.shipping === undefined ? customer.shipping : shippingOf(params.shipping),
    tax_exempt: params.tax_exempt ?? customer.tax_exempt ?? 'none',
  };
  return change(world, customer, { patch, type: 'customer.updated' });
}

/**
 * A deleted customer stays as three fields; its payment methods are detached, and its drafts are
 * deleted. https://docs.stripe.com/api/customers/delete
 */
function remove(world: World, customer: Customer): { id: string; object: string; deleted: true } {
  for (const method of world.tables.payment_method.values()) {
    if (method.customer === customer.id) method.customer = null;
  }
  for (const invoice of world.tables.invoice.values()) {
    if (invoice.customer === customer.id && invoice.status === 'draft') {
      world.tables.invoice.delete(invoice.id);
    }
  }
  emit(world, 'customer.deleted', { object: customer });
  const gone = { id: customer.id, object: 'customer', deleted: true } as const;
  world.tables.customer.set(customer.id, gone as never);
  return gone;
}

/** Out: what new objects of a customer begin with. */
export const born = (
  world: World,
  customer: string,
): { created: number; test_clock: string | null } => ({
  created: timeFor(world, customer),
  test_clock: clockOf(world, customer),
});
