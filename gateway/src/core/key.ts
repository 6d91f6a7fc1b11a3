import { parseApiKey } from '@tollgate/billing-core/contract/api-key.ts';
import type { KeyFact } from '@tollgate/billing-core/contract/facts.ts';

/** What the credential fields of a request amount to. Never read from the query: it is logged. */
export type Credential =
  | { readonly kind: 'key'; readonly text: string }
  | { readonly kind: 'missing' }
  /** Two different credentials: the gateway and the upstream could each believe another one. */
  | { readonly kind: 'conflict' }
  | { readonly kind: 'malformed' };

const BEARER = /^bearer +(\S+)$/i;

/**
 * Whether this field's value is one the gateway takes as credential: X-API-Key, or Authorization
 * with the scheme Bearer. Other schemes are the client's business with the upstream.
 */
export function credentialIn(lowerName: string, value: string): string | undefined {
  if (lowerName === 'x-api-key') return value.trim() || undefined;
  if (lowerName === 'authorization') return BEARER.exec(value.trim())?.[1];
  return undefined;
}

/** The request's API key by its fields; a mistyped one is told apart without a lookup. */
export function readCredential(rawHeaders: readonly string[]): Credential {
  let found: string | undefined;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? '';
    // Two lengths decide for nearly every field without making a lower-case copy.
    if (name.length !== 9 && name.length !== 13) continue;
    const text = credentialIn(name.toLowerCase(), rawHeaders[i + 1] ?? '');
    if (text === undefined) continue;
    if (found !== undefined && found !== text) return { kind: 'conflict' };
    found = text;
  }
  if (found === undefined) return { kind: 'missing' };
  return parseApiKey(found) ? { kind: 'key', text: found } : { kind: 'malformed' };
}

/** When facts that were read now should be read again, and when they say nothing more. Core ms. */
export type FactLife = { readonly renewAt: number; readonly endsAt: number };

/** How long a renewal that brought nothing new waits for the next. */
export const RENEW_RETRY_MS = 60_000;

/** Facts tell of windows some way ahead: they are renewed when the last of those has begun. */
export function lifeOf({ customer }: KeyFact, now: number): FactLife {
  let [renewAt, endsAt] = [Infinity, Infinity];
  for (const { turns } of customer.quotas) {
    renewAt = Math.min(renewAt, turns.at(-2) ?? Infinity);
    endsAt = Math.min(endsAt, turns.at(-1) ?? Infinity);
  }
  return { renewAt: renewAt > now ? renewAt : now + RENEW_RETRY_MS, endsAt };
}
