import { isTraceParent } from '@tollgate/billing-core/contract/trace-parent.ts';
import { nominate, passesBack, useOf } from './field-name.ts';
import { PSEUDONYM } from './head.ts';
import { edited, type HeaderEdit } from './header-edit.ts';
import { credentialIn, isToken, type KeyPlaces, tellsCredential, tellsKey } from './key.ts';
import { joinLimits, tellsLimits } from './limit-fields.ts';
import { readableCodings } from './readable-codings.ts';

/** What the gateway knows of a request, beside the client's fields, when it forwards it. */
export type Forwarding = {
  readonly requestId: string;
  /** The Host field as the client sent it. */
  readonly hostField: string;
  /** Address of the peer that holds the connection. */
  readonly peer: string;
  /** Whether that peer may say on whose behalf it speaks. */
  readonly peerTrusted: boolean;
  readonly scheme: 'http' | 'https';
  readonly httpVersion: string;
  /** The client takes trailers. */
  readonly trailers: boolean;
  readonly contentLength: number | undefined;
  /** How often the upstream may forward it, where the method heeds that (RFC 9110 7.6.2). */
  readonly maxForwards: number | undefined;
  readonly customerId: string | undefined;
  readonly keyId: string | undefined;
  /** Where the key was looked for: it is for the gateway, not for the upstream. */
  readonly keyPlaces: KeyPlaces;
  /** Of a response whose body says what it costs: the codings in which that can be read. */
  readonly codings?: ReadonlySet<string> | undefined;
  /** What the route writes and takes away. */
  readonly edit?: HeaderEdit | undefined;
  /** The gateway's own span, in whose trace the client's is, if that was valid. */
  readonly traceparent?: string | undefined;
  /** Used when there is neither: 32 and 16 hex digits. */
  readonly mintTrace: () => readonly [string, string];
};

/** A field list: names and values in turn, as they stand on the wire. */
export type RawHeaders = string[];

/** The values of a field, named in lower case, line by line. */
export function valuesOf(raw: readonly string[], lower: string): string[] {
  const values: string[] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] ?? '';
    if (name.length === lower.length && name.toLowerCase() === lower) values.push(raw[i + 1] ?? '');
  }
  return values;
}

type Gathered = {
  nominated: Set<string> | undefined;
  via: string;
  traceparent: readonly string[];
  tracestate: readonly string[];
  forwarded: Map<string, string> | undefined;
};

const NOTHING: readonly string[] = [];

function listed(before: string | undefined, value: string): string {
  return before === undefined || before === '' ? value : `${before}, ${value}`;
}

function gather(into: Gathered, name: string, value: string): void {
  if (name === 'via') into.via = listed(into.via, value);
  else if (name === 'traceparent') into.traceparent = [...into.traceparent, value];
  else if (name === 'tracestate') into.tracestate = [...into.tracestate, value];
  else if (name === 'connection') into.nominated = nominate(value, into.nominated);
  else {
    const forwarded = (into.forwarded ??= new Map());
    forwarded.set(name, listed(forwarded.get(name), value));
  }
}

/** Max-Forwards for the next one who forwards. */
export const lessOne = (maxForwards: number | undefined): number | undefined =>
  maxForwards === undefined ? undefined : maxForwards - 1;

function addTrace(out: RawHeaders, seen: Gathered, { traceparent, mintTrace }: Forwarding): void {
  const [parent = ''] = seen.traceparent;
  if (seen.traceparent.length === 1 && isTraceParent(parent)) {
    out.push('traceparent', traceparent ?? parent);
    if (seen.tracestate.length > 0) out.push('tracestate', seen.tracestate.join(','));
    return;
  }
  if (traceparent !== undefined) {
    out.push('traceparent', traceparent);
    return;
  }
  const [trace, span] = mintTrace();
  out.push('traceparent', `00-${trace}-${span}-00`);
}

