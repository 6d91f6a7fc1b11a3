import { nominate } from './field-name.ts';
import { valuesOf } from './headers.ts';
import type { AskedPath } from './route.ts';

/** A request of a route that bills once for an Idempotency-Key, by the hash of its key. */
export type Once = {
  readonly hash: string;
  /** Core time of the request's admission; later spans keep it. */
  readonly since: number;
};

const KEY_CHARS_MAX = 255;
/** Enough that no two keys of a customer have the same. */
const HASH_CHARS = 32;

// A String of structured fields (RFC 9651), as draft-ietf-httpapi-idempotency-key-header has it;
// and what clients send that never read it: signs that such a String and a list leave alone.
const STRING = /^"((?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"$/;
const PLAIN = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]+$/;

function keyIn(value: string): string | undefined {
  // Not `trim`: signs that it takes for space, as U+00A0, are no space of HTTP.
  const text = value.replaceAll(/^[ \t]+|[ \t]+$/g, '');
  const quoted = STRING.exec(text)?.[1];
  if (quoted !== undefined) return quoted.replaceAll(/\\(.)/g, '$1');
  return PLAIN.test(text) ? text : undefined;
}

const NAME = 'idempotency-key';

/** What `Connection` names the upstream does not get: it would do anew what is not billed anew. */
const isKeptBack = (rawHeaders: readonly string[]): boolean =>
  valuesOf(rawHeaders, 'connection').some((value) => nominate(value)?.has(NAME));

/**
 * The request's Idempotency-Key: `"a"` and `a` are the same. Undefined without one, null for what
 * is none: several lines, too long, empty, not written as one, or not for the upstream.
 */
export function idempotencyKey(rawHeaders: readonly string[]): string | null | undefined {
  const values = valuesOf(rawHeaders, NAME);
  if (values.length === 0) return undefined;
  if (isKeptBack(rawHeaders)) return null;
  const key = values.length === 1 ? keyIn(values[0] ?? '') : undefined;
  return key === undefined || key === '' || key.length > KEY_CHARS_MAX ? null : key;
}

/**
 * What is hashed to tell which requests are the same: one key for everything that a route takes
 * would else pay for one of them. In: what is asked for, without the client's credential.
 */
export const onceText = (key: string, method: string, { path, query }: AskedPath): string =>
  `${method} ${path}${query}\n${key}`;

/** In: SHA-256 of that text in hex. */
export const shortened = (hash: string): string => hash.slice(0, HASH_CHARS);
