import type { PriceInput } from '@tollgate/billing-core/contract/price-input.ts';
import type { Price, PriceModel, PriceTerms } from '@tollgate/billing-core/contract/price.ts';
import { isDecimal } from '../kit/decimal.ts';
import { majorToMinor, minorToMajor } from '../kit/format.ts';

/** A tier as its form holds it: every field a text, amounts in major units. */
export interface TierValues {
  /** Not looked at in the last tier, which has no end. */
  up_to: string;
  /** For a unit or a package, as the price's model says. */
  amount: string;
  package_size: string;
  rate: string;
  flat_amount: string;
}

/** A price likewise; it keeps what is typed for other models while one is tried. */
export interface PriceValues {
  model: PriceModel;
  meter_id: string;
  /** For a period, a unit or a package. */
  amount: string;
  billed: 'in_advance' | 'in_arrears';
  included_units: string;
  minimum_amount: string;
  maximum_amount: string;
  discount_percent: string;
  package_size: string;
  package_rounding: 'up' | 'down';
  zero_usage_flat: 'due' | 'waived';
  rate: string;
  fixed_amount: string;
  free_events: string;
  free_amount: string;
  event_minimum: string;
  event_maximum: string;
  quantity_in: 'major' | 'minor';
  tiers: TierValues[];
}

export function emptyTier(): TierValues {
  return { up_to: '', amount: '', package_size: '', rate: '', flat_amount: '0' };
}

export function emptyPrice(meterId: string): PriceValues {
  return {
    model: 'flat',
    meter_id: meterId,
    amount: '',
    billed: 'in_advance',
    included_units: '0',
    minimum_amount: '',
    maximum_amount: '',
    discount_percent: '0',
    package_size: '',
    package_rounding: 'up',
    zero_usage_flat: 'due',
    rate: '',
    fixed_amount: '0',
    free_events: '0',
    free_amount: '0',
    event_minimum: '',
    event_maximum: '',
    quantity_in: 'major',
    tiers: [emptyTier()],
  };
}

/** Every field of any model, as it comes; those of other models are not there. */
type Fields = Partial<Record<keyof PriceValues | 'unit_amount' | 'package_amount', unknown>>;
type TierFields = Partial<Record<keyof TierValues | 'unit_amount' | 'package_amount', unknown>>;

/** Whose amounts are money, typed in major units. */
const MONEY = [
  'fixed_amount',
  'minimum_amount',
  'maximum_amount',
  'event_minimum',
  'event_maximum',
];

const text = (value: unknown, otherwise: string): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : otherwise;

const majorText = (value: unknown, currency: string, otherwise: string): string =>
  typeof value === 'string' ? minorToMajor(value, currency) : otherwise;

/** @returns a price as form values. */
export function priceValues(price: Price, currency: string, meterId: string): PriceValues {
  const fields: Fields = price;
  const empty = emptyPrice(meterId);
  const texts = Object.entries(empty).map(([name, otherwise]) => {
    const value = fields[name as keyof Fields];
    if (typeof otherwise !== 'string') return [name, otherwise];
    return [
      name,
      MONEY.includes(name) ? majorText(value, currency, otherwise) : text(value, otherwise),
    ];
  });
  const amount = fields.amount ?? fields.unit_amount ?? fields.package_amount;
  return {
    ...(Object.fromEntries(texts) as PriceValues),
    amount: majorText(amount, currency, ''),
    tiers: 'tiers' in price ? price.tiers.map((tier) => tierValues(tier, currency)) : empty.tiers,
  };
}

function tierValues(tier: TierFields, currency: string): TierValues {
  const empty = emptyTier();
  return {
    up_to: text(tier.up_to, empty.up_to),
    amount: majorText(tier.unit_amount ?? tier.package_amount, currency, empty.amount),
    package_size: text(tier.package_size, empty.package_size),
    rate: text(tier.rate, empty.rate),
    flat_amount: majorText(tier.flat_amount, currency, empty.flat_amount),
  };
}

/** @returns the price in minor units, as the API takes it; the fields were checked by the form. */
export function priceInput(price: PriceValues, currency: string): PriceTerms & PriceInput {
  const minor = (amount: string): string => majorToMinor(amount, currency);
  const maybe = (amount: string): string | null => (amount === '' ? null : minor(amount));
  if (price.model === 'flat') {
    return { model: 'flat', meter_id: null, amount: minor(price.amount), billed: price.billed };
  }
  const { meter_id, included_units, discount_percent, package_rounding, zero_usage_flat } = price;
  const usage = {
    meter_id,
    included_units,
    minimum_amount: maybe(price.minimum_amount),
    maximum_amount: maybe(price.maximum_amount),
    discount_percent,
  };
  const { free_amount, quantity_in } = price;
  const events = {
    fixed_amount: minor(price.fixed_amount),
    free_events: Number(price.free_events),
    free_amount,
    event_minimum: maybe(price.event_minimum),
    event_maximum: maybe(price.event_maximum),
    quantity_in,
  };
  const tiersOf = <Own extends object>(own: (tier: TierValues) => Own) =>
    price.tiers.map((tier, at) => ({
      up_to: at === price.tiers.length - 1 ? null : tier.up_to,
      ...own(tier),
      flat_amount: minor(tier.flat_amount),
    }));
  const packed = ({ package_size, amount }: TierValues | PriceValues) => ({
    package_size,
    package_amount: minor(amount),
  });
  switch (price.model) {
    case 'per_unit':
      return { model: price.model, ...usage, unit_amount: minor(price.amount) };
    case 'graduated':
    case 'volume': {
      const tiers = tiersOf(({ amount }) => ({ unit_amount: minor(amount) }));
      return { model: price.model, ...usage, tiers, zero_usage_flat };
    }
    case 'package':
      return { model: price.model, ...usage, ...packed(price), package_rounding };
    case 'graduated_package': {
      const tiers = tiersOf(packed);
      return { model: price.model, ...usage, package_rounding, tiers, zero_usage_flat };
    }
    case 'percentage':
      return { model: price.model, ...usage, ...events, rate: price.rate };
    case 'graduated_percentage': {
      const tiers = tiersOf(({ rate }) => ({ rate }));
      return { model: price.model, ...usage, ...events, tiers, zero_usage_flat };
    }
  }
}

/** @returns the same of a price that is still being typed: undefined until all is there. */
export function typedPrice(price: PriceValues, currency: string): PriceTerms | undefined {
  try {
    const terms = priceInput(price, currency);
    return isTyped(terms) ? terms : undefined;
  } catch (error) {
    // An amount that is no decimal yet.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Fields that are words; every other text of a price is a figure. */
const WORDS = ['model', 'meter_id', 'billed', 'package_rounding', 'zero_usage_flat', 'quantity_in'];

function isTyped(terms: object): boolean {
  return Object.entries(terms).every(([name, value]: [string, unknown]) => {
    if (Array.isArray(value)) return value.every((tier: object) => isTyped(tier));
    if (typeof value === 'number') return Number.isSafeInteger(value);
    return WORDS.includes(name) || value === null || isDecimal(String(value));
  });
}

/** The API's names of price fields where the form holds one field for several. */
export function priceField(path: string): string {
  return path.replace(/^(prices\.\d+(?:\.tiers\.\d+)?)\.(?:unit|package)_amount$/, '$1.amount');
}
