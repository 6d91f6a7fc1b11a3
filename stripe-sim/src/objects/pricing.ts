import type { Kinds } from '../world/kinds.ts';
import { keep, mint, type World } from '../world/world.ts';
import { inParam, invalid } from '../wire/fault.ts';
import { metadata } from '../wire/metadata.ts';
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
  text,
  unsettable,
  type Values,
} from '../wire/params.ts';
import { discounts } from './coupon.ts';
import { amountOf } from './money.ts';
import { unitAmountOf } from './price.ts';

type Item = Kinds['invoiceitem'];

/** What says the price of an item or a line. */
export const priceFields = {
  amount: integer,
  description: unsettable(text),
  discountable: boolean,
  discounts,
  metadata,
  period: hash({ end: required(natural), start: required(natural) }),
  price_data: hash({
    currency: required(currency),
    product: text,
    product_data: hash({ description: text, metadata, name: required(text), unit_label: text }),
    tax_behavior: oneOf('exclusive', 'inclusive', 'unspecified'),
    unit_amount: integer,
    unit_amount_decimal: decimal,
  }),
  pricing: hash({ price: text }),
  quantity: natural,
  quantity_decimal: decimal,
  tax_rates: unsettable(list(text)),
  unit_amount_decimal: decimal,
};

export type PriceGiven = Partial<Values<typeof priceFields>>;
export interface Priced {
  amount: number;
  currency: string;
  quantity: string;
  pricing: NonNullable<Item['pricing']>;
}

/**
 * Out: amount, quantity and pricing of what is asked for: by amount, by price, or by a price made
 * for it. An amount alone is one unit of an inline price, as at Stripe. Throws 400.
 * https://docs.stripe.com/api/invoiceitems/create
 */
export function priced(world: World, given: PriceGiven, fallback: string | null): Priced {
  const quantity = given.quantity_decimal ?? String(given.quantity ?? 1);
  const { price, unit } = priceFor(world, given, fallback);
  const amount = given.amount ?? amountOf(unit, quantity);
  return {
    amount,
    currency: price.currency,
    quantity,
    pricing: {
      price_details: { price: price.id, product: price.product },
      type: 'price_details',
      unit_amount_decimal: unit,
    },
  };
}

function priceFor(
  world: World,
  given: PriceGiven,
  fallback: string | null,
): { price: Kinds['price']; unit: string } {
  const asked = [given.amount, given.pricing?.price, given.price_data, given.unit_amount_decimal];
  if (asked.filter((each) => each !== undefined).length !== 1) {
    throw invalid(
      'You must specify one of `amount`, `pricing`, `price_data` and `unit_amount_decimal`.',
      { code: 'parameter_missing', param: 'amount' },
    );
  }
  if (given.pricing?.price !== undefined) {
    const price = inParam(world, 'price', { id: given.pricing.price, param: 'pricing[price]' });
    if (price.recurring || price.unit_amount_decimal === null) {
      throw invalid(
        `The price specified is set to \`type=${price.type}\` but this field only accepts prices ` +
          'with `type=one_time`.',
        { param: 'pricing[price]' },
      );
    }
    return { price, unit: price.unit_amount_decimal };
  }
  const data = given.price_data;
  const unit = data
    ? unitAmountOf(data).unit_amount_decimal
    : (given.unit_amount_decimal ?? String(given.amount));
  const money = data?.currency ?? fallback;
  if (money === null) {
    throw invalid('Missing required param: currency.', {
      code: 'parameter_missing',
      param: 'currency',
    });
  }
  return { price: inlinePrice(world, { given, unit, currency: money }), unit };
}

// Prices that a line brings along are inactive and come with no events.
function inlinePrice(
  world: World,
  { given, unit, currency }: { given: PriceGiven; unit: string; currency: string },
): Kinds['price'] {
  const data = given.price_data;
  const product =
    data?.product === undefined
      ? inlineProduct(world, data?.product_data?.name ?? given.description ?? 'Item')
      : inParam(world, 'product', { id: data.product, param: 'price_data[product]' }).id;
  return keep(world, 'price', {
    id: mint(world, 'price'),
    object: 'price',
    active: false,
    billing_scheme: 'per_unit',
    created: world.clock.now(),
    currency,
    custom_unit_amount: null,
    livemode: false,
    lookup_key: null,
    metadata: {},
    nickname: null,
    product,
    recurring: null,
    tax_behavior: data?.tax_behavior ?? 'unspecified',
    tiers_mode: null,
    transform_quantity: null,
    type: 'one_time',
    ...unitAmountOf({ unit_amount_decimal: unit }),
  });
}

function inlineProduct(world: World, name: string): string {
  return keep(world, 'product', {
    id: mint(world, 'product'),
    object: 'product',
    active: false,
    created: world.clock.now(),
    default_price: null,
    description: null,
    images: [],
    livemode: false,
    marketing_features: [],
    metadata: {},
    name,
    package_dimensions: null,
    shippable: null,
    tax_details: null,
    type: 'service',
    updated: world.clock.now(),
    url: null,
  }).id;
}
