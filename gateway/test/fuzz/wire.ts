/**
 * HTTP/1.1 read as strictly as RFC 9112 has it, from nothing but the bytes: an opinion of its own
 * on where requests begin and end, which shares no code with the gateway, Node or undici.
 */
export type WireRequest = {
  readonly method: string;
  readonly target: string;
  readonly version: string;
  /** Names in lower case. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly body: string;
};

export type Wire = {
  /** What is whole and unambiguous, up to the first thing that is not. */
  readonly requests: readonly WireRequest[];
  /** What comes then: nothing, a part of a request, no HTTP, or bytes that nobody may read. */
  readonly rest: 'nothing' | 'part' | 'malformed' | 'closed';
};

// Several blanks are read as one: Node's parser does, and what is forwarded has one.
const LINE = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+) +([\x21-\x7e]+) +HTTP\/(1\.[01])$/;
const FIELD = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([\x21-\x7e\x80-\xff\t ]*)$/;
const CHUNK = /^([0-9A-Fa-f]{1,8})((?:[ \t]*;[\x21-\x7e\x80-\xff\t ]*)?)$/;
const HEAD_BYTES_MAX = 16 * 1024;

type Fields = [string, string][];
type Part = 'part' | 'malformed';
type Body = { body: string; end: number };

export const valuesOf = ({ fields }: { fields: WireRequest['fields'] }, name: string): string[] =>
  fields.filter(([one]) => one === name).map(([, value]) => value);

function readFields(lines: string[]): Fields | undefined {
  const fields: Fields = [];
  for (const line of lines) {
    const [, name, value] = FIELD.exec(line) ?? [];
    if (name === undefined || value === undefined) return undefined;
    fields.push([name.toLowerCase(), value.replace(/[ \t]+$/, '')]);
  }
  return fields;
}

/** A line up to CRLF. A bare CR or LF in it is for the patterns above to refuse. */
function lineAt(text: string, at: number): { line: string; next: number } | undefined {
  const end = text.indexOf('\r\n', at);
  return end === -1 ? undefined : { line: text.slice(at, end), next: end + 2 };
}

function readChunked(text: string, from: number): Body | Part {
  let body = '';
  let at = from;
  for (;;) {
    const size = lineAt(text, at);
    if (!size) return text.slice(at).includes('\n') ? 'malformed' : 'part';
    const [, digits] = CHUNK.exec(size.line) ?? [];
    if (digits === undefined) return 'malformed';
    const length = Number.parseInt(digits, 16);
    at = size.next;
    if (length === 0) break;
    if (text.length < at + length + 2) return 'part';
    if (text.slice(at + length, at + length + 2) !== '\r\n') return 'malformed';
    body += text.slice(at, at + length);
    at += length + 2;
  }
  const trailers: string[] = [];
  for (;;) {
    const trailer = lineAt(text, at);
    if (!trailer) return 'part';
    at = trailer.next;
    if (trailer.line === '') break;
    trailers.push(trailer.line);
  }
  return readFields(trailers) ? { body, end: at } : 'malformed';
}

function readBody(
  text: string,
  from: number,
  of: { fields: Fields; version: string },
): Body | Part {
  const lengths = valuesOf(of, 'content-length');
  const codings = valuesOf(of, 'transfer-encoding');
  if (codings.length > 0) {
    if (lengths.length > 0 || codings.length > 1 || of.version === '1.0') return 'malformed';
    if (codings[0]?.toLowerCase() !== 'chunked') return 'malformed';
    return readChunked(text, from);
  }
  if (lengths.length === 0) return { body: '', end: from };
  if (lengths.length > 1 || !/^\d{1,15}$/.test(lengths[0] ?? '')) return 'malformed';
  const end = from + Number(lengths[0]);
  return text.length < end ? 'part' : { body: text.slice(from, end), end };
}

function readOne(text: string, from: number): { request: WireRequest; end: number } | Part {
  const headEnd = text.indexOf('\r\n\r\n', from);
  if (headEnd === -1) return 'part';
  if (headEnd - from > HEAD_BYTES_MAX) return 'malformed';
  const [first = '', ...lines] = text.slice(from, headEnd).split('\r\n');
  const [, method, target, version] = LINE.exec(first) ?? [];
  const fields = readFields(lines);
  if (method === undefined || target === undefined || !version || !fields) return 'malformed';
  const hosts = valuesOf({ fields }, 'host').length;
  if (hosts > 1 || (hosts === 0 && version === '1.1')) return 'malformed';
  const read = readBody(text, headEnd + 4, { fields, version });
  if (typeof read === 'string') return read;
  return { request: { method, target, version, fields, body: read.body }, end: read.end };
}

const tokens = (request: WireRequest, name: string): string[] =>
  valuesOf(request, name)
    .join(',')
    .toLowerCase()
    .split(',')
    .map((token) => token.trim());

/** Whether nothing behind this request is another one. */
function isLast(request: WireRequest): boolean {
  const connection = tokens(request, 'connection');
  if (connection.includes('close') || request.method === 'CONNECT') return true;
  if (tokens(request, 'upgrade').includes('websocket')) return true;
  return request.version === '1.0' && !connection.includes('keep-alive');
}

/** Reads bytes (as latin1) that came on one connection. */
export function readWire(text: string): Wire {
  const requests: WireRequest[] = [];
  let at = 0;
  for (;;) {
    // Empty lines before a request line are none (RFC 9112 2.2), however they are ended.
    while (text[at] === '\r' || text[at] === '\n') at += 1;
    if (at === text.length) return { requests, rest: 'nothing' };
    const read = readOne(text, at);
    if (typeof read === 'string') return { requests, rest: read };
    requests.push(read.request);
    if (isLast(read.request)) return { requests, rest: 'closed' };
    at = read.end;
  }
}

/**
 * Statuses of the final answers among bytes that a server sent; undefined if they are no HTTP. In:
 * the methods that were asked with, as far as they are known.
 */
export function readAnswers(text: string, methods: readonly string[]): number[] | undefined {
  const statuses: number[] = [];
  let at = 0;
  while (at < text.length) {
    const headEnd = text.indexOf('\r\n\r\n', at);
    if (headEnd === -1) break;
    const [first = '', ...lines] = text.slice(at, headEnd).split('\r\n');
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(`${first} `)?.[1]);
    const fields = readFields(lines);
    if (!status || !fields) return undefined;
    at = headEnd + 4;
    if (status < 200) continue;
    const bodiless = status === 204 || status === 304 || methods[statuses.length] === 'HEAD';
    const read = bodiless ? { body: '', end: at } : readBody(text, at, { fields, version: '1.1' });
    if (read === 'malformed') return undefined;
    // An answer to a HEAD that was none to this reader has a length and no body.
    if (read === 'part' && at < text.length) break;
    statuses.push(status);
    at = read === 'part' ? at : read.end;
  }
  return statuses;
}
