import type { Slice } from '../contract/rated-line.ts';
import { exact, ZERO, type Exact } from './decimal.ts';
import { sliceOf, type PackagePrice } from './model.ts';
import { flatSlices, partsOf } from './tiers.ts';
import { count, money, several } from './words.ts';

type Packed = { package_size: string; package_amount: string };
type InTier = { tier: Slice['tier']; before: string };

/** Whole packages: one that was begun counts, or not until it is full. */
function packagesIn(units: Exact, size: Exact, rounding: PackagePrice['package_rounding']): Exact {
  const full = units.divToInt(size);
  return rounding === 'up' && units.mod(size).gt(ZERO) ? full.plus('1') : full;
}

/** Packages of all units, or of the units in each tier, where packages begin anew. */
export function packageSlices(price: PackagePrice, quantity: Exact, currency: string): Slice[] {
  const packed = (units: Exact, { package_size, package_amount }: Packed, at: InTier): Slice => {
    const size = exact(package_size);
    const packages = packagesIn(units, size, price.package_rounding);
    const each = money(exact(package_amount), currency);
    return sliceOf('packages', packages.times(package_amount), {
      tier: at.tier,
      quantity: packages.toFixed(),
      unit_amount: package_amount,
      description: `${at.before}${several(packages, 'package')} of ${count(size)} × ${each}`,
    });
  };
  if (price.model === 'package') {
    return quantity.isZero() ? [] : [packed(quantity, price, { tier: null, before: '' })];
  }
  const parts = partsOf(price.tiers, quantity);
  const slices = parts.map(({ tier, number, units }) => {
    const before = parts.length === 1 ? '' : number === 1 ? 'first ' : 'next ';
    return packed(units, tier, { tier: number, before });
  });
  return [...slices, ...flatSlices(parts, price, currency)];
}
