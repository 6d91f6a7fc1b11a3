import type { Query } from '../kit/database.ts';
import { timedOf } from '../subscriptions/decide.ts';
import type { Closes, Sum } from '../subscriptions/period-fees.ts';
import { totalsOfSpans } from '../usage/spans.ts';
import { usageCharges } from './cycle.ts';
import { billedUsage, placeText } from './cycle-store.ts';
import { Terms } from './facts.ts';
import type { Line } from './given-back.ts';
import { periodUsage } from './lines.ts';
import type { DraftLine } from './model.ts';

/**
 * The lines of usage that the invoice which closes this period would have if nothing more were
 * used: what was used so far and is not billed, and what that falls short of minimums. Usage that
 * comes late for earlier periods is not in them.
 */
export async function usageSoFar(sql: Query, closes: Closes | undefined): Promise<DraftLine[]> {
  if (closes === undefined) return [];
  const { loaded, time } = closes;
  const { id, customer_id: customerId } = loaded.row;
  const timed = { ...timedOf(loaded), items: [...(loaded.items ?? [])] };
  const terms = new Terms();
  await terms.load(sql, [{ ...timed, phases: [...timed.phases] }]);
  const charges = usageCharges(timed, time, (versionId) => terms.version(versionId));
  if (charges.length === 0) return [];
  const spans = charges.map(({ price, fromMinute, toMinute }) => ({
    customerId,
    meterId: price.meter_id,
    fromMinute,
    toMinute,
  }));
  const { roll, totals } = await totalsOfSpans(sql, spans);
  const billed = await billedUsage(sql, [id]);
  return charges.map((charge, at) => {
    const total = totals[at];
    if (total === undefined) throw new Error('a span without a total');
    const version = terms.version(charge.version.id);
    const meter = terms.meter(charge.price.meter_id);
    const place = {
      subscription_id: id,
      price_id: charge.price.id,
      from_minute: charge.fromMinute,
    };
    return periodUsage({ charge, version, meter, total, roll }, billed.get(placeText(place)));
  });
}

/** The lines of an invoice to come, fees before usage, as far as they say what they give back. */
export const linesOf = ({ fees }: Sum, usage: readonly DraftLine[]): Line[] => [
  ...fees.map(({ price_id, start, end, amount }) => ({
    kind: 'fee' as const,
    priceId: price_id,
    time: { start, end },
    amount,
  })),
  ...usage,
];
