import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { formatApiKey, randomBase62 } from '@tollgate/billing-core/contract/api-key.ts';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { AUDIENCE, openIssuer } from './conformance/issuer.ts';
import { type OneProcess, startProcess } from './one-process.ts';
import { RawClient } from './raw-client.ts';
import { keyFact, routeFact, WAIT } from './rig.ts';

/** Stands in every key of this file, and must stand nowhere else. */
const CANARY = 'SingCanaryBirdSing';
const keyOf = (): string =>
  formatApiKey({
    mode: 'live',
    customerRef: 'AbCdEfGhIj',
    secret: CANARY + randomBase62(32 - CANARY.length, randomBytes),
  });
const KEY = keyOf();
const UNKNOWN = keyOf();
const ESCAPED = KEY.replace('_', '%5f');
const issuer = await openIssuer();
/** One that holds; its claims and signature are as good as a key. */
const TOKEN = await issuer.sign('crm', { claims: { jti: CANARY } });
const BAD_TOKEN = `${TOKEN.split('.')[0]}.${CANARY}.${CANARY}`;
const SECRETS = [CANARY, ...TOKEN.split('.').slice(1)];
const tellsSecret = (text: string): boolean => SECRETS.some((secret) => text.includes(secret));
const MISTYPED = `${KEY.slice(0, -1)}${KEY.endsWith('0') ? '1' : '0'}`;

let gateway: OneProcess;
let upstream: Server;
const sockets = new Set<Socket>();
let atUpstream = '';
let told = '';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
/** What the upstream does, by path. */
const DEEDS: Record<string, (socket: Socket) => void> = {
  '/reset': (socket) => void socket.resetAndDestroy(),
  '/end': (socket) => void socket.end(),
  '/torn': (socket) => void socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf'),
  '/garbage': (socket) => void socket.write('garbage\r\n\r\n'),
  '/fields': (socket) => void socket.write('HTTP/1.1 200 OK\r\nX A: b\r\n\r\n'),
  '/switch': (socket) => void socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n'),
  '/silent': () => {},
};

beforeAll(async () => {
  upstream = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', (bytes: Buffer) => {
      const text = bytes.toString('latin1');
      atUpstream += text;
      const path = /^[A-Z]+ (\/[a-z]*)/.exec(text)?.[1];
      if (path === undefined) return;
      const deed = DEEDS[path];
      if (deed) deed(socket);
      else socket.write(OK);
    });
  });
  await new Promise<void>((done) => upstream.listen(0, '127.0.0.1', done));
  const upstream_url = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
  const gone = { id: 'rte_2', path_pattern: '/gone', upstream_url: 'http://127.0.0.1:1' };
  const small = { id: 'rte_3', path_pattern: '/small', upstream_url, max_body_bytes: 4 };
  const posts = { id: 'rte_4', path_pattern: '/posts', upstream_url, methods: ['POST'] };
  const open = { id: 'rte_5', path_pattern: '/open', upstream_url, public: true };
  const key_location = { header: null, bearer: false, query: 'api_key' };
  const asked = { id: 'rte_6', path_pattern: '/asked', upstream_url, key_location };
  const jwt = {
    ...{ issuer: issuer.url, audience: [AUDIENCE], jwks_url: null, algorithms: ['RS256' as const] },
    ...{ clock_tolerance_s: 5, claim: 'sub', names: 'customer' as const, forward: false },
  };
  const tokens = { id: 'rte_7', path_pattern: '/tokens', upstream_url, jwt };
  const metering = [{ meter_id: 'mtr_requests', source: 'request' as const, units: 1 }];
  const all = routeFact({ upstream_url, timeout_ms: 300, metering });
  const routes = [all, ...[gone, small, posts, open, asked, tokens].map((more) => routeFact(more))];
  gateway = await startProcess({ routes, key: KEY, env: { LOG_LEVEL: 'trace' } });
  gateway.core.keys.set('holders', keyFact());
});
afterAll(() => {
  for (const socket of sockets) socket.destroy();
  upstream.close();
  issuer.close();
});

const lines = (...all: string[]): string => `${all.join('\r\n')}\r\n\r\n`;
const HOST = 'Host: api.test';
const AUTH = `Authorization: Bearer ${KEY}`;
const get = (path: string, ...fields: string[]): string =>
  lines(`GET ${path} HTTP/1.1`, HOST, 'Connection: close', ...fields);
