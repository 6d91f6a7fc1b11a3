import type { PlanVersion } from '../contract/plan.ts';
import type { Price } from '../contract/price.ts';
import { rate } from '../rating/rate.ts';
import { shareOf } from '../rating/share.ts';
import type { Period } from './model.ts';

/**
 * Flat fees of a part of a period. Pure: previews, changes and invoices call the same.
 *
 * An advance fee from t on is rounded(fee x [t, end of the period)), and what is given back from t
 * on is the same of the old fee. So whatever the changes within a period, what was charged less
 * what was given back telescopes: a change to a plan of the same price comes to nothing, and one
 * there and back as well.
 */

/** What fees need to know of a plan version. */
export type Terms = Pick<PlanVersion, 'id' | 'currency' | 'proration' | 'prices'>;
type FlatPrice = Extract<Price, { model: 'flat' }>;

export type FeeKind = 'advance' | 'credit' | 'arrears';

/** A fee, or what is given back of one (an amount below zero), for the time that it is for. */
export type Fee = Period & {
  kind: FeeKind;
  plan_version_id: string;
  price_id: string;
  /** Minor units, rounded once. */
  amount: bigint;
  exact_amount: string;
  description: string;
};

/** Part of a period: `held` is the time that the fee is for. */
export type Part = {
  held: Period;
  period: Period;
  timeZone: string;
  /** Whether nothing of the same period follows it. */
  isLast?: boolean;
};

const span = ({ start, end }: Period) => ({ start: BigInt(start), end: BigInt(end) });

function feeOf(price: FlatPrice, terms: Terms, { held, period, timeZone, isLast = true }: Part) {
  const { proration, currency } = terms;
  const share = shareOf({ ...span(held), isLast }, span(period), { proration, timeZone });
  const { amount, exact_amount, description } = rate(price, { each: [] }, { currency, share });
  return { amount, exact_amount, description };
}

const flatPrices = ({ prices }: Terms, billed: FlatPrice['billed']): FlatPrice[] =>
  prices.flatMap((price) => (price.model === 'flat' && price.billed === billed ? [price] : []));

const feesOf = (terms: Terms, part: Part, kind: 'advance' | 'arrears'): Fee[] =>
  flatPrices(terms, kind === 'advance' ? 'in_advance' : 'in_arrears').map((price) => {
    const { start, end } = part.held;
    const about = { kind, plan_version_id: terms.id, price_id: price.id, start, end };
    return { ...about, ...feeOf(price, terms, part) };
  });

/** What is due ahead for this part: at the beginning of a period, all of it. */
export const advanceFees = (terms: Terms, part: Part): Fee[] => feesOf(terms, part, 'advance');

/** What is due for this part once it is over. */
export const arrearsFees = (terms: Terms, part: Part): Fee[] => feesOf(terms, part, 'arrears');

/** What was paid ahead for this part, which is the rest of a period, and is given back. */
export const creditFees = (terms: Terms, part: Part): Fee[] =>
  advanceFees(terms, part).map((fee) => ({
    ...fee,
    kind: 'credit',
    amount: -fee.amount,
    exact_amount: negated(fee.exact_amount),
    description: `Unused: ${fee.description}`,
  }));

const negated = (decimal: string): string =>
  decimal.startsWith('-') ? decimal.slice(1) : /[1-9]/.test(decimal) ? `-${decimal}` : decimal;

export const totalOf = (fees: readonly Pick<Fee, 'amount'>[]): bigint =>
  fees.reduce((total, { amount }) => total + amount, 0n);
