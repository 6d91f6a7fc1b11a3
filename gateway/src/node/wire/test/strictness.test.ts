import { request } from 'node:http';
import { Duplex } from 'node:stream';
import { expect, test } from 'vitest';
import { Random } from '../../../../test/simulation/random.ts';
import { type Read, readPieces } from './read.ts';

/** Held against llhttp, Node's own parser: what we take, it takes too, and reads the same. */

const SEEDS = Number(process.env['WIRE_SEEDS'] ?? 4_000);
const OK = 'HTTP/1.1 200 OK\r\n';
const SAMPLES = [
  `${OK}Content-Length: 5\r\nX: y\r\n\r\nhello`,
  `${OK}Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;a=b\r\nlo\r\n0\r\nX-Sum: 1\r\n\r\n`,
  `${OK}Date: now\r\n\r\nhello`,
  'HTTP/1.1 103 Early\r\nLink: a\r\n\r\nHTTP/1.1 404 Not\r\nContent-Length: 2\r\n\r\nno',
  'HTTP/1.1 204 No Content\r\nX: y\r\n\r\n',
  'HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok',
];
const BITS = [
  ...[
    '\r\n',
    '\n',
    '\r',
    ' ',
    '\t',
    ':',
    ';',
    ',',
    '0',
    '1',
    '9',
    'a',
    'F',
    '\0',
    '\u007f',
    '\u00e9',
  ],
  ...['Content-Length: 3\r\n', 'Transfer-Encoding: chunked\r\n', 'Transfer-Encoding: gzip\r\n'],
  ...['Connection: close\r\n', '\r\n\r\n', 'HTTP/1.1 ', '0\r\n\r\n', '2\r\nok\r\n', '_', '-', '+'],
];

function mutated(random: Random): string {
  let text = random.pick(SAMPLES);
  for (let times = random.int(1, 3); times > 0; times--) {
    const at = random.int(0, text.length);
    const length = random.chance(0.5) ? random.int(0, 3) : 0;
    const what = random.chance(0.3) ? '' : random.pick(BITS);
    text = text.slice(0, at) + what + text.slice(at + Math.max(length, what === '' ? 1 : 0));
  }
  return text;
}

function cut(bytes: Buffer, random: Random): Buffer[] {
  const at = random.int(0, bytes.length);
  return random.chance(0.5) ? [bytes] : [bytes.subarray(0, at), bytes.subarray(at)];
}

type Theirs = { status: number; body: string; trailers: string[] } | undefined;

/** What Node's client makes of it; undefined where it says that this is no response. */
function readByNode(pieces: readonly Buffer[]): Promise<Theirs> {
  return new Promise((resolve) => {
    const socket = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
    const asking = request({ createConnection: () => socket });
    asking.on('error', () => resolve(undefined));
    asking.on('response', (response) => {
      let body = '';
      response.setEncoding('latin1');
      response.on('data', (text: string) => (body += text));
      response.on('error', () => resolve(undefined));
      response.on('close', () => {
        const { complete, statusCode: status = 0, rawTrailers: trailers } = response;
        resolve(complete ? { status, body, trailers } : undefined);
      });
    });
    asking.end(() => {
      for (const piece of pieces) if (piece.length > 0) socket.push(piece);
      socket.push(null);
    });
  });
}

const whole = ({ fault, trailers }: Read): boolean => fault === undefined && trailers !== undefined;

test('no mutated response is taken that llhttp refuses, or takes for another one', async () => {
  let taken = 0;
  let refused = 0;
  const differing: string[] = [];
  for (let seed = 1; seed <= SEEDS; seed++) {
    const random = new Random(seed);
    const text = mutated(random);
    const pieces = cut(Buffer.from(text, 'latin1'), random);
    const ours = readPieces(pieces, { closes: true });
    if (!whole(ours)) {
      refused += 1;
      continue;
    }
    taken += 1;
    // What is behind the response is no part of it, and ends the connection.
    const all = Buffer.concat(pieces);
    const theirs = await readByNode([all.subarray(0, all.length - ours.rest)]);
    const same =
      theirs?.status === ours.status &&
      theirs?.body === ours.body &&
      theirs?.trailers.join() === ours.trailers?.join();
    if (!same) differing.push(`${seed}: ${JSON.stringify([text, ours, theirs])}`);
  }
  expect(differing).toEqual([]);
  // Both kinds have to be there, or it would prove nothing.
  expect(Math.min(taken, refused)).toBeGreaterThan(SEEDS / 20);
}, 60_000);
