import { Decimal } from 'decimal.js';
import type { Meter } from '../contract/meter.ts';

/**
 * Exact decimals. 150 digits hold the longest product there is (a quantity of 27 digits by a price
 * of 30, a rate of 16, a discount of 15), so sums and products are never rounded; exponents are
 * never printed.
 */
const Kept = Decimal.clone({
  precision: 150,
  rounding: Decimal.ROUND_HALF_UP,
  toExpNeg: -1_000,
  toExpPos: 1_000,
});
export type Exact = Decimal;
export const DOWN = Decimal.ROUND_DOWN;

/** Places of a minor unit that are kept of what time divides, which may have no last digit. */
const PLACES_OF_SHARED = 12;

export const exact = (value: string | bigint): Exact => new Kept(value.toString());
export const ZERO = exact('0');
export const HUNDREDTH = exact('0.01');

export const sum = (values: readonly Exact[]): Exact =>
  values.reduce((total, value) => total.plus(value), ZERO);
export const least = (one: Exact, other: Exact): Exact => (one.lt(other) ? one : other);
export const notBelowZero = (value: Exact): Exact => (value.lt(ZERO) ? ZERO : value);

/** Whole minor units, half away from zero. */
export const rounded = (amount: Exact): bigint => BigInt(amount.toFixed(0));

/** A part of a period: so much of so much, in whatever unit of time. */
export type Share = { active: bigint; period: bigint };
type MaybeShare = Share | undefined;

/** Whether it is all of the period, as it is when nothing is said. */
export const isWhole = (share: MaybeShare): boolean => share?.active === share?.period;

const partOf = (value: Exact, { active, period }: Share): Exact =>
  value.times(exact(active)).dividedBy(exact(period));

/** What of an amount falls to a part of its period. */
export const amountFor = (amount: Exact, share: MaybeShare): Exact =>
  share === undefined || isWhole(share)
    ? amount
    : partOf(amount, share).toDecimalPlaces(PLACES_OF_SHARED, Decimal.ROUND_HALF_UP);

/** What of free units does: up to the next unit that the meter can count, for the customer. */
export const unitsFor = (units: Exact, share: MaybeShare, scale: Meter['scale']): Exact =>
  share === undefined || isWhole(share)
    ? units
    : partOf(units, share).toDecimalPlaces(scale, Decimal.ROUND_UP);
