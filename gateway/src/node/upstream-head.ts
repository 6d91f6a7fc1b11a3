import type { HeaderEdit } from '../core/header-edit.ts';
import { type RawHeaders, toClient } from '../core/headers.ts';

// What a route takes out of answers is in none of their parts; what it adds is in the head.
const without = (edit: HeaderEdit | undefined) => ({
  fields: [],
  edit: edit && { drops: edit.drops, adds: [] },
});

/** Fields of a 1xx answer for the client. */
export const informationOf = (
  raw: readonly string[],
  status: number,
  edit: HeaderEdit | undefined,
): string[] => toClient(raw, status, without(edit)).headers;

// Fields that frame, route or authenticate must not come after the body (RFC 9110 6.5.1).
const NEVER_TRAILING = new Set([
  'content-length',
  'transfer-encoding',
  'host',
  'authorization',
  'set-cookie',
  'content-encoding',
  'content-type',
  'content-range',
  'cache-control',
  'ratelimit',
  'ratelimit-policy',
  'retry-after',
]);

/** Trailers that may be passed on, as pairs. */
export function trailersOf(raw: RawHeaders, edit: HeaderEdit | undefined): [string, string][] {
  const fields = toClient(raw, 200, without(edit)).headers;
  const pairs: [string, string][] = [];
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const name = fields[i] ?? '';
    if (!NEVER_TRAILING.has(name.toLowerCase())) pairs.push([name, fields[i + 1] ?? '']);
  }
  return pairs;
}
