import { isRatedByEvent } from '../catalog/price-model.ts';
import { minorDigits } from '../contract/currency.ts';
import type { RateTier } from '../contract/price.ts';
import type { Slice } from '../contract/rated-line.ts';
import { exact, HUNDREDTH, least, sum, ZERO, type Exact } from './decimal.ts';
import { eventsOf, quantityOf, sliceOf, type PercentagePrice, type Usage } from './model.ts';
import { flatSlices, partsOf } from './tiers.ts';
import { computed, money, percent, several } from './words.ts';

const isNone = (text: string): boolean => exact(text).isZero();

/** What is free of a period: each already cut to the period's part. */
export type Allowance = { included: Exact; freeEvents: bigint; freeAmount: Exact };

/** How the events split: what each has left to be paid for, and what they had free. */
type Split = { paid: Exact[]; included: Exact; free: Exact; freeEvents: bigint };

/**
 * Included units first, then free events: an event is free while neither the free events nor the
 * free amount are used up. One that goes past the free amount is paid for from there on.
 */
function splitEvents(quantities: readonly string[], allowance: Allowance): Split {
  const { freeEvents, freeAmount } = allowance;
  const limited = { events: freeEvents > 0n, amount: freeAmount.gt(ZERO) };
  const split: Split = { paid: [], included: ZERO, free: ZERO, freeEvents: 0n };
  for (const text of quantities) {
    const quantity = exact(text);
    if (quantity.lt(ZERO)) throw new RangeError('an event is below zero');
    const covered = least(quantity, allowance.included.minus(split.included));
    split.included = split.included.plus(covered);
    const left = quantity.minus(covered);
    if (covered.gt(ZERO) && left.isZero()) continue;
    const isFree =
      (limited.events || limited.amount) &&
      (!limited.events || split.freeEvents < freeEvents) &&
      (!limited.amount || split.free.lt(freeAmount));
    const free = !isFree ? ZERO : limited.amount ? least(left, freeAmount.minus(split.free)) : left;
    split.free = split.free.plus(free);
    const paid = left.minus(free);
    if (isFree && paid.isZero()) split.freeEvents += 1n;
    else split.paid.push(paid);
  }
  return split;
}

/** The same of what events come to; the price is one that asks for no more. */
function splitTotal(total: Exact, { included, freeAmount }: Allowance): Omit<Split, 'freeEvents'> {
  const covered = least(total, included);
  const free = least(total.minus(covered), freeAmount);
  return { paid: [total.minus(covered).minus(free)], included: covered, free };
}

const tiersOf = (price: PercentagePrice): readonly RateTier[] =>
  price.model === 'percentage'
    ? [{ up_to: null, rate: price.rate, flat_amount: '0' }]
    : price.tiers;

type Money = {
  /** Units of the meter to minor units of the currency. */
  minor: (quantity: Exact) => Exact;
  said: (amount: Exact) => string;
  /** The same of what was computed from several. */
  summed: (amount: Exact) => string;
};

function moneyOf({ quantity_in }: PercentagePrice, currency: string): Money {
  const scale = quantity_in === 'minor' ? '1' : `1e${minorDigits(currency)}`;
  return {
    minor: (quantity) => quantity.times(scale),
    said: (amount) => money(amount, currency),
    summed: (amount) => computed(amount, currency),
  };
}

/**
 * Gives what each next event is due, without fees: it takes the tiers up where the one before left
 * them. Rating all so far anew for each would cost events by tiers.
 */
function sharesInTurn(tiers: readonly RateTier[], { minor }: Money): (quantity: Exact) => Exact {
  const bounds = tiers.map(({ up_to, rate }) => ({ end: up_to && exact(up_to), rate }));
  let [current, ...further] = bounds;
  let from = ZERO;
  return (quantity) => {
    let left = quantity;
    let due = ZERO;
    while (current && left.gt(ZERO)) {
      const here = current.end ? least(left, current.end.minus(from)) : left;
      due = due.plus(minor(here).times(current.rate).times(HUNDREDTH));
      from = from.plus(here);
      left = left.minus(here);
      if (left.gt(ZERO)) [current, ...further] = further;
    }
    return due;
  };
}

