import { change, emit } from '../world/events.ts';
import type { Kinds } from '../world/kinds.ts';
import { keep, mint, type World } from '../world/world.ts';
import { inParam, inPath, invalid } from '../wire/fault.ts';
import { pageOf, paging, range, within } from '../wire/list.ts';
import { merged, metadata } from '../wire/metadata.ts';
import {
  boolean,
  currency,
  decimal,
  hash,
  integer,
  list,
  natural,
  oneOf,
  required,
  said,
  text,
  unsettable,
  type Values,
} from '../wire/params.ts';
import { route, type Route } from '../wire/route.ts';
import { create as createProduct } from './product.ts';

type Price = Kinds['price'];

const upTo = (raw: unknown, param: string): number | null =>
  raw === 'inf' ? null : natural(raw as string, param);

const fields = {
  active: boolean,
  lookup_key: unsettable(text),
  metadata,
  nickname: unsettable(text),
  tax_behavior: oneOf('exclusive', 'inclusive', 'unspecified'),
  transfer_lookup_key: boolean,
};
const created = {
  ...fields,
  billing_scheme: oneOf('per_unit', 'tiered'),
  currency: required(currency),
  product: text,
  product_data: hash({ id: text, metadata, name: required(text), unit_label: text }),
  recurring: hash({
    interval: required(oneOf('day', 'week', 'month', 'year')),
    interval_count: natural,
    meter: text,
    trial_period_days: natural,
    usage_type: oneOf('licensed', 'metered'),
  }),
  tiers: list(
    hash({
      flat_amount: integer,
      flat_amount_decimal: decimal,
      unit_amount: integer,
      unit_amount_decimal: decimal,
      up_to: required(upTo),
    }),
  ),
  tiers_mode: oneOf('graduated', 'volume'),
  transform_quantity: hash({ divide_by: required(natural), round: required(oneOf('up', 'down')) }),
  unit_amount: integer,
  unit_amount_decimal: decimal,
};

/** https://docs.stripe.com/api/prices */
export const priceRoutes: Route[] = [
  route('POST /v1/prices', created, ({ world, params }) => create(world, params)),
  route('GET /v1/prices/:id', {}, ({ world, ids }) => inPath(world, 'price', ids['id'])),
  route('POST /v1/prices/:id', fields, ({ world, ids, params }) => {
    const price = inPath(world, 'price', ids['id']);
    takeLookupKey(world, params);
    const patch: Partial<Price> = {
      active: params.active ?? price.active,
      lookup_key: said(params.lookup_key, price.lookup_key),
      metadata: merged(price.metadata, params.metadata),
      nickname: said(params.nickname, price.nickname),
      tax_behavior: params.tax_behavior ?? price.tax_behavior,
    };
    return change(world, price, { patch, type: 'price.updated' });
  }),
  route(
    'GET /v1/prices',
    {
      ...paging,
      active: boolean,
      created: range,
      currency,
      lookup_keys: list(text),
      product: text,
      type: oneOf('one_time', 'recurring'),
    },
    ({ world, params }) => {
      const rows = [...world.tables.price.values()].filter(
        (each) =>
          (params.active === undefined || each.active === params.active) &&
          (params.currency === undefined || each.currency === params.currency) &&
          (params.product === undefined || each.product === params.product) &&
          (params.type === undefined || each.type === params.type) &&
          (params.lookup_keys === undefined ||
            params.lookup_keys.includes(each.lookup_key ?? '')) &&
          within(each.created, params.created),
      );
      return pageOf(world, rows, { page: params, url: '/v1/prices' });
    },
  ),
];

