import { advanceFees, type Fee, type Terms } from './fees.ts';
import type { Period } from './model.ts';
import { minuteAfter } from './segments.ts';

/** Add-ons of a subscription and what they cost. Pure. */

/** So many of an add-on, from then on. */
export type Item = {
  id: string;
  plan_version_id: string;
  quantity: number;
  starts_at: Date;
  ends_at: Date | null;
};

/** An add-on's version, as fees need it. */
export type ItemTerms = Terms & { charged?: 'recurring' | 'once' | undefined };
export type ItemTermsOf = (id: string) => ItemTerms;

/** Whether it is there at this time, epoch ms. */
export const isThere = ({ starts_at, ends_at }: Item, at: number): boolean =>
  starts_at.getTime() <= at && (ends_at === null || ends_at.getTime() > at);

/** Whether it is there now, or will be. */
export const isLeft = ({ ends_at }: Item, now: number): boolean =>
  ends_at === null || ends_at.getTime() > now;

/** How many there are of an add-on at this time. */
export const countAt = (items: readonly Item[], versionId: string, at: number): number =>
  items.find((item) => item.plan_version_id === versionId && isThere(item, at))?.quantity ?? 0;

/** When one of them next begins or ends, behind this time. */
export function turnAfter(items: readonly Item[], now: number): Date | null {
  const turns = items
    .flatMap(({ starts_at, ends_at }) => [starts_at, ends_at ?? starts_at])
    .map((turn) => turn.getTime())
    .filter((turn) => turn > now);
  return turns.length === 0 ? null : new Date(Math.min(...turns));
}

/**
 * From then on there are so many of an add-on, or none: what there is ends then, and what was to
 * come later does not.
 */
export function itemsFrom(items: readonly Item[], next: Item, at: number): Item[] {
  const when = new Date(at);
  const left = items.map((item) => {
    if (item.plan_version_id !== next.plan_version_id || !isLeft(item, at)) return item;
    return { ...item, ends_at: item.starts_at > when ? item.starts_at : when };
  });
  return next.quantity === 0 ? left : [...left, { ...next, starts_at: when, ends_at: null }];
}

/** Whether it counts for prices in this minute (epoch ms), as everything does from the next on. */
const countsIn = ({ starts_at, ends_at }: Item, minute: number): boolean =>
  minuteAfter(starts_at.getTime()) <= minute &&
  (ends_at === null || minuteAfter(ends_at.getTime()) > minute);

/** The same of so many: what the price comes to is rounded once, not once for each. */
function timesMany(terms: ItemTerms, quantity: number): ItemTerms {
  const prices = terms.prices.map((price) =>
    price.model === 'flat'
      ? { ...price, amount: (BigInt(price.amount) * BigInt(quantity)).toString() }
      : price,
  );
  return { ...terms, prices };
}

export type ItemPart = { held: Period; period: Period; timeZone: string };
type FeesOf = typeof advanceFees;

/** What one add-on costs ahead for this part of a period, or what is given back of it. */
export function feesOfItem(
  item: Item,
  { part, termsOf, fees }: { part: ItemPart; termsOf: ItemTermsOf; fees: FeesOf },
): Fee[] {
  const { quantity } = item;
  return fees(timesMany(termsOf(item.plan_version_id), quantity), part).map((fee) => ({
    ...fee,
    description: quantity === 1 ? fee.description : `${fee.description} (${quantity} of it)`,
  }));
}

/** What is due once for an add-on, whole, whatever is left of the period. */
export function onceFees(item: Item, part: ItemPart, termsOf: ItemTermsOf): Fee[] {
  const { held, period } = part;
  const whole = { ...part, held: period };
  return feesOfItem(item, { part: whole, termsOf, fees: advanceFees }).map((fee) => ({
    ...fee,
    ...held,
  }));
}

/** What all add-ons that come again each period cost ahead from this part's beginning on. */
export function recurringFees(
  items: readonly Item[],
  { part, termsOf, fees = advanceFees }: { part: ItemPart; termsOf: ItemTermsOf; fees?: FeesOf },
): Fee[] {
  return items
    .filter((item) => countsIn(item, part.held.start))
    .filter((item) => termsOf(item.plan_version_id).charged !== 'once')
    .flatMap((item) => feesOfItem(item, { part, termsOf, fees }));
}

const placeOf = ({ price_id, start, end }: Fee): string => `${price_id} ${start} ${end}`;

/** Without what is given back and charged again for the same time: nothing changed about it. */
export function withoutPairs(fees: readonly Fee[]): Fee[] {
  const sums = new Map<string, bigint>();
  for (const fee of fees) sums.set(placeOf(fee), (sums.get(placeOf(fee)) ?? 0n) + fee.amount);
  const paired = (fee: Fee): boolean =>
    sums.get(placeOf(fee)) === 0n && fees.filter((one) => placeOf(one) === placeOf(fee)).length > 1;
  return fees.filter((fee) => !paired(fee));
}
