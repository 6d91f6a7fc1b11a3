import { invalid } from './fault.ts';
import type { Raw, RawHash } from './form.ts';

/** Reads one parameter. `param` is its full name, for the error. Throws 400. */
export type Reader<T> = ((raw: Raw, param: string) => T) & { isRequired?: true };
export type Fields = Record<string, Reader<unknown>>;
type Required<T> = Reader<T> & { isRequired: true };

/** What fields give: `undefined` for what was not said. */
export type Values<F extends Fields> = {
  [K in keyof F]: F[K] extends Required<infer T>
    ? T
    : F[K] extends Reader<infer T>
      ? T | undefined
      : never;
};

const TEXT_MAX = 5000;

/** Text; an empty one can't stand here. */
export const text: Reader<string> = (raw, param) => {
  if (typeof raw !== 'string') throw invalid('Invalid string', { param });
  if (raw === '') throw invalid(emptyMessage(param), { code: 'parameter_invalid_empty', param });
  if (raw.length > TEXT_MAX) {
    throw invalid(`Invalid string: ${raw.slice(0, 20)}…; at most ${TEXT_MAX} characters`, {
      param,
    });
  }
  return raw;
};

const emptyMessage = (param: string): string =>
  `You passed an empty string for '${param}'. We assume empty values are an attempt to unset a ` +
  `field; however '${param}' cannot be unset. You should remove '${param}' from your request or ` +
  'supply a non-empty value.';

/** What may be unset by an empty string, which is null here. */
export const unsettable =
  <T>(read: Reader<T>): Reader<T | null> =>
  (raw, param) =>
    raw === '' ? null : read(raw, param);

export const integer: Reader<number> = (raw, param) => {
  const value = typeof raw === 'string' && /^-?\d{1,15}$/.test(raw) ? Number(raw) : Number.NaN;
  if (Number.isSafeInteger(value)) return value;
  const said = typeof raw === 'string' ? raw : '';
  throw invalid(`Invalid integer: ${said}`, { code: 'parameter_invalid_integer', param });
};

/** An integer that is not below zero: seconds, counts. */
export const natural: Reader<number> = (raw, param) => {
  const value = integer(raw, param);
  if (value >= 0) return value;
  throw invalid('This value must be greater than or equal to 0.', {
    code: 'parameter_invalid_integer',
    param,
  });
};

/** A decimal of at most 12 decimal places, as text. https://docs.stripe.com/api/prices/create */
export const decimal: Reader<string> = (raw, param) => {
  if (typeof raw === 'string' && /^-?\d{1,20}(\.\d{1,12})?$/.test(raw)) return raw;
  throw invalid(`Invalid decimal: ${typeof raw === 'string' ? raw : ''}`, { param });
};

/** A number for people, such as a percentage. */
export const percent: Reader<number> = (raw, param) => {
  const value = typeof raw === 'string' && /^\d{1,3}(\.\d{1,4})?$/.test(raw) ? Number(raw) : -1;
  if (value >= 0 && value <= 100) return value;
  throw invalid('Invalid decimal: must be from 0 to 100', { param });
};

export const boolean: Reader<boolean> = (raw, param) => {
  if (raw === 'true' || raw === 'false') return raw === 'true';
  throw invalid(`Invalid boolean: ${typeof raw === 'string' ? raw : ''}`, { param });
};

/** One of some words. */
export function oneOf<const W extends string>(...words: W[]): Reader<W> {
  return (raw, param) => {
    const word = words.find((each) => each === raw);
    if (word !== undefined) return word;
    const last = words.at(-1) ?? '';
    const said = words.length > 1 ? `${words.slice(0, -1).join(', ')}, or ${last}` : last;
    throw invalid(`Invalid ${param}: must be one of ${said}`, { param });
  };
}

/** An ISO code of a currency, in small letters. https://docs.stripe.com/currencies */
export const currency: Reader<string> = (raw, param) => {
  const word = text(raw, param).toLowerCase();
  if (/^[a-z]{3}$/.test(word)) return word;
  throw invalid(`Invalid currency: ${word}`, { param });
};

export const url: Reader<string> = (raw, param) => {
  const said = text(raw, param);
  if (/^https?:\/\/\S+$/.test(said) && URL.canParse(said)) return said;
  throw invalid('Not a valid URL', { code: 'url_invalid', param });
};

export function list<T>(read: Reader<T>): Reader<T[]> {
  return (raw, param) => {
    if (!Array.isArray(raw)) throw invalid('Invalid array', { param });
    return raw.map((item, at) => read(item, `${param}[${at}]`));
  };
}

export function hash<F extends Fields>(fields: F): Reader<Values<F>> {
  return (raw, param) => {
    if (typeof raw === 'string' || Array.isArray(raw)) throw invalid('Invalid object', { param });
    return valuesOf(fields, raw, param);
  };
}

/** What has to be said. */
export function required<T>(read: Reader<T>): Required<T> {
  const reader = (raw: Raw, param: string): T => read(raw, param);
  return Object.assign(reader, { isRequired: true as const });
}

/** Reads all fields of a hash: refuses what is not one of them, and the lack of a required one. */
export function valuesOf<F extends Fields>(fields: F, raw: RawHash, within = ''): Values<F> {
  const nameOf = (key: string): string => (within === '' ? key : `${within}[${key}]`);
  const strange = Object.keys(raw).find((key) => !Object.hasOwn(fields, key));
  if (strange !== undefined) {
    const param = nameOf(strange);
    throw invalid(`Received unknown parameter: ${param}`, { code: 'parameter_unknown', param });
  }
  const entries = Object.entries(fields).map(([key, read]) => {
    const value = raw[key];
    if (value !== undefined) return [key, read(value, nameOf(key))];
    if (!read.isRequired) return [key, undefined];
    const param = nameOf(key);
    throw invalid(`Missing required param: ${param}.`, { code: 'parameter_missing', param });
  });
  return Object.fromEntries(entries) as Values<F>;
}

/** Out: the first that was said, else the other: `undefined` is "not said", null is "unset". */
export const said = <T>(value: T | undefined, otherwise: T): T =>
  value === undefined ? otherwise : value;

export const address = unsettable(
  hash({
    city: unsettable(text),
    country: unsettable(text),
    line1: unsettable(text),
    line2: unsettable(text),
    postal_code: unsettable(text),
    state: unsettable(text),
  }),
);

/** Out: an address with all its fields. */
export const fullAddress = (
  part: ReturnType<typeof address> | undefined,
):
  | { [K in 'city' | 'country' | 'line1' | 'line2' | 'postal_code' | 'state']: string | null }
  | null =>
  part
    ? {
        city: part.city ?? null,
        country: part.country ?? null,
        line1: part.line1 ?? null,
        line2: part.line2 ?? null,
        postal_code: part.postal_code ?? null,
        state: part.state ?? null,
      }
    : null;
