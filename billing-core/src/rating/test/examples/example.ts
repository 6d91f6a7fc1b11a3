import type { PriceTerms } from '../../../contract/price.ts';
import { exact } from '../../decimal.ts';
import type { Terms } from '../../model.ts';
import { CALLS, cost, each, MONEY, price } from '../prices.ts';

/** One line of a vendor's example: a price, what was used, and what part of a period it is. */
export type Line = { price: PriceTerms; used: (string | number)[]; terms?: Partial<Terms> };

/** What a vendor says that something costs, where it says so. */
export type Example = {
  name: string;
  source: string;
  lines: Line[];
  /** In major units, as it is printed there. */
  costs: string;
};

/** Where our rule is another: theirs, ours, and why. */
export type Difference = Example & { ours: string; because: string };

/** An example of one line. */
export const one = (
  name: string,
  line: Line,
  { costs, source }: Pick<Example, 'costs' | 'source'>,
): Example => ({ name, source, lines: [line], costs });

/** What our rating makes of the lines: each rounded, then summed. In major units. */
export function ourCost({ lines }: Example): string {
  return lines
    .map(({ price: priced, used, terms }) => {
      const meter = 'fixed_amount' in priced ? MONEY : CALLS;
      return exact(cost(priced, each(...used), { meter, ...terms }).rounded);
    })
    .reduce((total, amount) => total.plus(amount), exact('0'))
    .toFixed(2);
}

/** Dollars to cents. */
export const cents = (dollars: string | number): string =>
  exact(String(dollars)).times('100').toFixed();

type Tier = [up_to: number | string | null, each: string | number, flat?: string | number];

const tiersOf = (tiers: Tier[], name: 'unit_amount' | 'rate') =>
  tiers.map(([up_to, amount, flat = 0]) => ({
    up_to: up_to === null ? null : String(up_to),
    [name]: name === 'rate' ? String(amount) : cents(amount),
    flat_amount: cents(flat),
  }));

/** Prices as vendors write them, in dollars. */
export const flat = (dollars: string | number): PriceTerms =>
  price({ model: 'flat', amount: cents(dollars), meter_id: null });
export const perUnit = (dollars: string | number, more: object = {}): PriceTerms =>
  price({ model: 'per_unit', unit_amount: cents(dollars), ...more });
export const graduated = (tiers: Tier[], more: object = {}): PriceTerms =>
  price({ model: 'graduated', tiers: tiersOf(tiers, 'unit_amount'), ...more });
export const volume = (tiers: Tier[], more: object = {}): PriceTerms =>
  price({ model: 'volume', tiers: tiersOf(tiers, 'unit_amount'), ...more });
export const packages = (size: number, dollars: string | number, more: object = {}): PriceTerms =>
  price({
    model: 'package',
    package_size: String(size),
    package_amount: cents(dollars),
    ...more,
  });
export const percentage = (rate: string, more: object = {}): PriceTerms =>
  price({ model: 'percentage', rate, ...more });
export const graduatedPercentage = (tiers: Tier[], more: object = {}): PriceTerms =>
  price({ model: 'graduated_percentage', tiers: tiersOf(tiers, 'rate'), ...more });

/** So many days of a period of so many. */
export const days = (active: number, period: number): Pick<Terms, 'share'> => ({
  share: { active: BigInt(active), period: BigInt(period), unit: 'day' },
});

/** What was rated and billed before, in units and dollars. */
export const after = (rated: number, billed: string | number): Pick<Terms, 'before'> => ({
  before: { usage: each(rated), billed: BigInt(cents(billed)) },
});
