import { type Item, parseList, serializeItem, serializeString } from 'structured-headers';
import type { LimitState } from '../ports.ts';
import type { RawHeaders } from './headers.ts';

// RFC 9651: an Integer has at most 15 digits.
const INTEGER_MAX = 999_999_999_999_999;
const MEMO_MAX = 1_000;

const integer = (value: number): number =>
  Math.min(INTEGER_MAX, Math.max(0, Math.ceil(Number.isFinite(value) ? value : INTEGER_MAX)));

const texts = new Map<string, string>();

/** A structured-field String; names and units repeat, so answers are kept. */
function textOf(name: string): string {
  const known = texts.get(name);
  if (known !== undefined) return known;
  const text = serializeString(name);
  if (texts.size < MEMO_MAX) texts.set(name, text);
  return text;
}

type Policy = {
  readonly quota: number;
  readonly windowS: number;
  readonly unit: string | undefined;
  readonly text: string;
};

const policies = new Map<string, Policy>();

/** A member of RateLimit-Policy; that of a name changes seldom, so the last one is kept. */
function policyOf({ name, quota, windowS, unit }: LimitState): string {
  const last = policies.get(name);
  if (last?.quota === quota && last.windowS === windowS && last.unit === unit) return last.text;
  const counted = unit === undefined ? '' : `;qu=${textOf(unit)}`;
  // `w` must be over 0.
  const window = Math.max(1, integer(windowS));
  const text = `${textOf(name)};q=${integer(quota)}${counted};w=${window}`;
  if (last || policies.size < MEMO_MAX) policies.set(name, { quota, windowS, unit, text });
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
    const comma = policy === '' ? '' : ', ';
    policy += comma + policyOf(limit);
    const remaining = integer(Math.floor(limit.remaining));
    state += `${comma}${textOf(limit.name)};r=${remaining};t=${integer(limit.resetS)}`;
  }
  return ['RateLimit-Policy', policy, 'RateLimit', state];
}

/** Whether a field, named in lower case, tells of limits. */
export const tellsLimits = (lower: string): boolean =>
  lower === 'ratelimit' || lower === 'ratelimit-policy';

// An inner list, or a name that is no String, is a member that the draft does not know.
const named = (member: unknown): member is Item =>
  Array.isArray(member) && typeof member[0] === 'string';

/** The members of a field that are named as the draft wants them; none when it cannot be read. */
function membersOf(field: string): Item[] {
  try {
    return parseList(field).filter(named);
  } catch {
    return [];
  }
}

/**
 * An upstream's fields followed by ours, with one list of limits. The draft forbids us to tell of
 * a looser policy than the origin's, and leaving its limits out would: so they follow ours as
 * members of the same lists. Of two limits by one name a client could not tell which is which,
 * and ours is the one that is enforced here: theirs goes. So does a field that cannot be read (as
 * those of older drafts): lines of a list are read as one, and it would make ours unreadable.
 * Where the gateway tells of no limits the upstream's stand as they are.
 */
export function joinLimits(theirs: RawHeaders, ours: RawHeaders): RawHeaders {
  const at = ours.indexOf('RateLimit-Policy');
  if (at < 0) return [...theirs, ...ours];
  const taken = new Set(membersOf(ours[at + 1] ?? '').map(([name]) => name));
  const joined: RawHeaders = [];
  const told = new Map<string, string[]>();
  for (let i = 0; i + 1 < theirs.length; i += 2) {
    const name = theirs[i] ?? '';
    const value = theirs[i + 1] ?? '';
    const lower = name.toLowerCase();
    if (!tellsLimits(lower)) joined.push(name, value);
    else told.set(lower, [...(told.get(lower) ?? []), value]);
  }
  for (let i = 0; i + 1 < ours.length; i += 2) {
    const name = ours[i] ?? '';
    const more = membersOf(told.get(name.toLowerCase())?.join(', ') ?? '')
      .filter(([limit]) => !taken.has(limit))
      .map((member) => serializeItem(member));
    joined.push(name, [ours[i + 1] ?? '', ...more].join(', '));
  }
  return joined;
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
