import { z } from 'zod';

export type IdPrefix =
  | 'usr'
  | 'tok'
  | 'mtr'
  | 'pln'
  | 'plv'
  | 'prc'
  | 'ent'
  | 'rte'
  | 'sec'
  | 'cus'
  | 'cvw'
  | 'mem'
  | 'ivt'
  | 'tfa'
  | 'sub'
  | 'pmv'
  | 'chg'
  | 'itm'
  | 'cpn'
  | 'red'
  | 'txr'
  | 'inv'
  | 'crn'
  | 'bal'
  | 'pay'
  | 'dun'
  | 'ntc'
  | 'ntl'
  | 'rcn'
  | 'key'
  | 'qrq'
  | 'qov'
  | 'ers'
  | 'aud'
  | 'req'
  | 'ses'
  | 'acc'
  | 'ver';

/** The pattern of an id with this prefix; `mtr_requests` is the one id born in a migration. */
export function idPattern(prefix: IdPrefix): RegExp {
  return prefix === 'mtr'
    ? /^mtr_(requests|[0-9a-hjkmnp-tv-z]{24})$/
    : new RegExp(`^${prefix}_[0-9a-hjkmnp-tv-z]{24}$`);
}

// NUL cannot be stored in a Postgres text; lone surrogates cannot be stored as UTF-8.
const storable = (value: string): boolean => !value.includes('\u0000') && value.isWellFormed();

// A line break in a name forges lines of logs and letters; a bidi override shows it backwards.
const UNSEEN = /[\p{Cc}\u2028-\u202e\u2066-\u2069]/u;

/** One line of 1 to `max` characters, trimmed, storable, without control characters. */
export const text = (max = 200) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .refine(storable, 'has characters that cannot be stored')
    .refine((value) => !UNSEEN.test(value), 'has control characters');

/** Text that may be empty and have several lines. */
export const optionalText = (max = 2_000) =>
  z.string().trim().max(max).refine(storable, 'has characters that cannot be stored');

/** An id with this prefix. */
export const id = (prefix: IdPrefix) =>
  z.string().regex(idPattern(prefix), `is not an id that starts with ${prefix}_`);

/** An RFC 3339 time with offset, as it goes over the wire. */
export const time = () => z.iso.datetime({ offset: true });

/** A whole number that may not fit a JSON number: a decimal string of at most 18 digits. */
export const units = () =>
  z.string().regex(/^(0|[1-9]\d{0,17})$/, 'is not a whole number of at most 18 digits');

/** A non-negative decimal of at most 12 places (Stripe's unit_amount_decimal). */
export const decimal = () =>
  z.string().regex(/^(0|[1-9]\d{0,17})(\.\d{1,12})?$/, 'is not a decimal of at most 12 places');

/** In: two texts of `decimal`. Out: below, at or above 0 as the first is to the second; exact. */
export function compareDecimals(one: string, other: string): number {
  const parts = [one, other].map((text) => text.split('.'));
  const places = Math.max(...parts.map(([, part = '']) => part.length));
  const [a = 0n, b = 0n] = parts.map(([whole, part = '']) =>
    BigInt(whole + part.padEnd(places, '0')),
  );
  return a === b ? 0 : a < b ? -1 : 1;
}

const METADATA_KEYS_MAX = 50;

/** Free key-value text of the API owner. */
export const metadata = () =>
  z
    .record(text(40), optionalText(500))
    .refine((map) => Object.keys(map).length <= METADATA_KEYS_MAX, 'has more than 50 keys');
