/** What the head of a request says about its framing and its wishes, checked strictly. */
export type RequestHead = {
  readonly hostField: string;
  /** Announced length; undefined with chunked coding or when there is no body. */
  readonly contentLength: number | undefined;
  readonly hasBody: boolean;
  readonly webSocket: boolean;
  /** The client takes trailers. */
  readonly trailers: boolean;
};

export type HeadFault = 'invalid_request' | 'expectation_failed' | 'headers_too_many';

export const HEADERS_MAX = 200;

type Draft = {
  host: string | undefined;
  hosts: number;
  length: string | undefined;
  coding: string | undefined;
  upgrade: string;
  expect: string | undefined;
  te: string;
};

function note(draft: Draft, name: string, value: string): void {
  if (name === 'host') {
    draft.host = value;
    draft.hosts += 1;
  } else if (name === 'content-length') {
    draft.length = draft.length === undefined ? value : `${draft.length},${value}`;
  } else if (name === 'transfer-encoding') {
    draft.coding = draft.coding === undefined ? value : `${draft.coding},${value}`;
  } else if (name === 'upgrade') draft.upgrade += `,${value}`;
  else if (name === 'expect') draft.expect = value;
  else if (name === 'te') draft.te += `,${value}`;
}

// The lengths of the names above: most fields are passed over without a lower-case copy.
const LENGTHS = new Set(
  ['te', 'host', 'expect', 'upgrade', 'content-length', 'transfer-encoding'].map(
    (name) => name.length,
  ),
);

const lists = (field: string, token: string): boolean =>
  field !== '' &&
  field
    .toLowerCase()
    .split(',')
    .some((part) => part.trim().split(';')[0] === token);

/**
 * Reads a request's head. Faults are what an HTTP parser lets through and an intermediary must
 * not: several Host fields, both framings, codings it would have to undo, too many fields.
 */
export function readHead(
  rawHeaders: readonly string[],
  httpVersion: string,
): RequestHead | HeadFault {
  if (rawHeaders.length > 2 * HEADERS_MAX) return 'headers_too_many';
  const draft: Draft = {
    host: undefined,
    hosts: 0,
    length: undefined,
    coding: undefined,
    upgrade: '',
    expect: undefined,
    te: '',
  };
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? '';
    if (LENGTHS.has(name.length)) note(draft, name.toLowerCase(), rawHeaders[i + 1] ?? '');
  }
  const { host, hosts, length, coding, expect } = draft;
  if (hosts > 1 || (httpVersion === '1.1' && hosts === 0)) return 'invalid_request';
  if (httpVersion !== '1.1' && (httpVersion !== '1.0' || coding !== undefined)) {
    return 'invalid_request';
  }
  if (coding !== undefined && (length !== undefined || coding.toLowerCase() !== 'chunked')) {
    return 'invalid_request';
  }
  if (length !== undefined && !/^\d{1,15}$/.test(length)) return 'invalid_request';
  if (expect !== undefined && expect.toLowerCase() !== '100-continue') return 'expectation_failed';
  const contentLength = length === undefined ? undefined : Number(length);
  return {
    hostField: host ?? '',
    contentLength,
    hasBody: coding !== undefined || (contentLength ?? 0) > 0,
    webSocket: lists(draft.upgrade, 'websocket'),
    trailers: lists(draft.te, 'trailers'),
  };
}
