import { z } from 'zod';
import { currency } from './customer.ts';
import { decimal, units } from './field.ts';
import { priceInput } from './price-input.ts';
import { ratedLine } from './rated-line.ts';

export const QUANTITIES_MAX = 1_000;
/** Three years: no period is longer. */
export const PERIOD_DAYS_MAX = 1_098;

const days = () => z.number().int().min(1).max(PERIOD_DAYS_MAX);
const quantities = () => z.array(decimal()).min(1).max(QUANTITIES_MAX);

const fields = z.strictObject({
  /** As in a plan version. */
  price: priceInput,
  currency: currency(),
  /** Units of the meter that were used: of one event, where the price looks at events. */
  quantity: decimal().optional(),
  /** The same of several events, in their order. */
  quantities: quantities().optional(),
  /** What was rated of the period before; left out when nothing was. */
  already_rated_quantity: decimal().optional(),
  already_rated_quantities: quantities().optional(),
  /** Minor units that were billed for it; what rating it comes to, unless said. */
  already_billed_amount: units().optional(),
  /** Days of the period in which the price held, the first and the last one counted. */
  active_days: days().optional(),
  period_days: days().optional(),
  /** Units that add-ons put on top of those that the price includes, of that part of the period. */
  added_units: decimal().optional(),
  /** Whether nothing more of the period follows, so that a minimum is due. */
  final: z.boolean().default(true),
});
type Fields = z.infer<typeof fields>;

function* faults(asked: Fields): Generator<[path: string, message: string]> {
  const { price, quantity, quantities: each, added_units, active_days, period_days } = asked;
  const { already_rated_quantity: rated, already_rated_quantities: ratedEach } = asked;
  const isFlat = price.model === 'flat';
  if (quantity !== undefined && each) yield ['quantities', 'is given beside quantity'];
  if (rated !== undefined && ratedEach) {
    yield ['already_rated_quantities', 'is given beside already_rated_quantity'];
  }
  if (!isFlat && quantity === undefined && !each) yield ['quantity', 'is missing'];
  for (const [path, value] of Object.entries({
    quantity,
    quantities: each,
    added_units,
    already_rated_quantity: rated,
    already_rated_quantities: ratedEach,
  })) {
    if (isFlat && value !== undefined) yield [path, 'is given for a flat price'];
  }
  if (period_days === undefined && active_days !== undefined) yield ['period_days', 'is missing'];
  if (active_days === undefined && period_days !== undefined) yield ['active_days', 'is missing'];
  if (active_days !== undefined && period_days !== undefined && active_days > period_days) {
    yield ['active_days', 'is more than the period has'];
  }
}

/** What a price would cost for this use. */
export const pricePreviewRequest = fields.superRefine((asked, context) => {
  for (const [path, message] of faults(asked)) {
    context.addIssue({ code: 'custom', path: [path], message });
  }
});
export type PricePreviewRequest = z.input<typeof pricePreviewRequest>;

export const pricePreview = z
  .object({
    currency: z.string(),
    /** Minor units, to the last digit. */
    exact_amount: z.string(),
    /** What an invoice would have: the sum of the lines, each rounded once. */
    rounded_amount: z.string(),
    lines: z.array(ratedLine),
  })
  .meta({ id: 'PricePreview' });
export type PricePreview = z.infer<typeof pricePreview>;