const socket = ['Upgrade: websocket', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: AAAA'];

/** Requests with a key in every place, and every way in which they can go wrong. */
const REQUESTS: [string, string][] = [
  ['in X-API-Key', get('/ok', `X-API-Key: ${KEY}`)],
  ['as a bearer token', get('/ok', AUTH)],
  [
    'in both, and in a Referer',
    get('/ok', AUTH, `x-api-key: ${KEY}`, `Referer: http://a/?k=${KEY}`),
  ],
  ['escaped in a Referer', get('/ok', AUTH, `Referer: http://a/?k=${ESCAPED}`)],
  ['escaped twice', get('/open', `Referer: http://a/?k=${ESCAPED.replace('%', '%25')}`)],
  ['escaped for a public route', get('/open', `Authorization: Bearer ${ESCAPED}`)],
  ['in the scheme Basic', get('/open', `Authorization: Basic ${btoa(`${KEY}:`)}`)],
  ['in fields that servers read alike', get('/ok', AUTH, `X_API_KEY: ${KEY}`)],
  ['for a public route', get('/open', AUTH, `X-API-Key: ${KEY}`, `Referer: http://a/${KEY}`)],
  ['unknown', get('/ok', `X-API-Key: ${UNKNOWN}`)],
  ['mistyped', get('/ok', `X-API-Key: ${MISTYPED}`)],
  ['two of them', get('/ok', AUTH, `X-API-Key: ${UNKNOWN}`)],
  ['in the query', get(`/ok?api_key=${KEY}`)],
  ['in the query that is for it', get(`/asked?a=1&api%5fkey=${KEY}`)],
  ['escaped in the query that is for it', get(`/asked?api_key=${ESCAPED}&b=2`)],
  ['mistyped in the query', get(`/asked?api_key=${MISTYPED}`)],
  ['twice in the query', get(`/asked?api_key=${KEY}&api_key=${UNKNOWN}`)],
  ['that is a token', get('/tokens', `Authorization: Bearer ${TOKEN}`)],
  ['that is a token, and in a Referer', get('/tokens', AUTH, `Referer: http://a/?t=${TOKEN}`)],
  ['that is a token of nobody', get('/tokens', `Authorization: Bearer ${BAD_TOKEN}`)],
  ['that is a token, where none is taken', get('/ok', `Authorization: Bearer ${TOKEN}`)],
  ['in the path', get(`/ok/${KEY}`)],
  ['in another scheme', get('/ok', `Authorization: Basic ${KEY}`)],
  ['in a Cookie', get('/ok', `Cookie: key=${KEY}`)],
  ['in a Host', lines('GET /ok HTTP/1.1', `Host: ${KEY}/`, AUTH)],
  ['in an expectation', get('/ok', AUTH, `Expect: ${KEY}`)],
  ['in a method', lines(`${KEY} / HTTP/1.1`, HOST)],
  ['in a field that is none', get('/ok', AUTH, `X A: ${KEY}`)],
  ['in a length', get('/ok', `Content-Length: ${KEY}`)],
  ['in a coding', get('/ok', AUTH, `Transfer-Encoding: ${KEY}`)],
  ['in a head that is too large', get('/ok', AUTH, `X-A: ${KEY.repeat(400)}`)],
  ['in too many fields', get('/ok', AUTH, ...Array<string>(201).fill(`A: ${KEY}`))],
  ['in a target that is too long', get(`/${KEY.repeat(200)}`, AUTH)],
  ['with no route', get('/gone/nowhere', AUTH)],
  ['with a method that is not taken', get('/posts', AUTH)],
  ['with TRACE', get('/ok', AUTH).replace('GET', 'TRACE')],
  ['with CONNECT', lines(`CONNECT ${KEY}:443 HTTP/1.1`, HOST, AUTH)],
  ['with a body that is too large', `${get('/small', AUTH, 'Content-Length: 5')}hello`],
  ['with a chunk that is none', `${get('/ok', AUTH, 'Transfer-Encoding: chunked')}${KEY}\r\n`],
  ['with a path that is none', get('/a/%2e%2e/b', AUTH)],
  ['before nonsense', `${lines('GET /ok HTTP/1.1', HOST, AUTH)}\0${KEY}\r\n\r\n`],
  ['for a WebSocket', lines('GET /ok HTTP/1.1', HOST, AUTH, 'Connection: upgrade', ...socket)],
  ['with an upstream that is gone', get('/gone', AUTH)],
  ...Object.keys(DEEDS).map((path): [string, string] => [
    `with an upstream that does ${path}`,
    get(path, AUTH),
  ]),
];

it.each(REQUESTS)('a key %s is answered without it', async (_name, bytes) => {
  const client = new RawClient(gateway.port).send(bytes);
  const text = await client.until(/^HTTP\/1\.1 \d{3}[^]*\r\n\r\n|^$/);
  if (!text.startsWith('HTTP/1.1 101')) await client.untilClosed();
  client.close();
  told += client.text;
  expect(client.text).toMatch(/^HTTP\/1\.1 /);
  expect(tellsSecret(client.text)).toBe(false);
});

it('a client that leaves, and a core that is away, say nothing of it either', async () => {
  const left = new RawClient(gateway.port).send(get('/silent', AUTH));
  await vi.waitFor(() => expect(atUpstream.match(/GET \/silent/g)).toHaveLength(2), WAIT);
  left.close();
  gateway.core.goDown();
  const client = new RawClient(gateway.port).send(get('/ok', `X-API-Key: ${keyOf()}`));
  expect(await client.untilClosed()).toMatch(/^HTTP\/1\.1 503 [^]*key_unverifiable/);
  told += client.text;
  gateway.core.down = false;
});

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}

it('nor does anything that the gateway leaves behind', async () => {
  const metrics = await (await fetch(`${gateway.privateUrl}/metrics`)).text();
  expect(gateway.core.recorded).toBeGreaterThan(0);
  const files = filesIn(gateway.spool);
  const stored = files.map((path) => readFileSync(path, 'latin1')).join('');
  const { asked } = gateway.core;
  await gateway.stop();
  const after = filesIn(gateway.spool)
    .map((path) => readFileSync(path, 'latin1'))
    .join('');
  // Each of them is there, and full of other things.
  expect(gateway.output()).toMatch(/req_[0-9a-z]{24}/);
  expect(files.length).toBeGreaterThan(2);
  expect(stored + after).toContain('cus_1');
  expect(metrics).toContain('key_malformed');
  expect(atUpstream).toContain('X-Request-Id');
  const log = gateway.output();
  const all = { log, metrics, stored, after, asked: asked.join('\n'), told };
  for (const [where, text] of Object.entries(all)) {
    expect([where, tellsSecret(text)]).toEqual([where, false]);
  }
  // Nor is one in what was forwarded, of all the places where keys belong, and of Referer.
  const lost = atUpstream.split('\r\n').filter(tellsSecret);
  expect(atUpstream).toContain('GET /asked?a=1 ');
  expect(atUpstream).toContain('GET /tokens ');
  expect(lost.map((line) => line.replaceAll(KEY, '…'))).toEqual([]);
});
