import { Temporal } from 'temporal-polyfill';
import type { Terms } from './model.ts';

/** From its start up to its end, which is the next one's start; epoch milliseconds. */
export type Span = { start: bigint; end: bigint };

export type Proration = {
  proration: 'second' | 'day';
  /** Where a day begins and ends. */
  timeZone: string;
};

/**
 * The part of a period in which a price held. By the second it is time by time. By the day, whole
 * calendar days are counted, with the day it started and the day it ended; where another price
 * follows within the period, the day of the change is counted for that one, so that the parts of a
 * period sum to the period.
 * @param held lies within the period. It was followed by another unless `isLast`.
 */
export function shareOf(
  held: Span & { isLast: boolean },
  period: Span,
  { proration, timeZone }: Proration,
): NonNullable<Terms['share']> {
  if (held.start < period.start || held.end > period.end || held.start >= held.end) {
    throw new RangeError('lies outside the period');
  }
  if (proration === 'second') {
    return { active: held.end - held.start, period: period.end - period.start, unit: 'second' };
  }
  const whole = daysBetween(period, timeZone);
  if (whole === 0n) throw new RangeError('the period begins and ends on the same day');
  const begun = daysBetween(held, timeZone);
  const endsWithin = held.isLast && held.end < period.end && !isMidnight(held.end, timeZone);
  // A period that ends during a day leaves that day to the next one, which starts then.
  const active = endsWithin ? begun + 1n : begun;
  return { active: active < whole ? active : whole, period: whole, unit: 'day' };
}

const dateOf = (at: bigint, timeZone: string): Temporal.ZonedDateTime =>
  Temporal.Instant.fromEpochNanoseconds(at * 1_000_000n).toZonedDateTimeISO(timeZone);

const daysBetween = ({ start, end }: Span, timeZone: string): bigint => {
  const [first, next] = [dateOf(start, timeZone), dateOf(end, timeZone)];
  return BigInt(first.toPlainDate().until(next.toPlainDate(), { largestUnit: 'day' }).days);
};

const isMidnight = (at: bigint, timeZone: string): boolean =>
  dateOf(at, timeZone).equals(dateOf(at, timeZone).startOfDay());
