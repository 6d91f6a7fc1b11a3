import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { REFUSALS } from '../billing-core/src/contract/refusals.ts';
import { BODY_BYTES_DEFAULT, BODY_BYTES_MAX } from '../billing-core/src/contract/route.ts';
import { DROPPED_FIELDS, useOf } from '../gateway/src/core/field-name.ts';
import { HEADERS_MAX } from '../gateway/src/core/head.ts';
import { FAILURES } from '../gateway/src/core/problem.ts';
import { readConfig } from '../gateway/src/node/config.ts';
import { CODED_BYTES_MAX, PLAIN_BYTES_MAX } from '../gateway/src/node/tap.ts';
import {
  CONNECT_TIMEOUT_MS_DEFAULT,
  TIMEOUT_MS_DEFAULT,
} from '../billing-core/src/contract/route-upstream.ts';
import { ROOT } from './start/config.ts';

const textOf = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const page = textOf('docs/http.md');
const [, request = '', , limits = '', answers = ''] = page.split(/^## /m);
const rowsOf = (part: string): string[][] =>
  part
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| --'))
    .map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | *\|$/g, '').trim()));
const namesIn = (text: string): string[] =>
  [...text.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);

/** A number that a file keeps to itself, as it stands in its text. */
function constant(path: string, name: string): number {
  const text = new RegExp(`^(?:export )?const ${name} = ([\\d_* ]+);`, 'm').exec(textOf(path))?.[1];
  return (text ?? '')
    .split('*')
    .reduce((product, part) => product * Number(part.replaceAll('_', '')), 1);
}

const config = readConfig({
  PORT: '1',
  PRIVATE_PORT: '2',
  BILLING_CORE_URL: 'http://127.0.0.1',
  GATEWAY_TOKEN: 'x'.repeat(20),
  SPOOL_DIR: 'spool',
});
const NODE = 'gateway/src/node';
const kib = (bytes: number): string => `${bytes / 1_024} KiB`;
const mib = (bytes: number): string => `${bytes / 1_024 / 1_024} MiB`;
const seconds = (ms: number): string => `${ms / 1_000} s`;
const HEAD_MS = constant(`${NODE}/server.ts`, 'HEAD_TIMEOUT_MS');
const HEAD_CHECK_MS = constant(`${NODE}/server.ts`, 'TIMEOUT_CHECK_MS');

test.each([
  ['request line and fields', kib(constant(`${NODE}/server.ts`, 'HEAD_BYTES_MAX'))],
  ['fields', String(HEADERS_MAX)],
  ['body of a request', `${mib(BODY_BYTES_DEFAULT)} (to ${BODY_BYTES_MAX / 1_024 ** 3} GiB)`],
  ['target', kib(constant('gateway/src/app.ts', 'TARGET_BYTES_MAX'))],
  [
    'time for request line and fields',
    `${seconds(HEAD_MS)} (to ${seconds(HEAD_MS + HEAD_CHECK_MS)})`,
  ],
  ['silence of an upstream', seconds(TIMEOUT_MS_DEFAULT)],
  [
    'silence of an event stream or a WebSocket',
    seconds(constant(`${NODE}/patience.ts`, 'STREAM_SILENCE_MS')),
  ],
  [
    'silence of a client that an upstream waits for',
    seconds(constant(`${NODE}/patience.ts`, 'CLIENT_STALL_MS')),
  ],
  ['time for a connection to an upstream', seconds(CONNECT_TIMEOUT_MS_DEFAULT)],
  ['fields of an answer', kib(constant(`${NODE}/upstreams.ts`, 'HEAD_BYTES_MAX'))],
  [
    'a connection of a client that carries nothing',
    seconds(constant(`${NODE}/server.ts`, 'KEEP_ALIVE_MS')),
  ],
  [
    'a connection to an upstream that carries nothing',
    seconds(constant(`${NODE}/upstreams.ts`, 'KEEP_ALIVE_MS')),
  ],
  [
    'what a refused client still sends is read',
    seconds(constant(`${NODE}/connection.ts`, 'LINGER_MS')),
  ],
  ['requests under way', String(config.requestsMax)],
  ['lateness of the event loop', `${config.delayMaxMs} ms`],
  ['connections', String(config.connectionsMax)],
  ['connections of a client', String(config.connectionsPerClientMax)],
  ['a coded body that metering reads', `${mib(CODED_BYTES_MAX)}, ${mib(PLAIN_BYTES_MAX)} decoded`],
])('the limit of %s is %s, as docs/http.md has it', (name, value) => {
  expect(rowsOf(limits).find(([one]) => one === name)?.[1]).toBe(value);
});

test('docs/http.md has every code of an answer under its status, and no other', () => {
  const coded = Object.entries({ ...REFUSALS, ...FAILURES }).map(
    ([code, [status]]) => `${status} ${code}`,
  );
  const told = rowsOf(answers)
    .filter(([status = '']) => /^\d/.test(status))
    .flatMap(([status, codes = '']) => namesIn(codes).map((code) => `${status} ${code}`));
  expect(told.toSorted()).toEqual([...new Set(coded)].toSorted());
});

describe('docs/http.md says of fields', () => {
  const rows = rowsOf(request);
  const goes = rows.filter(([, fate = '']) => /^goes[:,]/.test(fate));
  const named = goes.flatMap(([names = '']) =>
    namesIn(names).filter((name) => /^[a-z0-9-]+$/.test(name)),
  );

  test('every one that goes, and no other', () => {
    expect(named.toSorted()).toEqual(DROPPED_FIELDS.toSorted());
  });

  test.each([
    ['x-tollgate-y', 'drop'],
    ['x-original-url', 'drop'],
    ['x-forwarded-port', 'drop'],
    ['x_request_id', 'drop'],
    ['x-forwarded-for', 'forwarded'],
    ['referer', 'referer'],
    ['via', 'via'],
    ['traceparent', 'trace'],
    ['max-forwards', 'forwards'],
    ['accept-encoding', 'codings'],
  ])('what becomes of %s', (name, use) => expect(useOf(name)).toBe(use));
});

test('docs/http.md names only settings that there are', () => {
  const settings = textOf('docs/running.md');
  const names = rowsOf(limits).flatMap(([, , where = '']) => namesIn(where));
  const fields = textOf('billing-core/src/contract/route.ts') + textOf('docs/routes.md');
  const missing = names.filter(
    (name) => !settings.includes(`\`${name}\``) && !fields.includes(name),
  );
  expect(missing).toEqual([]);
});
