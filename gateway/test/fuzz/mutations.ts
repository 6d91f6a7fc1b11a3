import type { Random } from '../simulation/random.ts';

/** What one client sends on one connection: writes, in turn. */
export type Case = { readonly seed: number; readonly writes: readonly string[] };

const METHODS = ['GET', 'GET', 'GET', 'HEAD', 'POST', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const VALID_FIELDS = [
  'Accept: */*',
  'Accept-Encoding: gzip, br',
  'Cookie: a=1; b=2',
  'X-Odd: \xe9\xff',
  'X-Empty:',
  'Connection: keep-alive',
  'Connection: X-Hop, x-tollgate-key',
  'X-Hop: 1',
  'TE: trailers',
  'X-Tollgate-Customer: cus_forged',
  'X_Tollgate_Key: key_forged',
  'X-Request-Id: forged',
  'X-Forwarded-For: 9.9.9.9',
  'Forwarded: for=9.9.9.9',
  'Expect: 100-continue',
  'Range: bytes=0-1',
];
/** Bytes that parsers have been seen to trip over. */
const SPICE = [
  ...['\r', '\n', '\r\n', '\r\n\r\n', '\n\n', '\0', ' ', '\t', '\v', '\f', '\x7f', '\x80', '\xff'],
  ...[
    ':',
    ';',
    ',',
    '/',
    '//',
    '/../',
    '/.',
    '%2e',
    '%2f',
    '%00',
    '\\',
    '..;/',
    '#',
    '?',
    '@',
    '*',
  ],
  ...['_', '-', '+', '0x', '0', '00', '1', '-1', '99999999999999999999', 'chunked', 'identity'],
  ...['HTTP/1.1', 'HTTP/1.0', 'HTTP/2.0', 'GET ', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'close'],
  ...['Content-Length: 0\r\n', 'Content-Length: 5\r\n', 'Transfer-Encoding: chunked\r\n'],
  ...['Transfer-Encoding: \x0bchunked\r\n', 'Transfer-Encoding : chunked\r\n', 'Host: b.test\r\n'],
  ...[' folded\r\n', '\tfolded\r\n', 'X: y\r\n', ': y\r\n', '0\r\n\r\n', '5\r\nhello\r\n'],
  ...['Upgrade: websocket\r\nConnection: upgrade\r\n', 'Expect: 100-continue\r\n', 'Expect: x\r\n'],
];

function chunkedOf(random: Random, body: string): string {
  let text = '';
  for (let at = 0; at < body.length;) {
    const size = Math.min(random.int(1, 20), body.length - at);
    const digits = random.chance(0.2) ? `00${size.toString(16)}` : size.toString(16);
    text += `${digits}${random.chance(0.1) ? ';a=b' : ''}\r\n${body.slice(at, at + size)}\r\n`;
    at += size;
  }
  return `${text}0\r\n${random.chance(0.1) ? 'X-Trailer: 1\r\n' : ''}\r\n`;
}

/** A valid request, whose target no other one has. */
function requestOf(random: Random, of: { mark: string; key: string }): string {
  const method = random.pick(METHODS);
  const own = ['Host: api.test', `X-API-Key: ${of.key}`];
  const hidden = [`GET /hidden/${of.mark} HTTP/1.1`, ...own, '', ''].join('\r\n');
  const path = random.chance(0.1) ? `/a%20b;v=1/${of.mark}` : `/f/${of.mark}`;
  const origin = random.chance(0.05) ? 'http://api.test' : '';
  const target = `${origin}${path}${random.pick(['', '?q=1'])}`;
  const lines = [`${method} ${target} HTTP/1.1`, 'Host: api.test'];
  for (let count = random.int(0, 4); count > 0; count--) lines.push(random.pick(VALID_FIELDS));
  const who = random.next();
  if (who < 0.5) lines.push(`X-API-Key: ${of.key}`);
  else if (who < 0.85) lines.push(`Authorization: Bearer ${of.key}`);
  else if (who < 0.9) lines.push('X-API-Key: tg_live_wrong');
  if (method === 'GET' || method === 'HEAD') return `${lines.join('\r\n')}\r\n\r\n`;
  const body = random.chance(0.4) ? hidden : 'x'.repeat(random.int(0, 60));
  if (random.chance(0.5)) {
    return `${lines.join('\r\n')}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  }
  return `${lines.join('\r\n')}\r\nTransfer-Encoding: chunked\r\n\r\n${chunkedOf(random, body)}`;
}

/** Where something tends to matter more than elsewhere: at line ends, colons and blanks. */
function placeIn(random: Random, text: string): number {
  const at = random.int(0, text.length);
  if (random.chance(0.3)) return at;
  const next = text.slice(at).search(/[\r\n: ]/);
  return next === -1 ? at : at + next + random.int(0, 1);
}

function lineOf(random: Random, text: string): { from: number; to: number } {
  const at = placeIn(random, text);
  const from = text.lastIndexOf('\r\n', at - 1) + 2;
  const end = text.indexOf('\r\n', at);
  return { from: from === 1 ? 0 : from, to: end === -1 ? text.length : end + 2 };
}

const MUTATIONS: readonly ((random: Random, text: string) => string)[] = [
  // Something is put in,
  (random, text) => {
    const at = placeIn(random, text);
    return text.slice(0, at) + random.pick(SPICE) + text.slice(at);
  },
  // taken away,
  (random, text) => {
    const at = placeIn(random, text);
    return text.slice(0, at) + text.slice(at + random.int(1, 4));
  },
  // put in the place of something else,
  (random, text) => {
    const at = placeIn(random, text);
    return text.slice(0, at) + String.fromCharCode(random.int(0, 255)) + text.slice(at + 1);
  },
  // a bit is turned over,
  (random, text) => {
    const at = random.int(0, text.length - 1);
    const byte = text.charCodeAt(at) ^ (1 << random.int(0, 7));
    return text.slice(0, at) + String.fromCharCode(byte) + text.slice(at + 1);
  },
  // a line comes twice,
  (random, text) => {
    const { from, to } = lineOf(random, text);
    return text.slice(0, to) + text.slice(from, to) + text.slice(to);
  },
  // or never,
  (random, text) => {
    const { from, to } = lineOf(random, text);
    return text.slice(0, from) + text.slice(to);
  },
  // or in other letters,
  (random, text) => {
    const { from, to } = lineOf(random, text);
    const line = text.slice(from, to);
    const colon = line.indexOf(':') + 1;
    const name = line.slice(0, colon);
    const other = random.pick([name.toUpperCase(), name.replaceAll('-', '_'), ` ${name}`]);
    return text.slice(0, from) + other + line.slice(colon) + text.slice(to);
  },
  // a number is another one,
  (random, text) => {
    const numbers = [...text.matchAll(/\b[0-9a-f]{1,3}(?=\r\n)/g)];
    const number = numbers.length > 0 ? random.pick(numbers) : undefined;
    if (!number) return text;
    const other = random.pick([
      '0',
      '1',
      '5',
      '+5',
      '-1',
      ' 5',
      '5 ',
      '0x5',
      '1e1',
      '5,5',
      'ffffffff',
    ]);
    return text.slice(0, number.index) + other + text.slice(number.index + number[0].length);
  },
  // and the end is missing.
  (random, text) => text.slice(0, random.int(1, text.length)),
];

function splitOf(random: Random, text: string): string[] {
  const writes: string[] = [];
  let at = 0;
  const parts = random.chance(0.5) ? 1 : random.int(2, 6);
  for (let part = 1; part < parts && at < text.length; part++) {
    const end = Math.min(text.length, at + random.int(1, Math.ceil(text.length / parts) * 2));
    writes.push(text.slice(at, end));
    at = end;
  }
  writes.push(text.slice(at));
  return writes.filter((write) => write !== '');
}

/** The case of a seed: one to four requests on a connection, one in eight of them unharmed. */
export function caseOf(random: Random, of: { seed: number; key: string }): Case {
  let text = '';
  for (let count = random.int(1, 4); count > 0; count--) {
    const mark = `${of.seed}-${Math.floor(random.next() * 0xffff_ffff).toString(16)}`;
    text += requestOf(random, { mark, key: of.key });
  }
  const times = random.chance(0.125) ? 0 : random.int(1, 3);
  for (let count = times; count > 0; count--) text = random.pick(MUTATIONS)(random, text);
  return { seed: of.seed, writes: splitOf(random, text) };
}
