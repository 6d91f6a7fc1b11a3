/** Decimal strings of the wire, moved and compared without ever becoming a float. */

const DECIMAL = /^-?\d+(\.\d+)?$/;

/** @returns whether `text` is a plain decimal: digits, at most one point, maybe a sign. */
export function isDecimal(text: string): boolean {
  return DECIMAL.test(text);
}

/**
 * Moves the decimal point. shiftPoint('0.2', -2) is '0.002'.
 * @param places positive moves right (times ten), negative moves left.
 * @throws RangeError when `text` is no plain decimal.
 */
export function shiftPoint(text: string, places: number): string {
  if (!isDecimal(text)) throw new RangeError(`not a decimal: ${text}`);
  const negative = text.startsWith('-');
  const [whole = '0', fraction = ''] = (negative ? text.slice(1) : text).split('.');
  const digits = whole + fraction;
  const point = whole.length + places;
  const padded =
    point <= 0
      ? '0'.repeat(1 - point) + digits
      : digits.padEnd(Math.max(point, digits.length), '0');
  const at = point <= 0 ? 1 : point;
  return trim(negative, padded.slice(0, at), padded.slice(at));
}

function trim(negative: boolean, whole: string, fraction: string): string {
  const left = whole.replace(/^0+(?=\d)/, '');
  const right = fraction.replace(/0+$/, '');
  const value = right === '' ? left : `${left}.${right}`;
  return negative && value !== '0' ? `-${value}` : value;
}

/**
 * part ÷ whole, for a bar or a percentage; exact until the last step.
 * @returns a number in [0, ∞), or undefined when `whole` is zero: no share of nothing exists.
 */
export function ratio(part: string, whole: string): number | undefined {
  const scale = Math.max(fractionLength(part), fractionLength(whole));
  const divisor = BigInt(shiftPoint(whole, scale));
  if (divisor === 0n) return undefined;
  const PARTS = 1_000_000n;
  return Number((BigInt(shiftPoint(part, scale)) * PARTS) / divisor) / Number(PARTS);
}

/** @returns -1, 0 or 1 as `a` is below, equal to or above `b`. */
export function compareDecimals(a: string, b: string): -1 | 0 | 1 {
  const scale = Math.max(fractionLength(a), fractionLength(b));
  const difference = BigInt(shiftPoint(a, scale)) - BigInt(shiftPoint(b, scale));
  return difference === 0n ? 0 : difference < 0n ? -1 : 1;
}

/** @returns a − b, but never below zero: what is left of an allowance. */
export function remaining(a: string, b: string): string {
  const scale = Math.max(fractionLength(a), fractionLength(b));
  const left = BigInt(shiftPoint(a, scale)) - BigInt(shiftPoint(b, scale));
  return left <= 0n ? '0' : shiftPoint(left.toString(), -scale);
}

/** @returns a + b. */
export function sum(a: string, b: string): string {
  const scale = Math.max(fractionLength(a), fractionLength(b));
  const total = BigInt(shiftPoint(a, scale)) + BigInt(shiftPoint(b, scale));
  return shiftPoint(total.toString(), -scale);
}

function fractionLength(text: string): number {
  return text.split('.')[1]?.length ?? 0;
}
