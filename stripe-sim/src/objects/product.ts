import { change, emit } from '../world/events.ts';
import type { Kinds } from '../world/kinds.ts';
import { keep, mint, type World } from '../world/world.ts';
import { inPath, invalid } from '../wire/fault.ts';
import { pageOf, paging, range, within } from '../wire/list.ts';
import { merged, metadata } from '../wire/metadata.ts';
import { boolean, list, required, said, text, unsettable, url } from '../wire/params.ts';
import { route, type Route } from '../wire/route.ts';

type Product = Kinds['product'];

const fields = {
  active: boolean,
  description: unsettable(text),
  metadata,
  statement_descriptor: unsettable(text),
  unit_label: unsettable(text),
  url: unsettable(url),
};

/** https://docs.stripe.com/api/products */
export const productRoutes: Route[] = [
  route('POST /v1/products', { ...fields, id: text, name: required(text) }, ({ world, params }) =>
    create(world, params),
  ),
  route('GET /v1/products/:id', {}, ({ world, ids }) => inPath(world, 'product', ids['id'])),
  route(
    'POST /v1/products/:id',
    { ...fields, default_price: text, name: text },
    ({ world, ids, params }) => {
      const product = inPath(world, 'product', ids['id']);
      const patch: Partial<Product> = {
        active: params.active ?? product.active,
        default_price: params.default_price ?? product.default_price ?? null,
        description: said(params.description, product.description),
        metadata: merged(product.metadata, params.metadata),
        name: params.name ?? product.name,
        statement_descriptor: said(
          params.statement_descriptor,
          product.statement_descriptor ?? null,
        ),
        unit_label: said(params.unit_label, product.unit_label ?? null),
        updated: world.clock.now(),
        url: said(params.url, product.url),
      };
      return change(world, product, { patch, type: 'product.updated' });
    },
  ),
  route('DELETE /v1/products/:id', {}, ({ world, ids }) => {
    const product = inPath(world, 'product', ids['id']);
    if ([...world.tables.price.values()].some((price) => price.product === product.id)) {
      throw invalid(
        'This product cannot be deleted because it has one or more user-created prices.',
      );
    }
    world.tables.product.delete(product.id);
    emit(world, 'product.deleted', { object: product });
    return { id: product.id, object: 'product', deleted: true };
  }),
  route(
    'GET /v1/products',
    { ...paging, active: boolean, created: range, ids: list(text), url },
    ({ world, params }) => {
      const rows = [...world.tables.product.values()].filter(
        (each) =>
          (params.active === undefined || each.active === params.active) &&
          (params.ids === undefined || params.ids.includes(each.id)) &&
          (params.url === undefined || each.url === params.url) &&
          within(each.created, params.created),
      );
      return pageOf(world, rows, { page: params, url: '/v1/products' });
    },
  ),
];

type Given = {
  id?: string | undefined;
  name: string;
  active?: boolean | undefined;
  metadata?: Parameters<typeof merged>[1];
} & {
  [K in 'description' | 'statement_descriptor' | 'unit_label' | 'url']?: string | null | undefined;
};

/** Makes a product, also for a price or a line that brings its own along. Throws 400. */
export function create(world: World, given: Given): Product {
  if (given.id !== undefined && world.tables.product.has(given.id)) {
    throw invalid('Product already exists.', { code: 'resource_already_exists', param: 'id' });
  }
  const product = {
    id: given.id ?? mint(world, 'product'),
    object: 'product',
    active: given.active ?? true,
    created: world.clock.now(),
    default_price: null,
    description: given.description ?? null,
    images: [],
    livemode: false,
    marketing_features: [],
    metadata: merged({}, given.metadata),
    name: given.name,
    package_dimensions: null,
    shippable: null,
    statement_descriptor: given.statement_descriptor ?? null,
    tax_code: null,
    tax_details: null,
    type: 'service',
    unit_label: given.unit_label ?? null,
    updated: world.clock.now(),
    url: given.url ?? null,
  } satisfies Product;
  keep(world, 'product', product);
  emit(world, 'product.created', { object: product });
  return product;
}
