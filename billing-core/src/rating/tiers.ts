import type { Slice } from '../contract/rated-line.ts';
import { exact, least, ZERO, type Exact } from './decimal.ts';
import { sliceOf, type TieredPrice } from './model.ts';
import { count, money } from './words.ts';

type Tier = { up_to: string | null; flat_amount: string };
/** What of a quantity lies in one tier; `over` is where the tier begins. */
export type Part<Of extends Tier> = {
  tier: Of;
  number: NonNullable<Slice['tier']>;
  over: Exact;
  units: Exact;
};

/** Splits a quantity at the bounds of the tiers; a bound belongs to the tier that it ends. */
export function partsOf<Of extends Tier>(tiers: readonly Of[], quantity: Exact): Part<Of>[] {
  return tiers.flatMap((tier, at) => {
    const over = at === 0 ? ZERO : exact(tiers[at - 1]?.up_to ?? '0');
    if (quantity.lte(over)) return [];
    const end = tier.up_to === null ? quantity : least(exact(tier.up_to), quantity);
    return [{ tier, number: at + 1, over, units: end.minus(over) }];
  });
}

/** All of a quantity in the one tier that it reaches. */
function topPart<Of extends Tier>(tiers: readonly Of[], quantity: Exact): Part<Of>[] {
  const top = partsOf(tiers, quantity).at(-1);
  return top ? [{ ...top, units: quantity }] : [];
}

/** The flat amounts of the tiers that were entered, and of the first at zero, where it is due. */
export function flatSlices<Of extends Tier>(
  parts: readonly Part<Of>[],
  price: { tiers: readonly Of[]; zero_usage_flat: 'due' | 'waived' },
  currency: string,
): Slice[] {
  const [first] = price.tiers;
  const atZero = price.zero_usage_flat === 'due' && first;
  const untouched = atZero ? [{ tier: first, number: 1, over: ZERO }] : [];
  return (parts.length > 0 ? parts : untouched).flatMap(({ tier, number, over }) => {
    const amount = exact(tier.flat_amount);
    if (amount.isZero()) return [];
    const where = number === 1 ? '' : ` over ${count(over)}`;
    const description = `${money(amount, currency)} flat fee${where}`;
    return [sliceOf('tier_flat', amount, { tier: number, description })];
  });
}

/** 'first 1,000 × $0.01', 'next 500 × $0.005'; of a volume price 'all 1,500 × $0.005'. */
function place(price: TieredPrice, number: Slice['tier'], isOnly: boolean): string {
  if (price.model === 'volume') return 'all ';
  if (isOnly) return '';
  return number === 1 ? 'first ' : 'next ';
}

/** Graduated: the units in each tier at its price. Volume: all units at that of the last tier. */
export function tierSlices(price: TieredPrice, quantity: Exact, currency: string): Slice[] {
  const { model, tiers } = price;
  const parts = model === 'graduated' ? partsOf(tiers, quantity) : topPart(tiers, quantity);
  const units = parts.map(({ tier, number, units: inTier }) => {
    const { unit_amount } = tier;
    const each = money(exact(unit_amount), currency);
    return sliceOf('units', inTier.times(unit_amount), {
      tier: number,
      quantity: inTier.toFixed(),
      unit_amount,
      description: `${place(price, number, parts.length === 1)}${count(inTier)} × ${each}`,
    });
  });
  return [...units, ...flatSlices(parts, price, currency)];
}
