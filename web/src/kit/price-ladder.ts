import { compareDecimals, remaining, sum } from './decimal.ts';
import { formatMoney } from './format.ts';
import {
  isNone,
  perPackage,
  percentOf,
  perUnit,
  speakerOf,
  type Named,
  type Speaker,
  type UsageTerms,
} from './price-words.ts';
import { t } from './text.ts';

/** A part of a period's units that has one price. Bounds are inclusive, in units of the meter. */
export interface Rung {
  /** Units below it. */
  from: string;
  /** Null: no end. */
  upTo: string | null;
  words: string;
  /** Units of it that were used; null where another rung prices them. */
  used: string | null;
  /** Whether the next unit is priced here. */
  here: boolean;
}

interface Ladder {
  price: UsageTerms;
  currency: string;
  meters: readonly Named[];
  /** Units that cost nothing, of the plan and of add-ons. */
  included: string;
  /** Billable units of the period so far; undefined while that is not known. */
  used: string | undefined;
}

type Step = { upTo: string | null; words: string };

/** @returns the price as a ladder, cheapest units first, with what was used of each rung. */
export function ladderOf({ price, currency, meters, included, used }: Ladder): Rung[] {
  const say = speakerOf(price.meter_id, (amount) => formatMoney(amount, currency), meters);
  const steps: Step[] = [
    ...(isNone(included) ? [] : [{ upTo: included, words: t('included') }]),
    ...stepsOf(price, say).map(({ upTo, words }) => ({
      upTo: upTo === null ? null : sum(included, upTo),
      words,
    })),
  ];
  const isVolume = price.model === 'volume';
  return steps.map(({ upTo, words }, at) => {
    const rung = { from: steps[at - 1]?.upTo ?? '0', upTo, words };
    if (used === undefined) return { ...rung, used: null, here: false };
    const isTier = upTo !== included || isNone(included);
    if (isVolume && isTier) return { ...rung, ...ofVolume(rung, used, included) };
    const top = upTo !== null && compareDecimals(used, upTo) > 0 ? upTo : used;
    return { ...rung, used: remaining(top, rung.from), here: isNext(rung, used) };
  });
}

type Bounds = Pick<Rung, 'from' | 'upTo'>;

/** A unit at a bound was the last of its rung: the next is of the one above. */
const isNext = ({ from, upTo }: Bounds, used: string): boolean =>
  compareDecimals(used, from) >= 0 && (upTo === null || compareDecimals(used, upTo) < 0);

/** The rung that is reached prices all units behind the included ones, and no other does. */
function ofVolume({ from, upTo }: Bounds, used: string, included: string) {
  const isAbove = compareDecimals(used, from) > 0 || (from === '0' && used === '0');
  const here = isAbove && (upTo === null || compareDecimals(used, upTo) <= 0);
  return { here, used: here ? remaining(used, included) : null };
}

function stepsOf(price: UsageTerms, say: Speaker): Step[] {
  switch (price.model) {
    case 'per_unit':
      return [{ upTo: null, words: perUnit(price.unit_amount, say) }];
    case 'package':
      return [{ upTo: null, words: perPackage(price, say) }];
    case 'percentage':
      return [{ upTo: null, words: percentOf(price.rate, say) }];
    case 'graduated':
    case 'volume':
      return price.tiers.map((tier) => stepOf(tier, perUnit(tier.unit_amount, say), say));
    case 'graduated_package':
      return price.tiers.map((tier) => stepOf(tier, perPackage(tier, say), say));
    case 'graduated_percentage':
      return price.tiers.map((tier) => stepOf(tier, percentOf(tier.rate, say), say));
  }
}

function stepOf(
  { up_to: upTo, flat_amount: flat }: { up_to: string | null; flat_amount: string },
  each: string,
  { money }: Speaker,
): Step {
  const words = isNone(flat) ? each : t('{each} + {flat} flat', { each, flat: money(flat) });
  return { upTo, words };
}
