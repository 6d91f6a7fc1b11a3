/** Why a value of the upstream is not counted as it stands. */
export type ValueFault =
  /** The response does not have it. */
  | 'missing'
  /** The response ended before it came. */
  | 'cut_off'
  /** The body is no JSON, or in a coding that is not read. */
  | 'unreadable'
  /** More of the body than is read would have to be. */
  | 'too_large'
  | 'ambiguous'
  | 'not_a_number'
  | 'negative'
  | 'over_maximum'
  /** Finer than the meter counts; nothing is rounded. */
  | 'too_fine';

/** What a rule found: the value as the upstream wrote it, or why there is none. */
export type Reading = { readonly text: string } | { readonly fault: ValueFault };

const DECIMAL = /^(-?)(\d{1,40})(?:\.(\d{1,40}))?(?:[eE]([+-]?\d{1,3}))?$/;
const PLAIN = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/;
const MINUS_NOTHING = /^-[0.]+$/;
const EXPONENT_MAX = 40;

/**
 * A decimal in a header field or in a text: plain digits, as a person would write them. `1e2`,
 * `007` and `-0` are read in one way here and in another there: none of them is an amount.
 */
export function plainReading(text: string): Reading {
  if (!PLAIN.test(text)) return { fault: 'not_a_number' };
  return MINUS_NOTHING.test(text) ? { fault: 'negative' } : { text };
}

type Terms = { readonly units: number; readonly maxValue: number };

/**
 * An upstream's decimal in whole scaled units, exactly: the digits are multiplied as integers, and
 * what would have to be rounded is a fault. In: units a value of one counts, and the largest value
 * that is believed.
 */
export function scaleValue(text: string, { units, maxValue }: Terms): number | ValueFault {
  const match = DECIMAL.exec(text);
  if (!match) return 'not_a_number';
  const [, sign, whole = '', part = '', power = '0'] = match;
  const digits = BigInt(whole + part);
  if (digits === 0n) return 0;
  if (sign === '-') return 'negative';
  const exponent = Number(power) - part.length;
  if (exponent > EXPONENT_MAX) return 'over_maximum';
  if (exponent < -2 * EXPONENT_MAX) return 'too_fine';
  const up = exponent > 0 ? 10n ** BigInt(exponent) : 1n;
  const down = exponent < 0 ? 10n ** BigInt(-exponent) : 1n;
  if (digits * up > BigInt(maxValue) * down) return 'over_maximum';
  const product = digits * up * BigInt(units);
  if (product % down !== 0n) return 'too_fine';
  const quantity = product / down;
  return quantity > BigInt(Number.MAX_SAFE_INTEGER) ? 'over_maximum' : Number(quantity);
}
