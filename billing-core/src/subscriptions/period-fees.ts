import { happenings, termsAt, timedOf, versionOf, type Loaded } from './decide.ts';
import { advanceFees, arrearsFees, type Fee } from './fees.ts';
import { recurringFees } from './items.ts';
import type { Period } from './model.ts';
import { billingPeriodAt, minuteAfter, segmentAt, segmentsIn } from './segments.ts';

/** Flat fees that fall due with a period's end, as invoices and previews take them. Pure. */

/** A period, or what is left of it, that ends with an invoice; `loaded` is how it ends. */
export type Closes = { loaded: Loaded; time: Period };

/** What an invoice has of flat fees, and which period's usage is on it, if any. */
export type Sum = { at: number; fees: Fee[]; closes?: Closes };

/** Flat fees in arrears of a period, of all its segments; the last one ends it. */
export function arrearsOf(loaded: Loaded, period: Period): Sum {
  const timed = timedOf(loaded);
  const segments = segmentsIn(timed, period).filter((one) => one.period.start === period.start);
  const last = segments.at(-1);
  const fees = segments.flatMap((segment) => {
    if (segment.standing !== 'paid') return [];
    const part = {
      held: segment,
      period,
      timeZone: loaded.row.time_zone,
      isLast: segment === last,
    };
    return arrearsFees(termsAt(loaded, segment), part);
  });
  return { at: last?.end ?? period.end, fees: fees.filter(({ amount }) => amount !== 0n) };
}

/** What a period costs ahead that begins by itself then. */
export function renewalOf(loaded: Loaded, at: number): Fee[] {
  const segment = segmentAt(timedOf(loaded), at);
  if (segment?.standing !== 'paid' || segment.period.start !== at) return [];
  const { period } = segment;
  const part = { held: period, period, timeZone: loaded.row.time_zone };
  const all = [
    ...advanceFees(termsAt(loaded, segment), part),
    ...recurringFees(loaded.items ?? [], { part, termsOf: versionOf(loaded) }),
  ];
  return all.filter(({ amount }) => amount !== 0n);
}

/**
 * The next invoice by itself, as far as flat fees go, if nothing else is decided until then.
 * @param from in the first period that is on no invoice yet; epoch ms.
 */
export function nextInvoice(loaded: Loaded, from: number): Sum | undefined {
  if (loaded.row.canceled_at !== null) return undefined;
  const period = billingPeriodAt(timedOf(loaded), from);
  let after = loaded;
  for (const happening of happenings(loaded, period.end)) {
    const at = minuteAfter(happening.at);
    if (happening.fees.length > 0 && at < period.end) return { at, fees: happening.fees };
    after = happening.after;
  }
  const { at, fees } = arrearsOf(after, period);
  const renewal = at === period.end ? renewalOf(after, at) : [];
  const closes = { loaded: after, time: { start: period.start, end: at } };
  return { at, fees: [...fees, ...renewal], closes };
}
