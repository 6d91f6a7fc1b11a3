import { emit } from '../world/events.ts';
import type { Kinds } from '../world/kinds.ts';
import { keep, mint, timeFor, type World } from '../world/world.ts';
import { inPath, noSuchPath } from '../wire/fault.ts';
import { pageOf, paging } from '../wire/list.ts';
import { required, text } from '../wire/params.ts';
import { route, type Route } from '../wire/route.ts';

type TaxId = Kinds['tax_id'];

/** Those that Stripe checks with a register, where every check here succeeds. */
const VERIFIED = ['eu_vat', 'gb_vat', 'au_abn'];

/** https://docs.stripe.com/api/tax_ids */
export const taxIdRoutes: Route[] = [
  route(
    'POST /v1/customers/:id/tax_ids',
    { type: required(text), value: required(text) },
    ({ world, ids, params }) => addTaxId(world, inPath(world, 'customer', ids['id']).id, params),
  ),
  route('GET /v1/customers/:id/tax_ids', paging, ({ world, ids, params }) => {
    const { id } = inPath(world, 'customer', ids['id']);
    const rows = taxIdsOf(world, id);
    return pageOf(world, rows, { page: params, url: `/v1/customers/${id}/tax_ids` });
  }),
  route('GET /v1/customers/:customer/tax_ids/:id', {}, ({ world, ids }) => ofCustomer(world, ids)),
  route('DELETE /v1/customers/:customer/tax_ids/:id', {}, ({ world, ids }) => {
    const taxId = ofCustomer(world, ids);
    world.tables.tax_id.delete(taxId.id);
    emit(world, 'customer.tax_id.deleted', { object: taxId });
    return { id: taxId.id, object: 'tax_id', deleted: true };
  }),
];

/** Out: a customer's tax ids, oldest first. */
export const taxIdsOf = (world: World, customer: string): TaxId[] =>
  [...world.tables.tax_id.values()].filter((each) => each.customer === customer);

/** Adds a tax id to a customer. */
export function addTaxId(
  world: World,
  customer: string,
  { type, value }: { type: string; value: string },
): TaxId {
  const isVerified = VERIFIED.includes(type);
  const name = world.tables.customer.get(customer)?.name ?? null;
  const taxId = {
    id: mint(world, 'tax_id'),
    object: 'tax_id',
    country: type.slice(0, 2).toUpperCase(),
    created: timeFor(world, customer),
    customer,
    customer_account: null,
    livemode: false,
    owner: { customer, customer_account: null, type: 'customer' },
    type: type as TaxId['type'],
    value,
    verification: {
      status: isVerified ? 'verified' : 'unavailable',
      verified_address: null,
      verified_name: isVerified ? name : null,
    },
  } satisfies TaxId;
  keep(world, 'tax_id', taxId);
  emit(world, 'customer.tax_id.created', { object: taxId });
  return taxId;
}

function ofCustomer(world: World, ids: Record<string, string>): TaxId {
  const taxId = inPath(world, 'tax_id', ids['id']);
  if (taxId.customer !== ids['customer']) throw noSuchPath('tax_id', taxId.id);
  return taxId;
}