function create(world: World, params: Values<typeof created>): Price {
  const product = productOf(world, params);
  takeLookupKey(world, params);
  const isTiered = params.billing_scheme === 'tiered';
  if (isTiered !== (params.tiers !== undefined)) {
    throw invalid('`tiers` go with `billing_scheme=tiered`, and only with it.', { param: 'tiers' });
  }
  if (params.tiers && params.tiers.at(-1)?.up_to !== null) {
    throw invalid('The last tier must have `up_to=inf`.', { param: 'tiers' });
  }
  if (params.recurring?.usage_type === 'metered' && params.recurring.meter === undefined) {
    throw invalid('A metered price needs a meter.', { param: 'recurring[meter]' });
  }
  const price = {
    id: mint(world, 'price'),
    object: 'price',
    active: params.active ?? true,
    billing_scheme: params.billing_scheme ?? 'per_unit',
    created: world.clock.now(),
    currency: params.currency,
    custom_unit_amount: null,
    livemode: false,
    lookup_key: params.lookup_key ?? null,
    metadata: merged({}, params.metadata),
    nickname: params.nickname ?? null,
    product,
    recurring: params.recurring
      ? {
          interval: params.recurring.interval,
          interval_count: params.recurring.interval_count ?? 1,
          meter: params.recurring.meter ?? null,
          trial_period_days: params.recurring.trial_period_days ?? null,
          usage_type: params.recurring.usage_type ?? 'licensed',
        }
      : null,
    tax_behavior: params.tax_behavior ?? 'unspecified',
    ...(params.tiers && { tiers: params.tiers.map(tierOf) }),
    tiers_mode: params.tiers_mode ?? null,
    transform_quantity: params.transform_quantity ?? null,
    type: params.recurring ? 'recurring' : 'one_time',
    ...(isTiered ? { unit_amount: null, unit_amount_decimal: null } : unitAmountOf(params)),
  } satisfies Price;
  keep(world, 'price', price);
  emit(world, 'price.created', { object: price });
  return price;
}

/** What says a price per unit: whole minor units, or a decimal of them. */
export interface UnitAmount {
  unit_amount?: number | undefined;
  unit_amount_decimal?: string | undefined;
}

/** Out: both forms of a unit amount. Throws 400 when neither or both are said. */
export function unitAmountOf({ unit_amount, unit_amount_decimal }: UnitAmount): {
  unit_amount: number | null;
  unit_amount_decimal: string;
} {
  const both = unit_amount !== undefined && unit_amount_decimal !== undefined;
  const text = unit_amount === undefined ? unit_amount_decimal : String(unit_amount);
  if (text === undefined || both) {
    throw invalid('You must specify one of `unit_amount` and `unit_amount_decimal`.', {
      param: 'unit_amount',
    });
  }
  return {
    unit_amount: /^-?\d+(\.0+)?$/.test(text) ? Number(text) : null,
    unit_amount_decimal: text,
  };
}

type Tier = NonNullable<Values<typeof created>['tiers']>[number];

function tierOf(tier: Tier): NonNullable<Price['tiers']>[number] {
  const flat = tier.flat_amount_decimal ?? tier.flat_amount?.toString() ?? null;
  const unit = tier.unit_amount_decimal ?? tier.unit_amount?.toString() ?? null;
  const whole = (amount: string | null): number | null =>
    amount !== null && !amount.includes('.') ? Number(amount) : null;
  return {
    flat_amount: whole(flat),
    flat_amount_decimal: flat,
    unit_amount: whole(unit),
    unit_amount_decimal: unit,
    up_to: tier.up_to,
  };
}

function productOf(world: World, params: Values<typeof created>): string {
  if (params.product_data) return createProduct(world, params.product_data).id;
  if (params.product === undefined) {
    throw invalid('You must specify either `product` or `product_data`.', { param: 'product' });
  }
  return inParam(world, 'product', { id: params.product, param: 'product' }).id;
}

// One price has a lookup key at a time; it moves only when that is asked for.
function takeLookupKey(
  world: World,
  { lookup_key, transfer_lookup_key }: Values<typeof fields>,
): void {
  if (lookup_key == null) return;
  const holder = [...world.tables.price.values()].find((each) => each.lookup_key === lookup_key);
  if (!holder) return;
  if (transfer_lookup_key !== true) {
    throw invalid(`A price (\`${holder.id}\`) already uses that lookup key.`, {
      param: 'lookup_key',
    });
  }
  holder.lookup_key = null;
}
