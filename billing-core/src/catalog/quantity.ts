/**
 * A meter's quantities: decimal text outside, whole numbers x 10^scale in the ledger, in limits
 * and at the gateway. Exact both ways; no floating point.
 */

/** No gateway counts further: the largest whole number that is exact there. */
export const QUANTITY_MAX = BigInt(Number.MAX_SAFE_INTEGER);

/** Out: undefined when the text is no decimal or has more places than the meter keeps. */
export function scaled(decimal: string, scale: number): bigint | undefined {
  const match = /^(\d+)(?:\.(\d+?)0*)?$/.exec(decimal);
  if (!match) return undefined;
  const [, whole = '', part = ''] = match;
  const places = part === '0' ? '' : part;
  if (places.length > scale) return undefined;
  return BigInt(whole + places.padEnd(scale, '0'));
}

/** The shortest decimal text of a scaled quantity; corrections may be negative. */
export function unscaled(quantity: bigint, scale: number): string {
  if (quantity < 0n) return `-${unscaled(-quantity, scale)}`;
  const digits = quantity.toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const places = digits.slice(digits.length - scale).replace(/0+$/, '');
  return places === '' ? whole : `${whole}.${places}`;
}
