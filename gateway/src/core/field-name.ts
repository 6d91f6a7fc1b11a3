/** What becomes of a client's field, by its name. */
export type FieldUse =
  | 'pass'
  /** Hop-by-hop, framing, or reserved for the gateway: never forwarded. */
  | 'drop'
  | 'credential'
  | 'connection'
  | 'via'
  | 'trace'
  | 'referer'
  | 'forwards'
  | 'codings'
  /** Asks for less than the whole of an answer. */
  | 'part'
  /** Kept only when a trusted proxy sent it. */
  | 'forwarded';

/** Never forwarded; docs/http.md has each of them. */
export const DROPPED_FIELDS = [
  // Hop-by-hop (RFC 9110 7.6.1) and framing, which the forwarder sets itself.
  'keep-alive',
  'proxy-connection',
  'proxy-authorization',
  'proxy-authenticate',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'content-length',
  'host',
  'expect',
  'http2-settings',
  // Ours.
  'x-request-id',
  // Fields by which clients claim another address, path or method than the one authorised.
  'x-real-ip',
  'x-client-ip',
  'true-client-ip',
  'cf-connecting-ip',
  'fastly-client-ip',
  'x-cluster-client-ip',
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
  'x-rewrite-url',
];
const DROPPED_PREFIXES = ['x-tollgate-', 'x-original-', 'x-forwarded-'];

const USES = new Map<string, FieldUse>([
  ...DROPPED_FIELDS.map((name): [string, FieldUse] => [name, 'drop']),
  ['connection', 'connection'],
  ['authorization', 'credential'],
  ['x-api-key', 'credential'],
  ['via', 'via'],
  ['traceparent', 'trace'],
  ['tracestate', 'trace'],
  ['referer', 'referer'],
  ['max-forwards', 'forwards'],
  ['accept-encoding', 'codings'],
  ['range', 'part'],
  ['if-range', 'part'],
  ['a-im', 'part'],
  ['forwarded', 'forwarded'],
  ['x-forwarded-for', 'forwarded'],
  ['x-forwarded-proto', 'forwarded'],
  ['x-forwarded-host', 'forwarded'],
]);

function judge(name: string): FieldUse {
  const lower = name.toLowerCase();
  const exact = USES.get(lower);
  if (exact) return exact;
  // Servers that turn fields into variables (CGI, WSGI) read `_` and `-` alike, some every other
  // sign too: what we would not pass with a hyphen does not pass so, trusted proxy or not.
  const hyphened = lower.replaceAll(/[^a-z0-9]/g, '-');
  if (DROPPED_PREFIXES.some((prefix) => hyphened.startsWith(prefix))) return 'drop';
  return hyphened !== lower && USES.has(hyphened) ? 'drop' : 'pass';
}

const MEMO_MAX = 2_000;
const memo = new Map<string, FieldUse>();

/** The use of a client's field. Names repeat from request to request, so answers are kept. */
export function useOf(name: string): FieldUse {
  const known = memo.get(name);
  if (known) return known;
  const use = judge(name);
  if (memo.size < MEMO_MAX) memo.set(name, use);
  return use;
}

const HOP_BY_HOP_BACK = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
  'x-request-id',
]);

/** Whether an upstream's field, named in lower case, may go to the client. */
export const passesBack = (lower: string): boolean =>
  !HOP_BY_HOP_BACK.has(lower) && !lower.startsWith('x-tollgate-');

/** The names that a Connection field nominates as hop-by-hop, beside those of one before it. */
export function nominate(value: string, before?: Set<string>): Set<string> | undefined {
  // What nearly every message says, and nominates nothing.
  if (value === 'keep-alive' || value === 'close') return before;
  const names = before ?? new Set();
  for (const token of value.toLowerCase().split(',')) {
    const name = token.trim();
    if (name !== '' && name !== 'close' && name !== 'keep-alive') names.add(name);
  }
  return names;
}
