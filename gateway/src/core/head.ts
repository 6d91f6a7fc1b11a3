/** What the head of a request says about its framing and its wishes, checked strictly. */
export type RequestHead = {
  readonly hostField: string;
  /** Announced length; undefined with chunked coding or when there is no body. */
  readonly contentLength: number | undefined;
  readonly hasBody: boolean;
  /** The client waits with the body until it is told to go on. */
  readonly expectsContinue: boolean;
  /** Asks, by `Upgrade` and `Connection`, to go on as a WebSocket. */
  readonly webSocket: boolean;
  /** The client takes trailers. */
  readonly trailers: boolean;
  /** How often it may still be forwarded; NaN when malformed, undefined when it is not said. */
  readonly maxForwards: number | undefined;
};

export type HeadFault =
  | 'invalid_request'
  | 'expectation_failed'
  | 'headers_too_many'
  | 'loop_detected';

export const HEADERS_MAX = 200;
/** By this name the gateway is listed in Via. */
export const PSEUDONYM = 'tollgate';
/** Times a request may have passed gateways like this one; more is a loop. */
const PASSES_MAX = 5;

type Draft = {
  hosts: number;
  host: string | undefined;
  length: string | undefined;
  coding: string | undefined;
  expect: string | undefined;
  forwards: string | undefined;
  connection: string | undefined;
  upgrade: string | undefined;
  te: string | undefined;
  via: string | undefined;
};

const joined = (before: string | undefined, value: string): string =>
  before === undefined ? value : `${before},${value}`;

function note(draft: Draft, name: string, value: string): void {
  switch (name) {
    case 'host':
      draft.host = value;
      draft.hosts += 1;
      break;
    case 'content-length':
      draft.length = joined(draft.length, value);
      break;
    case 'transfer-encoding':
      draft.coding = joined(draft.coding, value);
      break;
    case 'expect':
      draft.expect = joined(draft.expect, value);
      break;
    case 'max-forwards':
      draft.forwards = joined(draft.forwards, value);
      break;
    case 'connection':
      draft.connection = joined(draft.connection, value);
      break;
    case 'upgrade':
      draft.upgrade = joined(draft.upgrade, value);
      break;
    case 'te':
      draft.te = joined(draft.te, value);
      break;
    case 'via':
      draft.via = joined(draft.via, value);
  }
}

// The lengths of the names above: most fields are passed over without a lower-case copy.
const LENGTHS = new Set([2, 3, 4, 6, 7, 10, 12, 14, 17]);

function gather(rawHeaders: readonly string[]): Draft {
  const draft: Draft = {
    hosts: 0,
    host: undefined,
    length: undefined,
    coding: undefined,
    expect: undefined,
    forwards: undefined,
    connection: undefined,
    upgrade: undefined,
    te: undefined,
    via: undefined,
  };
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? '';
    if (LENGTHS.has(name.length)) note(draft, name.toLowerCase(), rawHeaders[i + 1] ?? '');
  }
  return draft;
}

const lists = (field: string | undefined, token: string): boolean =>
  field !== undefined &&
  field
    .toLowerCase()
    .split(',')
    .some((part) => part.trim().split(';')[0] === token);

const count = (text: string): number => (/^\d{1,9}$/.test(text) ? Number(text) : Number.NaN);

const passes = (via: string): number =>
  via.split(',').filter((hop) => hop.trim().split(/[\t ]+/)[1] === PSEUDONYM).length;

function faultOf(draft: Draft, httpVersion: string): HeadFault | undefined {
  const { hosts, length, coding, expect, via } = draft;
  if (httpVersion !== '1.1' && httpVersion !== '1.0') return 'invalid_request';
  if (hosts > 1 || (httpVersion === '1.1' && hosts === 0)) return 'invalid_request';
  if (coding !== undefined) {
    if (httpVersion === '1.0' || length !== undefined) return 'invalid_request';
    if (coding.toLowerCase() !== 'chunked') return 'invalid_request';
  }
  if (length !== undefined && !/^\d{1,15}$/.test(length)) return 'invalid_request';
  if (expect !== undefined && expect.toLowerCase() !== '100-continue') return 'expectation_failed';
  return via !== undefined && passes(via) > PASSES_MAX ? 'loop_detected' : undefined;
}

/**
 * Reads a request's head. Faults are what an HTTP parser lets through and an intermediary must
 * not: several Host fields, both framings, codings it would have to undo, too many fields.
 */
export function readHead(
  rawHeaders: readonly string[],
  httpVersion: string,
): RequestHead | HeadFault {
  if (rawHeaders.length > 2 * HEADERS_MAX) return 'headers_too_many';
  const draft = gather(rawHeaders);
  const fault = faultOf(draft, httpVersion);
  if (fault) return fault;
  const { host, length, coding, forwards } = draft;
  const contentLength = length === undefined ? undefined : Number(length);
  return {
    hostField: host ?? '',
    contentLength,
    hasBody: coding !== undefined || (contentLength ?? 0) > 0,
    // In HTTP/1.0 there is nothing to go on with: the field has no meaning there.
    expectsContinue: draft.expect !== undefined && httpVersion === '1.1',
    webSocket: lists(draft.upgrade, 'websocket') && lists(draft.connection, 'upgrade'),
    trailers: lists(draft.te, 'trailers'),
    maxForwards: forwards === undefined ? undefined : count(forwards),
  };
}
