import { z } from 'zod';
import { meterSlug } from './meter.ts';

/** What of a request, or of its response, a metering rule counts on which meter. */

export const METERINGS_MAX = 10;
const POINTER_CHARS_MAX = 500;
/** The largest value of an upstream that is believed, unless a rule says otherwise. */
export const VALUE_MAX_DEFAULT = 1_000_000_000;
const VALUE_MAX_MAX = 1_000_000_000_000;

// RFC 9110: the characters of a field's name.
const FIELD_NAME = /^[A-Za-z0-9!#$%&'*+\-.^_`|~]{1,100}$/;
// RFC 6901; the empty pointer is the whole document.
const POINTER = /^(?:\/(?:[^~/]|~[01])*)*$/;

// Under a million with nine places is at most 15 digits: exact as a JSON number.
const UNITS_MAX = 1_000_000;
const UNITS_PLACES = 9;
const UNITS_TOTAL_MAX = 1_000_000_000_000;

/** Units as decimal text, exact for every number that the API takes. */
export const unitsText = (units: number): string =>
  units < UNITS_MAX ? units.toFixed(UNITS_PLACES) : String(units);

const exact = (value: number): boolean => Number(unitsText(value)) === value;

const perUnit = () =>
  z.number().positive().max(UNITS_MAX).refine(exact, 'has over 9 decimal places').default(1);
const units = () =>
  z.number().min(0).max(UNITS_TOTAL_MAX).refine(exact, 'has over 9 decimal places');

const pointer = () =>
  z
    .string()
    .max(POINTER_CHARS_MAX)
    .refine((value) => POINTER.test(value), 'is not a JSON pointer (RFC 6901)')
    .refine((value) => value.isWellFormed() && !value.includes('\0'), 'cannot be stored');

const counted = { meter: meterSlug(), units: perUnit() };
/** What only the end of the response tells; `max_cost` units are set aside until then. */
const late = { ...counted, max_cost: units().nullable().default(null) };
/** What the upstream says, checked; `fallback` units are charged for what is not there. */
const told = {
  ...late,
  max_value: z.number().int().min(1).max(VALUE_MAX_MAX).default(VALUE_MAX_DEFAULT),
  fallback: units().default(0),
};

const rule = () =>
  z.discriminatedUnion('source', [
    z.strictObject({ source: z.literal('request'), ...counted }),
    z.strictObject({ source: z.literal('request_bytes'), ...counted }),
    z.strictObject({ source: z.literal('response_bytes'), ...late }),
    z.strictObject({ source: z.literal('request_messages'), ...late }),
    z.strictObject({ source: z.literal('response_messages'), ...late }),
    z.strictObject({ source: z.literal('duration'), ...late }),
    z.strictObject({
      source: z.literal('response_header'),
      header: z
        .string()
        .regex(FIELD_NAME, 'is not the name of a header')
        .transform((name) => name.toLowerCase()),
      ...told,
    }),
    z.strictObject({ source: z.literal('response_json'), pointer: pointer(), ...told }),
    z.strictObject({ source: z.literal('response_sse'), pointer: pointer(), ...told }),
  ]);

export type MeteringRule = z.infer<ReturnType<typeof rule>>;

/** Where in a response a rule looks, or null. */
export const selectorOf = (one: MeteringRule): string | null =>
  one.source === 'response_header' ? one.header : 'pointer' in one ? one.pointer : null;

const identity = (one: MeteringRule): string =>
  JSON.stringify([one.meter, one.source, selectorOf(one)]);

/** The rules of a route; each counts something of its own. */
export const meteringRules = () =>
  z
    .array(rule())
    .min(1)
    .max(METERINGS_MAX)
    .refine(
      (rules) => new Set(rules.map(identity)).size === rules.length,
      'counts the same source on the same meter twice',
    );

/** The same rules as answers show them. */
export const shownMeteringRules = () => z.array(rule());
