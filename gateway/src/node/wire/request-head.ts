import type { Asked } from './asked.ts';

/** What may not be written to an upstream: it could be read as more than one field or request. */
export class RequestFault extends Error {}

export type RequestHead = {
  /** Up to the last field; the framing of the body, and the empty line, are missing. */
  readonly text: string;
  /** Announced bytes of the body. */
  readonly length: number | undefined;
  /** The method speaks of a body: the upstream waits for none that is not announced as empty. */
  readonly meansBody: boolean;
};

type Use = 'write' | 'length';

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const NO_VALUE = /[^\t\u0020-\u007e\u0080-\u00ff]/;
const NO_PATH = /[^\u0021-\u00ff]/;
const LENGTH = /^\d{1,15}$/;
/** They belong to the connection, which has them already. */
const OF_THE_CONNECTION = new Set([
  'host',
  'connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
  'expect',
  'trailer',
]);
const MEANS_BODY = new Set(['POST', 'PUT', 'PATCH', 'QUERY', 'PROPFIND', 'PROPPATCH']);

const NAMES_MAX = 2_000;
const uses = new Map<string, Use>();

/** Names repeat from request to request, so answers are kept. */
function useOf(name: string): Use {
  const known = uses.get(name);
  if (known !== undefined) return known;
  const lower = name.toLowerCase();
  if (!TOKEN.test(name) || OF_THE_CONNECTION.has(lower)) {
    throw new RequestFault(`a field that may not be written: ${JSON.stringify(name)}`);
  }
  const use = lower === 'content-length' ? 'length' : 'write';
  if (uses.size < NAMES_MAX) uses.set(name, use);
  return use;
}

/**
 * The head of a request to the upstream with this Host. Throws RequestFault on what could not be
 * written as it is.
 */
export function requestHead(asked: Asked, host: string): RequestHead {
  const { method, path, headers, upgrade } = asked;
  if (!TOKEN.test(method)) throw new RequestFault('a method that is no token');
  if (!path.startsWith('/') || NO_PATH.test(path)) throw new RequestFault('a malformed path');
  let text = `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\n`;
  text += upgrade ? `connection: upgrade\r\nupgrade: ${upgrade}\r\n` : 'connection: keep-alive\r\n';
  let length: number | undefined;
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = headers[i] ?? '';
    const value = headers[i + 1] ?? '';
    if (NO_VALUE.test(value)) throw new RequestFault(`a value of ${name} with a control character`);
    if (useOf(name) === 'write') text += `${name}: ${value}\r\n`;
    else if (length === undefined && LENGTH.test(value)) length = Number(value);
    else throw new RequestFault('a malformed length');
  }
  return { text, length, meansBody: MEANS_BODY.has(method) };
}
