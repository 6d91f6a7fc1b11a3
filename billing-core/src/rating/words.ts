import { minorDigits } from '../contract/currency.ts';
import type { Slice } from '../contract/rated-line.ts';
import { DOWN, exact, ZERO, type Exact } from './decimal.ts';
import type { Terms } from './model.ts';

/** How figures read: '$0.002', '120,431', '10 of 31 days'. English, as all of the API is. */
const LOCALE = 'en-US';
/** More than any figure has, so that none is rounded on its way into words. */
const PLACES_MAX = 100;
const HUNDRED = exact('100');

const formats = new Map<string, Intl.NumberFormat>();

// Making one costs more than a line; there is one a currency.
function formatOf(currency: string): Intl.NumberFormat {
  const known = formats.get(currency);
  if (known) return known;
  const digits = minorDigits(currency);
  const places = { minimumFractionDigits: digits, maximumFractionDigits: PLACES_MAX };
  const made = new Intl.NumberFormat(LOCALE, { style: 'currency', currency, ...places });
  formats.set(currency, made);
  return made;
}
const grouped = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: PLACES_MAX });

// As text: Intl reads it digit by digit, where a number would lose some.
const literal = (value: Exact) => value.toFixed() as Intl.StringNumericLiteral;

/** In: minor units, whole or not. Out: the amount with its currency, every digit kept. */
export const money = (amount: Exact, currency: string): string =>
  formatOf(currency).format(literal(amount.times(`1e-${minorDigits(currency)}`)));

/** Of an amount that was computed, more places than these say nothing to people. */
const PLACES_SAID = 6;

/** The same of a computed amount: '$7.096774…' where it goes on. */
export function computed(amount: Exact, currency: string): string {
  const places = PLACES_SAID - minorDigits(currency);
  const said = amount.toDecimalPlaces(places, DOWN);
  return said.eq(amount) ? money(amount, currency) : `${money(said, currency)}…`;
}

export const count = (quantity: Exact): string => grouped.format(literal(quantity));
export const percent = (rate: Exact): string => `${count(rate)}%`;

/** '1 event', '3 events'. */
export const several = (number: Exact, noun: string): string =>
  `${count(number)} ${noun}${number.eq(exact('1')) ? '' : 's'}`;

/** A meter's name within a sentence; 'API calls' keeps its capitals. */
export const inSentence = (name: string): string =>
  /^\p{Lu}(?!\p{Lu})/u.test(name) ? name.charAt(0).toLowerCase() + name.slice(1) : name;

const pluralsOf = (unit: string): string[] => [`${unit}s`, `${unit}es`, unit.replace(/y$/, 'ies')];

/**
 * '120,431 requests', '1 request'. A meter has the name of many; of one it is the same with its
 * unit, where the name ends with the plural of that: 'API calls' counted by the 'call'.
 */
export function counted(quantity: Exact, name: string, unit: string | undefined): string {
  const many = inSentence(name);
  const figure = count(quantity);
  if (unit === undefined || !quantity.eq(exact('1'))) return `${figure} ${many}`;
  const plural = pluralsOf(unit).find((form) => form !== unit && many.endsWith(form));
  return `${figure} ${plural === undefined ? many : many.slice(0, -plural.length) + unit}`;
}

const PERCENT_PLACES = 2;
/** So many more say any part of a period that is not all of it, and not nothing. */
const PERCENT_PLACES_MAX = 12;

/** A part in percent: to two places, and to more where it would read as all of it, or nothing. */
function percentOf(part: Exact): Exact {
  const isPart = !part.isZero() && !part.eq(HUNDRED);
  for (let places = PERCENT_PLACES; places < PERCENT_PLACES_MAX; places++) {
    const said = part.toDecimalPlaces(places);
    if (!isPart || !(said.isZero() || said.eq(HUNDRED))) return said;
  }
  return part.toDecimalPlaces(PERCENT_PLACES_MAX);
}

/** '10 of 31 days', or '32.26% of the period' where time is counted by the second. */
export function partOf({ active, period, unit }: NonNullable<Terms['share']>): string {
  if (unit === 'day') return `${count(exact(active))} of ${count(exact(period))} days`;
  const part = exact(active).times(HUNDRED).dividedBy(exact(period));
  return `${percent(percentOf(part))} of the period`;
}

/** 'a + b − c': each slice with the sign of what it does to the amount. */
export function spoken(slices: readonly Slice[]): string {
  return slices.reduce((text, { exact_amount, description }) => {
    const takesOff = exact(exact_amount).lt(ZERO);
    if (text === '') return takesOff ? `− ${description}` : description;
    return `${text} ${takesOff ? '−' : '+'} ${description}`;
  }, '');
}

/** What the slices come to: 'what: a + b = $1.005, rounded to $1.01'. */
export function sentence(
  what: string,
  slices: readonly Slice[],
  { currency, total, amount }: { currency: string; total: Exact; amount: bigint },
): string {
  const whole = money(exact(amount), currency);
  const result = total.eq(exact(amount))
    ? whole
    : `${computed(total, currency)}, rounded to ${whole}`;
  const parts = spoken(slices);
  if (parts === '') return `${what} = ${result}`;
  return parts === result ? `${what}: ${result}` : `${what}: ${parts} = ${result}`;
}
