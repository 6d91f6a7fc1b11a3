import type { Slice } from '../contract/rated-line.ts';
import { amountFor, exact, HUNDREDTH, isWhole, notBelowZero, type Exact } from './decimal.ts';
import { amountOf, sliceOf, type Terms, type UsagePrice } from './model.ts';
import { computed, money, partOf, percent } from './words.ts';

/** The percentage that is taken off what usage comes to. */
function discountSlices(price: UsagePrice, amount: Exact, currency: string): Slice[] {
  const off = amount.times(price.discount_percent).times(HUNDREDTH);
  if (off.isZero()) return [];
  const rate = price.discount_percent;
  const description = `${computed(off, currency)} (${percent(exact(rate))} discount)`;
  return [sliceOf('discount', off.neg(), { rate, description })];
}

/** What is missing to the minimum, once nothing more of the period follows. */
function minimumSlices(price: UsagePrice, amount: Exact, terms: Terms): Slice[] {
  if (price.minimum_amount === null || terms.final === false) return [];
  const { currency, share } = terms;
  const minimum = exact(price.minimum_amount);
  const missing = notBelowZero(amountFor(minimum, share).minus(amount));
  if (missing.isZero()) return [];
  const part = share && !isWhole(share) ? ` for ${partOf(share)}` : '';
  const of = `${money(minimum, currency)}${part}`;
  const description = `${computed(missing, currency)} up to the minimum of ${of}`;
  return [sliceOf('minimum', missing, { description })];
}

function maximumSlices(price: UsagePrice, amount: Exact, { currency }: Terms): Slice[] {
  if (price.maximum_amount === null) return [];
  const maximum = exact(price.maximum_amount);
  const over = notBelowZero(amount.minus(maximum));
  if (over.isZero()) return [];
  const of = money(maximum, currency);
  const description = `${computed(over, currency)} over the maximum of ${of}`;
  return [sliceOf('maximum', over.neg(), { description })];
}

/** Discount, minimum and maximum, in this order, of what usage comes to. */
export function boundSlices(price: UsagePrice, amount: Exact, terms: Terms): Slice[] {
  const discount = discountSlices(price, amount, terms.currency);
  const discounted = amount.plus(amountOf(discount));
  const minimum = minimumSlices(price, discounted, terms);
  const maximum = maximumSlices(price, discounted.plus(amountOf(minimum)), terms);
  return [...discount, ...minimum, ...maximum];
}
