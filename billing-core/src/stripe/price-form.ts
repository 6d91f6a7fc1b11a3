import type { Price } from '../contract/price.ts';
import { exact } from '../rating/decimal.ts';
import { AMOUNT_MAX, OTHER_UNITS, THOUSANDTHS, wireAmount } from './invoice-form.ts';

/** Pure: a price of ours as Stripe is told of it, where Stripe can say the same. */

export type PricedIn = {
  currency: string;
  /** How long a period of its plan's version is. */
  intervalMonths: number;
};

type Tier = { up_to: number | 'inf'; unit_amount_decimal: string; flat_amount_decimal: string };

/** As Stripe's API takes it; decimals as text. */
export type PriceForm = {
  currency: string;
  recurring: { interval: 'month'; interval_count: number };
  unit_amount?: number;
  unit_amount_decimal?: string;
  billing_scheme?: 'tiered';
  tiers_mode?: 'graduated' | 'volume';
  tiers?: Tier[];
  transform_quantity?: { divide_by: number; round: 'up' | 'down' };
};

type Usage = Exclude<Price, { model: 'flat' }>;

/** What Stripe has no word for. */
const isOwn = ({ minimum_amount, maximum_amount, discount_percent }: Usage): boolean =>
  minimum_amount !== null || maximum_amount !== null || !exact(discount_percent).isZero();

const WHOLE = /^[1-9]\d{0,14}$/;

/** The end of a tier, in whole units: Stripe has no others. */
function endOf(upTo: string | null): number | 'inf' | undefined {
  if (upTo === null) return 'inf';
  return WHOLE.test(upTo) ? Number(upTo) : undefined;
}

type UnitTier = { up_to: string | null; unit_amount: string; flat_amount: string };

function tiersOf(tiers: readonly UnitTier[], mode: 'graduated' | 'volume') {
  const told = tiers.map(({ up_to, unit_amount, flat_amount }) => ({
    up_to: endOf(up_to),
    unit_amount_decimal: unit_amount,
    flat_amount_decimal: flat_amount,
  }));
  const isSaid = told.every((tier): tier is Tier => tier.up_to !== undefined);
  if (!isSaid) return undefined;
  return { billing_scheme: 'tiered' as const, tiers_mode: mode, tiers: told };
}

function perUnit({ included_units: included, unit_amount }: Extract<Price, { model: 'per_unit' }>) {
  if (exact(included).isZero()) return { unit_amount_decimal: unit_amount };
  const free = { up_to: included, unit_amount: '0', flat_amount: '0' };
  return tiersOf([free, { up_to: null, unit_amount, flat_amount: '0' }], 'graduated');
}

function packaged(price: Extract<Price, { model: 'package' }>) {
  const { package_size: size, package_amount, package_rounding: round } = price;
  if (!exact(price.included_units).isZero() || !WHOLE.test(size)) return undefined;
  return {
    unit_amount_decimal: package_amount,
    transform_quantity: { divide_by: Number(size), round },
  };
}

function tiered(price: Extract<Price, { model: 'graduated' | 'volume' }>) {
  const isPlain = exact(price.included_units).isZero();
  // Nothing used is in no tier at Stripe.
  const isWaived = price.zero_usage_flat === 'waived' || price.tiers[0]?.flat_amount === '0';
  return isPlain && isWaived ? tiersOf(price.tiers, price.model) : undefined;
}

function amountOf(price: Price): Partial<PriceForm> | undefined {
  if (price.model === 'flat') return { unit_amount: wireAmount(BigInt(price.amount)) };
  if (isOwn(price)) return undefined;
  switch (price.model) {
    case 'per_unit':
      return perUnit(price);
    case 'package':
      return packaged(price);
    case 'graduated':
    case 'volume':
      return tiered(price);
    default:
      return undefined;
  }
}

/** Undefined: Stripe cannot say the same. */
export function priceForm(
  price: Price,
  { currency, intervalMonths }: PricedIn,
): PriceForm | undefined {
  if (OTHER_UNITS.has(currency) || THOUSANDTHS.has(currency)) return undefined;
  if (price.model === 'flat' && BigInt(price.amount) > AMOUNT_MAX) return undefined;
  const amount = amountOf(price);
  if (amount === undefined) return undefined;
  const recurring = { interval: 'month' as const, interval_count: intervalMonths };
  return { currency: currency.toLowerCase(), recurring, ...amount };
}
