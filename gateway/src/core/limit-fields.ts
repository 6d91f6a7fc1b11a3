import { serializeString } from 'structured-headers';
import type { LimitState } from '../ports.ts';
import type { RawHeaders } from './headers.ts';

// RFC 9651: an Integer has at most 15 digits.
const INTEGER_MAX = 999_999_999_999_999;
const MEMO_MAX = 1_000;

const integer = (value: number): number =>
  Math.min(INTEGER_MAX, Math.max(0, Math.ceil(Number.isFinite(value) ? value : INTEGER_MAX)));

const names = new Map<string, string>();

/** A limit's name as a structured-field String; names repeat, so answers are kept. */
function nameOf(limit: LimitState): string {
  const known = names.get(limit.name);
  if (known !== undefined) return known;
  const text = serializeString(limit.name);
  if (names.size < MEMO_MAX) names.set(limit.name, text);
  return text;
}

/**
 * RateLimit-Policy and RateLimit (draft-ietf-httpapi-ratelimit-headers-10) of these limits; none
 * when there is no limit.
 */
export function limitFields(limits: readonly LimitState[]): RawHeaders {
  if (limits.length === 0) return [];
  let policy = '';
  let state = '';
  for (const limit of limits) {
    const name = nameOf(limit);
    const comma = policy === '' ? '' : ', ';
    // `w` must be over 0.
    policy += `${comma}${name};q=${integer(limit.quota)};w=${Math.max(1, integer(limit.windowS))}`;
    const remaining = Math.floor(limit.remaining);
    state += `${comma}${name};r=${integer(remaining)};t=${integer(limit.resetS)}`;
  }
  return ['RateLimit-Policy', policy, 'RateLimit', state];
}

/**
 * Retry-After in whole seconds, never earlier than the reset of a limit that refused: a client
 * that honours it is not refused again for the same reason.
 */
export function retryAfter(
  retryAfterS: number | undefined,
  violated: readonly string[],
  limits: readonly LimitState[],
): RawHeaders {
  let seconds = retryAfterS;
  for (const limit of limits) {
    if (violated.includes(limit.name)) seconds = Math.max(seconds ?? 0, limit.resetS);
  }
  return seconds === undefined ? [] : ['Retry-After', String(Math.max(1, integer(seconds)))];
}