/** What the minimum and the maximum of an event add and take off, over all paid events. */
function boundSlices(price: PercentagePrice, paid: readonly Exact[], pricing: Money): Slice[] {
  const { event_minimum, event_maximum } = price;
  if (event_minimum === null && event_maximum === null) return [];
  const shareOf = sharesInTurn(tiersOf(price), pricing);
  const lifted = { by: ZERO, events: 0n };
  const cut = { by: ZERO, events: 0n };
  for (const quantity of paid) {
    const fee = shareOf(quantity).plus(price.fixed_amount);
    if (event_minimum !== null && fee.lt(event_minimum)) {
      lifted.by = lifted.by.plus(event_minimum).minus(fee);
      lifted.events += 1n;
    } else if (event_maximum !== null && fee.gt(event_maximum)) {
      cut.by = cut.by.plus(fee).minus(event_maximum);
      cut.events += 1n;
    }
  }
  const slice = (kind: Slice['kind'], { by, events }: typeof cut, limit: string): Slice[] => {
    if (events === 0n) return [];
    const many = several(exact(events), 'event');
    const description = `${pricing.summed(by.abs())} for ${many} ${limit}`;
    return [sliceOf(kind, by, { quantity: events.toString(), description })];
  };
  const limit = (side: string, amount: string | null): string =>
    `${side} of ${pricing.said(exact(amount ?? '0'))}`;
  return [
    ...slice('event_minimum', lifted, limit('below the minimum', event_minimum)),
    ...slice(
      'event_maximum',
      { ...cut, by: cut.by.neg() },
      limit('above the maximum', event_maximum),
    ),
  ];
}

function freeSlices(split: Split, { minor, said }: Money): Slice[] {
  const slices: Slice[] = [];
  if (split.included.gt(ZERO)) {
    const quantity = split.included.toFixed();
    const description = `${said(minor(split.included))} included`;
    slices.push(sliceOf('included', ZERO, { quantity, description }));
  }
  if (split.free.gt(ZERO) || split.freeEvents > 0n) {
    const amount = said(minor(split.free));
    const events = several(exact(split.freeEvents), 'event');
    const description = split.freeEvents > 0n ? `${amount} free with ${events}` : `${amount} free`;
    slices.push(sliceOf('free', ZERO, { quantity: split.free.toFixed(), description }));
  }
  return slices;
}

function rateSlices(tiers: readonly RateTier[], quantity: Exact, { minor, said }: Money): Slice[] {
  const parts = partsOf(tiers, quantity);
  return parts.map(({ tier: { rate }, number, units }) => {
    const place = parts.length === 1 ? '' : number === 1 ? 'the first ' : 'the next ';
    return sliceOf('percentage', minor(units).times(rate).times(HUNDREDTH), {
      tier: tiers.length === 1 ? null : number,
      quantity: units.toFixed(),
      rate,
      description: `${percent(exact(rate))} of ${place}${said(minor(units))}`,
    });
  });
}

/** The fixed fee of each event that is paid for. */
function feeSlices({ fixed_amount }: PercentagePrice, events: bigint, { said }: Money): Slice[] {
  if (events === 0n || isNone(fixed_amount)) return [];
  const description = `${several(exact(events), 'event')} × ${said(exact(fixed_amount))}`;
  const quantity = events.toString();
  const amount = exact(fixed_amount).times(exact(events));
  return [sliceOf('event_fee', amount, { quantity, unit_amount: fixed_amount, description })];
}

/** What this much is worth, as people say it. */
export function worthOf(price: PercentagePrice, quantity: Exact, currency: string): string {
  const { minor, said } = moneyOf(price, currency);
  return said(minor(quantity));
}

/** A share of what events are worth, with their fees and bounds. */
export function percentageSlices(
  price: PercentagePrice,
  usage: Usage,
  { allowance, currency }: { allowance: Allowance; currency: string },
): Slice[] {
  const isEach = 'each' in usage;
  if (!isEach && isRatedByEvent(price)) throw new RangeError('needs the quantity of each event');
  const split = isEach
    ? splitEvents(usage.each, allowance)
    : { ...splitTotal(quantityOf(usage), allowance), freeEvents: 0n };
  const tiers = tiersOf(price);
  const pricing = moneyOf(price, currency);
  const paid = sum(split.paid);
  const flat =
    price.model === 'percentage' ? [] : flatSlices(partsOf(tiers, paid), price, currency);
  return [
    ...freeSlices(split, pricing),
    ...rateSlices(tiers, paid, pricing),
    ...feeSlices(price, isEach ? BigInt(split.paid.length) : eventsOf(usage), pricing),
    ...flat,
    ...boundSlices(price, split.paid, pricing),
  ];
}
