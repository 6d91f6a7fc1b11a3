import type { Meter } from '../contract/meter.ts';
import type { PriceTerms } from '../contract/price.ts';
import type { RatedLine, Slice } from '../contract/rated-line.ts';
import { exact, sum, type Exact, type Share } from './decimal.ts';

type Models<Model extends PriceTerms['model']> = Extract<PriceTerms, { model: Model }>;
export type FlatPrice = Models<'flat'>;
export type UsagePrice = Exclude<PriceTerms, FlatPrice>;
export type TieredPrice = Models<'graduated' | 'volume'>;
export type PackagePrice = Models<'package' | 'graduated_package'>;
export type PercentagePrice = Models<'percentage' | 'graduated_percentage'>;

/**
 * What was used: the quantity of each event in order, or only what they come to. In units of the
 * meter, as decimal text.
 */
export type Usage = { each: readonly string[] } | { total: string; events: bigint };

export const quantityOf = (usage: Usage): Exact =>
  'each' in usage ? sum(usage.each.map(exact)) : exact(usage.total);
export const eventsOf = (usage: Usage): bigint =>
  'each' in usage ? BigInt(usage.each.length) : usage.events;

/** One usage after another; each event stays known only where it is known of both. */
export function joined(one: Usage, other: Usage): Usage {
  if ('each' in one && 'each' in other) return { each: [...one.each, ...other.each] };
  const total = quantityOf(one).plus(quantityOf(other)).toFixed();
  return { total, events: eventsOf(one) + eventsOf(other) };
}

/** How the units are named, all and one of them, and how finely they are counted. */
export type CountedBy = Pick<Meter, 'name' | 'scale'> & Partial<Pick<Meter, 'unit'>>;

export type Terms = {
  currency: string;
  /** Left out for a flat price, which counts nothing. */
  meter?: CountedBy;
  /** The part of the period in which the price held; all of it unless said. */
  share?: Share & { unit: 'day' | 'second' };
  /** What add-ons put on top of the units that the price includes, each for its part. */
  added?: readonly { units: string; times: bigint; share?: Share }[];
  /**
   * What was rated of the same period before, for progressive billing. What was billed for it, in
   * minor units, follows from it unless said.
   */
  before?: { usage: Usage; billed?: bigint };
  /** Whether nothing more of the period follows, so that the minimum is due. Yes unless said. */
  final?: boolean;
};

/** The line, with its amount in whole minor units as a number to compute with. */
export type Rated = RatedLine & { amount: bigint };

const noSlice = { tier: null, quantity: null, unit_amount: null, rate: null };

/** A slice with what its kind has; the rest is null. */
export function sliceOf(
  kind: Slice['kind'],
  amount: Exact,
  values: Pick<Slice, 'description'> & Partial<Slice>,
): Slice {
  return { ...noSlice, ...values, kind, exact_amount: amount.toFixed() };
}

export const amountOf = (slices: readonly Slice[]): Exact =>
  sum(slices.map((slice) => exact(slice.exact_amount)));
