import type { PriceTerms } from '../contract/price.ts';
import type { Slice } from '../contract/rated-line.ts';
import { boundSlices } from './bounds.ts';
import {
  amountFor,
  exact,
  isWhole,
  least,
  rounded,
  sum,
  unitsFor,
  ZERO,
  type Exact,
} from './decimal.ts';
import {
  amountOf,
  eventsOf,
  joined,
  quantityOf,
  sliceOf,
  type FlatPrice,
  type PercentagePrice,
  type Rated,
  type Terms,
  type Usage,
  type UsagePrice,
} from './model.ts';
import { packageSlices } from './packages.ts';
import { percentageSlices, worthOf } from './percentage.ts';
import { tierSlices } from './tiers.ts';
import { count, counted, money, partOf, sentence, several } from './words.ts';

/**
 * What is due of a price for what was used. With `terms.before` it is what is due of the period so
 * far, less what was billed before, so that parts always come to the whole; it can be below zero.
 * The usage of a flat price is not looked at.
 * @throws RangeError where each event must be known and only their total is (`isRatedByEvent`),
 * and for use below zero, which only a fault upstream can come to.
 */
export function rate(price: PriceTerms, usage: Usage, terms: Terms): Rated {
  const { before, currency } = terms;
  const used = before ? joined(before.usage, usage) : usage;
  if (quantityOf(used).lt(ZERO)) throw new RangeError('the quantity is below zero');
  const due = slicesOf(price, used, terms);
  const billed = billedBefore(price, terms);
  const amount = rounded(amountOf(due)) - billed;
  const slices = [...due, ...billedSlices(billed, currency)];
  const total = amountOf(slices);
  return {
    quantity: price.model === 'flat' ? null : quantityOf(used).toFixed(),
    exact_amount: total.toFixed(),
    rounded_amount: amount.toString(),
    description: sentence(titleOf(price, used, terms), slices, { currency, total, amount }),
    slices,
    amount,
  };
}

/** All that makes up the amount of a period so far, before anything that was billed of it. */
function slicesOf(price: PriceTerms, usage: Usage, terms: Terms): Slice[] {
  if (price.model === 'flat') return [flatSlice(price, terms)];
  const slices = usageSlices(price, usage, terms);
  return [...slices, ...boundSlices(price, amountOf(slices), terms)];
}

function billedBefore(price: PriceTerms, terms: Terms): bigint {
  const { before } = terms;
  if (before?.billed !== undefined) return before.billed;
  if (!before || price.model === 'flat') return 0n;
  return rounded(amountOf(slicesOf(price, before.usage, { ...terms, final: false })));
}

function billedSlices(billed: bigint, currency: string): Slice[] {
  if (billed === 0n) return [];
  const description = `${money(exact(billed), currency)} billed already`;
  return [sliceOf('already_billed', exact(-billed), { description })];
}

function flatSlice({ amount }: FlatPrice, { currency, share }: Terms): Slice {
  const whole = exact(amount);
  const said = money(whole, currency);
  if (!share || isWhole(share)) return sliceOf('flat', whole, { description: said });
  const description = `${said} for ${partOf(share)}`;
  return sliceOf('flat', amountFor(whole, share), { description });
}

function usageSlices(price: UsagePrice, usage: Usage, terms: Terms): Slice[] {
  const { currency } = terms;
  if (isPercentage(price)) {
    const allowance = { included: includedIn(price, terms), ...freeOf(price, terms) };
    return percentageSlices(price, usage, { allowance, currency });
  }
  const quantity = quantityOf(usage);
  const covered = least(quantity, freeUnits(price.included_units, terms));
  const added = least(quantity.minus(covered), unitsAdded(terms));
  const paid = quantity.minus(covered).minus(added);
  return [
    ...includedSlices(covered, 'included'),
    ...includedSlices(added, 'included with add-ons'),
    ...pricedSlices(price, paid, currency),
  ];
}

const isPercentage = (price: UsagePrice): price is PercentagePrice =>
  price.model === 'percentage' || price.model === 'graduated_percentage';

type ByQuantity = Exclude<UsagePrice, PercentagePrice>;

function pricedSlices(price: ByQuantity, paid: Exact, currency: string): Slice[] {
  if (price.model === 'graduated' || price.model === 'volume') {
    return tierSlices(price, paid, currency);
  }
  return price.model === 'per_unit'
    ? unitSlices(price.unit_amount, paid, currency)
    : packageSlices(price, paid, currency);
}

function unitSlices(unit_amount: string, paid: Exact, currency: string): Slice[] {
  if (paid.isZero()) return [];
  const description = `${count(paid)} × ${money(exact(unit_amount), currency)}`;
  const quantity = paid.toFixed();
  return [sliceOf('units', paid.times(unit_amount), { quantity, unit_amount, description })];
}

function includedSlices(covered: Exact, how: string): Slice[] {
  if (covered.isZero()) return [];
  const description = `${count(covered)} ${how}`;
  return [sliceOf('included', ZERO, { quantity: covered.toFixed(), description })];
}

/** The units that the price includes in that part of a period, and those that add-ons add. */
export const includedIn = ({ included_units }: UsagePrice, terms: Terms): Exact =>
  freeUnits(included_units, terms).plus(unitsAdded(terms));

/** Each up to the next unit that the meter counts, as what a price includes. */
const unitsAdded = ({ added = [], meter }: Terms): Exact =>
  sum(
    added.map(({ units, times, share }) =>
      unitsFor(exact(units).times(exact(times)), share, meter?.scale ?? 0),
    ),
  );

const freeUnits = (units: string, { share, meter }: Terms): Exact =>
  unitsFor(exact(units), share, meter?.scale ?? 0);

function freeOf({ free_events, free_amount }: PercentagePrice, terms: Terms) {
  const freeEvents = unitsFor(exact(free_events.toString()), terms.share, 0);
  return { freeEvents: rounded(freeEvents), freeAmount: freeUnits(free_amount, terms) };
}

/** What the line is about: '120,431 requests', 'Payments of $450.00 in 4 events'. */
function titleOf(price: PriceTerms, usage: Usage, { currency, meter }: Terms): string {
  if (price.model === 'flat') return 'Flat fee';
  const quantity = quantityOf(usage);
  const name = meter?.name ?? 'Units';
  if (!isPercentage(price)) return counted(quantity, name, meter?.unit);
  const events = several(exact(eventsOf(usage)), 'event');
  return `${name} of ${worthOf(price, quantity, currency)} in ${events}`;
}
