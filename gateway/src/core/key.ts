import { resemblesApiKey } from '@tollgate/billing-core/contract/api-key.ts';
import type { KeyFact } from '@tollgate/billing-core/contract/facts.ts';
import { valuesIn } from '@tollgate/billing-core/contract/forwarded-path.ts';

/** Where a route's requests may carry their key; the header's name is in lower case. */
export type KeyPlaces = {
  readonly header: string | null;
  /** In Authorization, with the scheme Bearer. Other schemes are the client's business. */
  readonly bearer: boolean;
  /** The name of a query parameter. Others log queries, so only where a route wants it. */
  readonly query: string | null;
  /** Whether a bearer token that is no key is a credential here, and the upstream gets it too. */
  readonly tokens: 'none' | 'taken' | 'forwarded';
};

export const USUAL_PLACES: KeyPlaces = {
  header: 'x-api-key',
  bearer: true,
  query: null,
  tokens: 'none',
};

/** What a request carries in these places. */
export type Credential =
  | { readonly kind: 'key'; readonly text: string }
  /** Of another issuer. */
  | { readonly kind: 'token'; readonly text: string }
  | { readonly kind: 'missing' }
  /** Two different credentials: the gateway and the upstream could each believe another one. */
  | { readonly kind: 'conflict' }
  | { readonly kind: 'malformed' };

const BEARER = /^bearer +\S+$/i;
const AUTHORIZATION = 'authorization';

/** What this field carries in one of the places; undefined when it is none of them. */
export function credentialIn(
  lowerName: string,
  value: string,
  places: KeyPlaces,
): string | undefined {
  if (lowerName === places.header) return value.trim() || undefined;
  if (lowerName !== AUTHORIZATION) return undefined;
  const trimmed = value.trim();
  if (!BEARER.test(trimmed)) return undefined;
  const text = trimmed.slice(trimmed.lastIndexOf(' ') + 1);
  const isOurs = isToken(text, places) || places.bearer;
  return isOurs ? text : undefined;
}

/** Whether the text is a token, where those are a credential: it has dots, and a key has none. */
export const isToken = (text: string, { tokens }: KeyPlaces): boolean =>
  tokens !== 'none' && text.includes('.');

const OUR_KEY = /tg_(?:live|test)_/;
const ESCAPE = /%([2-7][0-9a-f])/gi;
/** Nobody escapes by accident more often; a text with more of them is taken for a key. */
const ESCAPED_TIMES_MAX = 5;

/** The text as it is after one more reader has taken out the escapes of printable ASCII. */
const unescaped = (text: string): string =>
  text.replaceAll(ESCAPE, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

const BASIC = /^basic +([\w+/=-]+)$/i;

/** User and password of the scheme Basic; nothing of any other text. */
function basicPair(value: string): string {
  const coded = BASIC.exec(value.trim())?.[1];
  try {
    return coded === undefined ? '' : atob(coded);
  } catch {
    return '';
  }
}

/** Whether a pattern is in a text, however often the text was percent-escaped. */
function tells(text: string, pattern: RegExp): boolean {
  let plain = text;
  for (let times = 0; times <= ESCAPED_TIMES_MAX; times++) {
    if (pattern.test(plain)) return true;
    const next = plain.includes('%') ? unescaped(plain) : plain;
    if (next === plain) return false;
    plain = next;
  }
  return true;
}

/** Whether a key of ours is in the value of a field, in whatever spelling. */
export const tellsKey = (value: string): boolean =>
  tells(value, OUR_KEY) || OUR_KEY.test(basicPair(value));

// Three parts in base64url, the first of which is a JSON object.
const TOKEN = /eyJ[\w-]{8,}\.[\w-]+\.[\w-]+/;

/** The same, and of tokens of another issuer where those are for the gateway alone. */
export const tellsCredential = (value: string, { tokens }: KeyPlaces): boolean =>
  tellsKey(value) || (tokens === 'taken' && tells(value, TOKEN));

/** What is found in these places, one after the other; `undefined` is nothing, null a conflict. */
function credentialOf(
  rawHeaders: readonly string[],
  query: string,
  places: KeyPlaces,
): string | null | undefined {
  const length = places.header?.length;
  let found: string | undefined;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? '';
    // Two lengths decide for nearly every field without making a lower-case copy.
    if (name.length !== length && name.length !== AUTHORIZATION.length) continue;
    const text = credentialIn(name.toLowerCase(), rawHeaders[i + 1] ?? '', places);
    if (text === undefined) continue;
    if (found !== undefined && found !== text) return null;
    found = text;
  }
  if (places.query === null || query === '') return found;
  for (const text of valuesIn(query, places.query)) {
    if (found !== undefined && found !== text) return null;
    found = text;
  }
  return found;
}

/**
 * The request's API key. Whether it is well-formed is for who does not know it: a mistyped one is
 * told apart without a lookup.
 */
export function readCredential(
  rawHeaders: readonly string[],
  query: string,
  places: KeyPlaces,
): Credential {
  const found = credentialOf(rawHeaders, query, places);
  if (found === null) return { kind: 'conflict' };
  if (found === undefined) return { kind: 'missing' };
  if (isToken(found, places)) return { kind: 'token', text: found };
  return resemblesApiKey(found) ? { kind: 'key', text: found } : { kind: 'malformed' };
}

/** When facts that were read now should be read again, and when they say nothing more. Core ms. */
export type FactLife = {
  /** In the past but where core's clock was ahead when it told them, and was set back. */
  readonly beginsAt: number;
  readonly renewAt: number;
  readonly endsAt: number;
};

/** How long a renewal that brought nothing new waits for the next. */
export const RENEW_RETRY_MS = 60_000;

/**
 * How long it is believed that there is no such key, or that it is revoked: both are then asked for
 * alike, so that the time of an answer does not tell which text was a key once.
 */
export const REFUSED_MS = 2_000;

/** Facts tell of windows some way ahead: they are renewed when the last of those has begun. */
export function lifeOf({ customer, revoked }: KeyFact, now: number): FactLife {
  if (revoked) return { beginsAt: -Infinity, renewAt: Infinity, endsAt: now + REFUSED_MS };
  let [beginsAt, renewAt, endsAt] = [-Infinity, Infinity, Infinity];
  for (const { turns } of customer.quotas) {
    beginsAt = Math.max(beginsAt, turns[0] ?? -Infinity);
    renewAt = Math.min(renewAt, turns.at(-2) ?? Infinity);
    endsAt = Math.min(endsAt, turns.at(-1) ?? Infinity);
  }
  return { beginsAt, renewAt: renewAt > now ? renewAt : now + RENEW_RETRY_MS, endsAt };
}
