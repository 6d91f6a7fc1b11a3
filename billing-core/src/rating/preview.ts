import type { z } from 'zod';
import type { pricePreviewRequest } from '../contract/price-preview.ts';
import type { PriceTerms } from '../contract/price.ts';
import { Fault } from '../kit/fault.ts';
import type { CountedBy, Rated, Terms, Usage } from './model.ts';
import { rate } from './rate.ts';

export type Asked = z.output<typeof pricePreviewRequest>;

/** As in every amount of the API. */
const AMOUNT_DIGITS_MAX = 18;

const usageOf = (one: string | undefined, several: readonly string[] | undefined): Usage => ({
  each: several ?? (one === undefined ? [] : [one]),
});

/** What was rated and billed before, as far as anything was said of it. */
function beforeIn(asked: Asked): Pick<Terms, 'before'> {
  const { already_rated_quantity, already_rated_quantities, already_billed_amount } = asked;
  const usage = usageOf(already_rated_quantity, already_rated_quantities);
  if (already_billed_amount !== undefined) {
    return { before: { usage, billed: BigInt(already_billed_amount) } };
  }
  const isSaid = already_rated_quantity !== undefined || already_rated_quantities !== undefined;
  return isSaid ? { before: { usage } } : {};
}

function shareIn({ active_days, period_days }: Asked): Pick<Terms, 'share'> {
  if (active_days === undefined || period_days === undefined) return {};
  return { share: { active: BigInt(active_days), period: BigInt(period_days), unit: 'day' } };
}

/** The line of a preview. Its price and quantities have been checked against the meter. */
export function rated(asked: Asked, meter: CountedBy | undefined): Rated {
  const { price, currency, final, quantity, quantities, added_units } = asked;
  const terms = {
    currency,
    final,
    ...beforeIn(asked),
    ...shareIn(asked),
    ...(meter && { meter }),
    ...(added_units !== undefined && { added: [{ units: added_units, times: 1n }] }),
  };
  // The schema has filled in every field that a kind has; what is left of others is null.
  const line = rate(price as PriceTerms, usageOf(quantity, quantities), terms);
  if (line.rounded_amount.replace('-', '').length <= AMOUNT_DIGITS_MAX) return line;
  const message = `comes to an amount of more than ${AMOUNT_DIGITS_MAX} digits`;
  // No price costs that much for nothing: it is what was used of it.
  const path = quantities === undefined ? 'quantity' : 'quantities';
  throw new Fault('invalid_request', { errors: [{ path, message }] });
}
