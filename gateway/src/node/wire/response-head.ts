import type { RawHeaders } from '../../core/headers.ts';

/** What an upstream sent is no response, or not certainly one. */
export class ResponseFault extends Error {}

/** In place of a number of bytes: the body comes in chunks, or ends with the connection. */
export const CHUNKED = -1;
export const UNTIL_CLOSE = -2;

export type ResponseHead = {
  readonly status: number;
  readonly reason: string;
  /** As they came, one character for each byte; blanks around values are gone. */
  readonly fields: RawHeaders;
  /** Bytes of the body. */
  readonly length: number;
  /** Whether the connection may carry another request behind this response. */
  readonly reusable: boolean;
  /** How long the upstream keeps an idle connection, ms, if it says so. */
  readonly keptMs: number | undefined;
};

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: ([\t\u0020-\u007e\u0080-\u00ff]*))?$/;
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const NO_VALUE = /[^\t\u0020-\u007e\u0080-\u00ff]/;
const LENGTH = /^\d{1,15}$/;
const KEPT = /(?:^|[,\s])timeout=(\d{1,6})(?:$|[,\s])/i;
const BLANKS = /^[\t ]+|[\t ]+$/g;

const NAMES_MAX = 2_000;
const names = new Set<string>();

/** Names repeat from response to response, so that one was looked at is remembered. */
function checkName(name: string): void {
  if (names.has(name)) return;
  if (!TOKEN.test(name)) throw new ResponseFault('a field name that is no token');
  if (names.size < NAMES_MAX) names.add(name);
}

const isBlank = (code: number): boolean => code === 32 || code === 9;

function valueIn(text: string, from: number, to: number): string {
  // One blank before the value, none behind it: nearly always.
  const start = isBlank(text.charCodeAt(from)) ? from + 1 : from;
  const value = start < to ? text.slice(start, to) : '';
  const trimmed =
    isBlank(value.charCodeAt(0)) || isBlank(value.charCodeAt(value.length - 1))
      ? value.replaceAll(BLANKS, '')
      : value;
  if (NO_VALUE.test(trimmed)) throw new ResponseFault('a field value with a control character');
  return trimmed;
}

/** Fields, each ended by CRLF, from this place on. Throws ResponseFault on anything else. */
export function readFields(text: string, from: number): RawHeaders {
  const fields: RawHeaders = [];
  let at = from;
  while (at < text.length) {
    const end = text.indexOf('\r\n', at);
    const colon = text.indexOf(':', at);
    if (end < 0 || colon <= at || colon > end) throw new ResponseFault('a line that is no field');
    const name = text.slice(at, colon);
    checkName(name);
    fields.push(name, valueIn(text, colon + 1, end));
    at = end + 2;
  }
  return fields;
}

type Notes = {
  length: string | undefined;
  coding: string | undefined;
  connection: string | undefined;
  keepAlive: string | undefined;
};

/** Lengths of the names that say how a response is framed, and what becomes of its connection. */
const LENGTHS = { 'connection or keep-alive': 10, 'content-length': 14, 'transfer-encoding': 17 };

function note(notes: Notes, name: string, value: string): void {
  const lower = name.toLowerCase();
  if (lower === 'content-length') {
    // Two lines, even if they agree: somebody on the way may read the other one.
    if (notes.length !== undefined) throw new ResponseFault('two lengths');
    notes.length = value;
  } else if (lower === 'transfer-encoding') {
    notes.coding = notes.coding === undefined ? value : `${notes.coding},${value}`;
  } else if (lower === 'connection') {
    notes.connection = notes.connection === undefined ? value : `${notes.connection},${value}`;
  } else if (lower === 'keep-alive') notes.keepAlive = value;
}

function notesOf(fields: RawHeaders): Notes {
  const notes: Notes = {
    length: undefined,
    coding: undefined,
    connection: undefined,
    keepAlive: undefined,
  };
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const name = fields[i] ?? '';
    const { length } = name;
    const tells =
      length === LENGTHS['connection or keep-alive'] ||
      length === LENGTHS['content-length'] ||
      length === LENGTHS['transfer-encoding'];
    if (tells) note(notes, name, fields[i + 1] ?? '');
  }
  return notes;
}

const lists = (field: string | undefined, token: string): boolean =>
  field !== undefined &&
  field
    .toLowerCase()
    .split(',')
    .some((part) => part.trim() === token);

/** Bytes of the body, by RFC 9112 section 6.3; what could be read in two ways is a fault. */
function lengthOf({ length, coding }: Notes, isOld: boolean): number {
  if (length !== undefined && !LENGTH.test(length)) throw new ResponseFault('a malformed length');
  if (coding === undefined) return length === undefined ? UNTIL_CLOSE : Number(length);
  // Another coding would have to be undone here, since the field that names it stays here.
  if (isOld || length !== undefined || coding.toLowerCase() !== 'chunked') {
    throw new ResponseFault('a framing that can be read in two ways');
  }
  return CHUNKED;
}

const keptMs = (keepAlive: string | undefined): number | undefined => {
  const seconds = keepAlive === undefined ? undefined : KEPT.exec(keepAlive)?.[1];
  return seconds === undefined ? undefined : Number(seconds) * 1_000;
};

/**
 * Reads status line and fields up to the empty line, which is not in the text. In: the method of
 * the request that is answered. Throws ResponseFault.
 */
export function readResponseHead(text: string, method: string): ResponseHead {
  const end = text.indexOf('\r\n');
  const [line, minor, code, reason = ''] = STATUS_LINE.exec(text.slice(0, end)) ?? [];
  if (line === undefined) throw new ResponseFault('no status line');
  const status = Number(code);
  const fields = readFields(text, end + 2);
  const notes = notesOf(fields);
  const isOld = minor === '0';
  const framed = lengthOf(notes, isOld);
  const interim = status < 200;
  const bodiless = interim || method === 'HEAD' || status === 204 || status === 304;
  const kept = isOld ? lists(notes.connection, 'keep-alive') : true;
  // What may have no body and is announced one: perhaps it follows all the same.
  const doubtful = bodiless && method !== 'HEAD' && framed !== 0 && framed !== UNTIL_CLOSE;
  const open = !bodiless && framed === UNTIL_CLOSE;
  return {
    status,
    reason,
    fields,
    length: bodiless ? 0 : framed,
    reusable: kept && !doubtful && !open && !lists(notes.connection, 'close'),
    keptMs: keptMs(notes.keepAlive),
  };
}
