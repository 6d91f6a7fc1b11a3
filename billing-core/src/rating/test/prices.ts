import fc from 'fast-check';
import { minorDigits } from '../../contract/currency.ts';
import { priceInput, type PriceInput } from '../../contract/price-input.ts';
import type { PriceTerms } from '../../contract/price.ts';
import type { CountedBy, Terms, Usage } from '../model.ts';
import { rate } from '../rate.ts';

/** Prices, quantities and periods for tests: as they may be written, and with their defaults. */

export const CALLS: CountedBy = { name: 'Calls', scale: 0 };
export const MONEY: CountedBy = { name: 'Payments', scale: 2 };
const METER = { meter_id: 'mtr_requests' };

/** A price with its defaults; `values` are as a plan version would have them. */
export function price(values: object): PriceTerms {
  const { success, data, error } = priceInput.safeParse({ ...METER, ...values });
  if (!success) throw new Error(`no price: ${error.message}`);
  return data as PriceTerms;
}
export const flatPrice = (amount: string): PriceTerms =>
  price({ model: 'flat', amount, meter_id: null });

export const each = (...quantities: (string | number)[]): Usage => ({
  each: quantities.map(String),
});

/** What a price comes to, as people read it: '40.862', and rounded '40.86'. */
export function cost(
  priced: PriceTerms,
  usage: Usage,
  terms: Partial<Terms> = {},
): { exact: string; rounded: string } {
  const all = { currency: 'USD', meter: CALLS, ...terms };
  const { exact_amount, amount } = rate(priced, usage, all);
  const digits = minorDigits(all.currency);
  return { exact: major(exact_amount, digits), rounded: major(amount.toString(), digits) };
}

/** Moves the point of decimal text to the left and leaves no zeros behind. */
function major(text: string, digits: number): string {
  const negative = text.startsWith('-');
  const [whole = '', part = ''] = text.replace('-', '').split('.');
  const padded = whole.padStart(digits + 1, '0');
  const [left, right] = [
    padded.slice(0, padded.length - digits),
    padded.slice(-digits || Infinity),
  ];
  const places = `${right}${part}`.replace(/0+$/, '');
  return `${negative ? '-' : ''}${left}${places === '' ? '' : `.${places}`}`;
}

const decimal = (max: number, places: number) =>
  fc
    .record({
      whole: fc.integer({ min: 0, max }),
      part: fc.integer({ min: 0, max: 10 ** places - 1 }),
    })
    .map(({ whole, part }) => (part === 0 ? `${whole}` : `${whole}.${text(part, places)}`));
const text = (part: number, places: number): string =>
  part.toString().padStart(places, '0').replace(/0+$/, '');

const percentage = decimal(99, 3);
const amount = fc.oneof(fc.constant('0'), decimal(1_000, 4));
const minorUnits = fc.integer({ min: 0, max: 100_000 }).map(String);
export const quantity = fc.integer({ min: 0, max: 5_000 }).map(String);

const bounds = fc
  .record({
    minimum: fc.option(minorUnits),
    over: fc.option(minorUnits),
  })
  .map(({ minimum, over }) => ({
    minimum_amount: minimum,
    maximum_amount: over === null ? null : `${Number(minimum ?? 0) + Number(over)}`,
  }));
const usageTerms = fc
  .record({
    bounds,
    included_units: fc.oneof(fc.constant('0'), quantity),
    discount_percent: fc.oneof(fc.constant('0'), percentage),
  })
  .map(({ bounds: both, ...rest }) => ({ ...both, ...rest }));

const tiersOf = <Tier extends object>(tier: fc.Arbitrary<Tier>) =>
  fc
    .record({
      bounds: fc.uniqueArray(fc.integer({ min: 1, max: 6_000 }), { maxLength: 4 }),
      tiers: fc.array(tier, { minLength: 5, maxLength: 5 }),
    })
    .map(({ bounds: ends, tiers }) => {
      const sorted = ends.toSorted((a, b) => a - b);
      return [...sorted.map(String), null].map((up_to, i) => ({ ...tiers[i], up_to }));
    });
const zero_usage_flat = fc.constantFrom('due', 'waived');
const size = fc.integer({ min: 1, max: 700 }).map(String);
const package_rounding = fc.constantFrom('up', 'down');
const eventBounds = fc
  .record({ minimum: fc.option(minorUnits), over: fc.option(minorUnits) })
  .map(({ minimum, over }) => ({
    event_minimum: minimum,
    event_maximum: over === null ? null : `${Number(minimum ?? 0) + Number(over)}`,
  }));
const eventTerms = fc
  .record({
    eventBounds,
    fixed_amount: amount,
    free_events: fc.integer({ min: 0, max: 4 }),
    free_amount: fc.oneof(fc.constant('0'), quantity),
    quantity_in: fc.constantFrom('major', 'minor'),
  })
  .map(({ eventBounds: both, ...rest }) => ({ ...both, ...rest }));

const model = (name: PriceInput['model'], ...parts: fc.Arbitrary<object>[]) =>
  fc.tuple(usageTerms, ...parts).map((all) => price(Object.assign({ model: name }, ...all)));

const unitTiers = fc.record({
  tiers: tiersOf(fc.record({ unit_amount: amount, flat_amount: amount })),
  zero_usage_flat,
});
const packageTiers = fc.record({
  tiers: tiersOf(fc.record({ package_size: size, package_amount: amount, flat_amount: amount })),
  zero_usage_flat,
  package_rounding,
});
const rateTiers = fc.record({
  tiers: tiersOf(fc.record({ rate: percentage, flat_amount: amount })),
  zero_usage_flat,
});

/** Prices of each kind that can be used, with any of their fields set. */
export const kinds = {
  per_unit: model('per_unit', fc.record({ unit_amount: amount })),
  graduated: model('graduated', unitTiers),
  volume: model('volume', unitTiers),
  package: model(
    'package',
    fc.record({ package_size: size, package_amount: amount, package_rounding }),
  ),
  graduated_package: model('graduated_package', packageTiers),
  percentage: model('percentage', eventTerms, fc.record({ rate: percentage })),
  graduated_percentage: model('graduated_percentage', eventTerms, rateTiers),
} as const;
export const anyPrice = fc.oneof(...Object.values(kinds));
export const currency = fc.constantFrom('JPY', 'USD', 'KWD');
export const quantities = fc.array(quantity, { maxLength: 6 });

/** A month of which so many days were in use. */
export const share = fc
  .integer({ min: 1, max: 31 })
  .map((days) => ({ active: BigInt(days), period: 31n, unit: 'day' as const }));
