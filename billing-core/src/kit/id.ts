import { randomBytes } from 'node:crypto';
import type { IdPrefix } from '../contract/field.ts';

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const TIME_DIGITS = 10;
const RANDOM_DIGITS = 14;

/**
 * A new id: prefix, 50 bits of time, 70 random bits, in lower-case Crockford base32, so that ids
 * of one kind sort by birth and a list pages by id alone.
 */
export function newId(prefix: IdPrefix, nowMs: number): string {
  let time = '';
  let rest = nowMs;
  for (let i = 0; i < TIME_DIGITS; i++) {
    time = ALPHABET.charAt(rest % 32) + time;
    rest = Math.floor(rest / 32);
  }
  let random = '';
  for (const byte of randomBytes(RANDOM_DIGITS)) random += ALPHABET.charAt(byte % 32);
  return `${prefix}_${time}${random}`;
}

/** When an id was made, epoch ms. */
export function timeOfId(id: string): number {
  const digits = id.slice(id.indexOf('_') + 1).slice(0, TIME_DIGITS);
  return [...digits].reduce((time, digit) => time * 32 + ALPHABET.indexOf(digit), 0);
}