const node = (peer: string): string => (peer.includes(':') ? `"[${peer}]"` : peer);
const SPECIAL = /["\\]/;
const quoted = (text: string): string =>
  SPECIAL.test(text) ? `"${text.replaceAll(/["\\]/g, '\\$&')}"` : `"${text}"`;

function addForwarded(out: RawHeaders, seen: Gathered, via: Forwarding): void {
  const { peer, scheme, hostField } = via;
  const before = via.peerTrusted ? seen.forwarded : undefined;
  const host = hostField === '' ? '' : `;host=${quoted(hostField)}`;
  out.push(
    'X-Forwarded-For',
    listed(before?.get('x-forwarded-for'), peer),
    'X-Forwarded-Proto',
    before?.get('x-forwarded-proto') ?? scheme,
    'X-Forwarded-Host',
    before?.get('x-forwarded-host') ?? hostField,
    'Forwarded',
    listed(before?.get('forwarded'), `for=${node(peer)}${host};proto=${scheme}`),
  );
}

/**
 * Whether a field carries a credential for the gateway: visibly one of its keys, or whatever
 * stands where the key was looked for. On a public route no key was asked for: a bearer token
 * there is meant for the upstream.
 */
function isForUs(lower: string, value: string, { keyId, keyPlaces }: Forwarding): boolean {
  if (tellsKey(value)) return true;
  const text = keyId === undefined ? undefined : credentialIn(lower, value, keyPlaces);
  if (text === undefined) return false;
  return keyPlaces.tokens !== 'forwarded' || !isToken(text, keyPlaces);
}

const isKeyHeader = (name: string, { header }: KeyPlaces): boolean =>
  header !== null && name.length === header.length && name.toLowerCase() === header;

/**
 * The fields for the upstream. The client's are stripped first and ours added last, so that no
 * `Connection: x-tollgate-…` can delete ours. Sets no Host, Connection or Transfer-Encoding:
 * those belong to the connection with the upstream.
 */
export function toUpstream(raw: readonly string[], via: Forwarding): RawHeaders {
  const out: RawHeaders = [];
  const seen: Gathered = {
    nominated: undefined,
    via: '',
    traceparent: NOTHING,
    tracestate: NOTHING,
    forwarded: undefined,
  };
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] ?? '';
    const value = raw[i + 1] ?? '';
    const use = useOf(name);
    if (use === 'drop') continue;
    // Half an answer does not tell what it costs: where that is read the client gets all of it.
    if (use === 'part' && via.codings !== undefined) continue;
    if (use === 'pass' || use === 'part' || use === 'codings') {
      const custom = isKeyHeader(name, via.keyPlaces);
      if (custom && isForUs(name.toLowerCase(), value, via)) continue;
      const passes = use !== 'codings' || via.codings === undefined;
      out.push(name, passes ? value : readableCodings(value, via.codings));
    } else if (use === 'referer') {
      // A page whose address holds the key would hand it on with every request made from it.
      if (!tellsCredential(value, via.keyPlaces)) out.push(name, value);
    } else if (use === 'forwards') {
      if (via.maxForwards === undefined) out.push(name, value);
    } else if (use !== 'credential') gather(seen, name.toLowerCase(), value);
    else if (!isForUs(name.toLowerCase(), value, via)) out.push(name, value);
  }
  const passed = seen.nominated?.size ? withoutNominated(out, seen.nominated) : out;
  const fields = via.edit ? edited(passed, via.edit) : passed;
  if (via.contentLength !== undefined) fields.push('content-length', String(via.contentLength));
  if (via.maxForwards !== undefined) fields.push('Max-Forwards', String(via.maxForwards));
  if (via.trailers) fields.push('te', 'trailers');
  fields.push('Via', listed(seen.via, `${via.httpVersion} ${PSEUDONYM}`));
  addForwarded(fields, seen, via);
  addTrace(fields, seen, via);
  if (via.customerId !== undefined) fields.push('X-Tollgate-Customer', via.customerId);
  if (via.keyId !== undefined) fields.push('X-Tollgate-Key', via.keyId);
  fields.push('X-Request-Id', via.requestId);
  return fields;
}

function withoutNominated(fields: RawHeaders, nominated: ReadonlySet<string>): RawHeaders {
  const kept: RawHeaders = [];
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const name = fields[i] ?? '';
    if (!nominated.has(name.toLowerCase())) kept.push(name, fields[i + 1] ?? '');
  }
  return kept;
}

export type AnswerHead = {
  readonly headers: RawHeaders;
  /** Announced length of the body; undefined when chunked or closed by the connection's end. */
  readonly contentLength: number | undefined;
  /** The body is a stream of server-sent events. */
  readonly eventStream: boolean;
};

/** What the gateway does to an answer's fields. */
export type Ours = {
  readonly edit?: HeaderEdit | undefined;
  /** The gateway's own, which come last. */
  readonly fields: RawHeaders;
};

/**
 * The upstream's fields for the client: hop-by-hop ones go, everything else stays as it was,
 * duplicates included, but for what the route edits. Ours are added last; limits that both tell of
 * are joined.
 */
export function toClient(raw: readonly string[], status: number, our: Ours): AnswerHead {
  const headers: RawHeaders = [];
  let nominated: Set<string> | undefined;
  let length: string | undefined;
  let chunked = false;
  let eventStream = false;
  let limited = false;
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] ?? '';
    const value = raw[i + 1] ?? '';
    const lower = name.toLowerCase();
    if (lower === 'connection') nominated = nominate(value, nominated);
    else if (lower === 'transfer-encoding') chunked = true;
    else if (lower === 'content-length') length = value;
    else if (passesBack(lower)) headers.push(name, value);
    if (tellsLimits(lower)) limited = true;
    if (lower === 'content-type') eventStream = /^text\/event-stream\b/i.test(value);
  }
  const { edit, fields: ours } = our;
  const passed = nominated?.size ? withoutNominated(headers, nominated) : headers;
  const kept = edit ? edited(passed, edit) : passed;
  const announced = chunked || status < 200 || status === 204 ? undefined : length;
  if (announced !== undefined) kept.push('Content-Length', announced);
  const contentLength = announced === undefined ? undefined : Number(announced);
  if (limited) return { headers: joinLimits(kept, ours), contentLength, eventStream };
  for (const part of ours) kept.push(part);
  return { headers: kept, contentLength, eventStream };
}
