import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../scripts/test/database.ts';
import { Shop } from '../cores/shop.ts';
import { CLIENT, Collector, CONSUMER, SERVER, type Span } from './collector.ts';

// A collector, a gateway, a core and a PostgreSQL, each in a process of its own but the first.

const TEST_MS = 180_000;
const PATIENT = { timeout: 60_000, interval: 50 };
const TRACE = 'c'.repeat(32);
const CALLER = 'd'.repeat(16);

let collector: Collector;
let database: TestDatabase;
let shop: Shop;
let upstream: Server;
const asked: (string | undefined)[] = [];

beforeAll(async () => {
  collector = await Collector.open();
  const telling = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url };
  database = await testDatabase();
  upstream = createServer((request, response) => {
    asked.push(request.headers['traceparent'] as string | undefined);
    response.end('ok');
  });
  upstream.listen(0, '127.0.0.1');
  await once(upstream, 'listening');
  shop = await Shop.open(database.url, () => database.url, telling);
  await shop.sell(1_000);
  const { port } = upstream.address() as AddressInfo;
  await shop.openRoute({
    name: 'traced',
    path_pattern: '/traced/*',
    upstream_url: `http://127.0.0.1:${port}`,
  });
  await shop.startGateway(0, telling);
}, TEST_MS);

afterAll(async () => {
  await shop.close();
  upstream.close();
  collector.close();
  await database.drop();
}, TEST_MS);

const childrenOf = (parent: Span | undefined, all: Span[]): Span[] =>
  all.filter(({ parentSpanId }) => parentSpanId === parent?.spanId);

test(
  'a request is one tree: caller, gateway, upstream, and what core was asked for it',
  async () => {
    const answer = await fetch(`${shop.gateways[0]?.url}/traced/1?secret=hunter2`, {
      headers: {
        authorization: `Bearer ${shop.key}`,
        traceparent: `00-${TRACE}-${CALLER}-01`,
      },
    });
    expect(answer.status).toBe(200);
    await vi.waitFor(() => {
      const names = collector.trace(TRACE).map(({ service, name }) => `${service} ${name}`);
      expect(names).toContain('tollgate-gateway GET /traced/*');
      expect(names).toContain('tollgate-billing-core GET /internal/v1/keys/:hash');
    }, PATIENT);
    const all = collector.trace(TRACE);
    const roots = all.filter(({ parentSpanId }) => parentSpanId === CALLER);
    expect(roots).toMatchObject([{ name: 'GET /traced/*', kind: SERVER }]);
    const calls = childrenOf(roots[0], all);
    expect(calls.map(({ kind }) => kind)).toEqual([CLIENT, CLIENT]);
    const toUpstream = calls.find(({ attributes }) =>
      String(attributes['url.full']).endsWith('/traced/1'),
    );
    expect(asked).toEqual([`00-${TRACE}-${toUpstream?.spanId}-01`]);
    const toCore = calls.find((call) => call !== toUpstream);
    expect(toCore?.attributes['url.full']).toMatch(/\/internal\/v1\/keys\/{hash}$/);
    const [inCore] = childrenOf(toCore, all);
    expect(inCore).toMatchObject({ service: 'tollgate-billing-core', kind: SERVER });
    const queries = childrenOf(inCore, all);
    expect(queries.length).toBeGreaterThan(0);
    for (const query of queries) {
      expect(query).toMatchObject({
        kind: CLIENT,
        attributes: { 'db.system.name': 'postgresql', 'server.address': '127.0.0.1' },
      });
    }
    // Nobody hangs on what is not there.
    const known = new Set([CALLER, ...all.map(({ spanId }) => spanId)]);
    expect(all.filter(({ parentSpanId = '' }) => !known.has(parentSpanId))).toEqual([]);
  },
  TEST_MS,
);

test(
  'a batch of usage is one tree: gateway, core, and the transaction in PostgreSQL',
  async () => {
    const tree = await vi.waitFor(() => {
      const written = collector.spans.find(({ name }) => name === 'INSERT usage_entries');
      expect(written).toBeDefined();
      const all = collector.trace(written?.traceId ?? '');
      expect(all.some(({ service }) => service === 'tollgate-gateway')).toBe(true);
      expect(all.some(({ name }) => name === 'POST /internal/v1/sync')).toBe(true);
      return all;
    }, PATIENT);
    const [root, ...others] = tree.filter(({ parentSpanId = '' }) => parentSpanId === '');
    expect(others).toEqual([]);
    expect(root).toMatchObject({
      service: 'tollgate-gateway',
      kind: CLIENT,
      attributes: { 'http.request.method': 'POST', 'http.response.status_code': 200 },
    });
    const [inCore, ...more] = childrenOf(root, tree);
    expect(more).toEqual([]);
    expect(inCore).toMatchObject({ name: 'POST /internal/v1/sync', kind: SERVER });
    const operations = childrenOf(inCore, tree).map(
      ({ attributes }) => attributes['db.operation.name'],
    );
    expect(operations).toContain('BEGIN');
    expect(operations).toContain('COMMIT');
  },
  TEST_MS,
);

test(
  'a run of a job is a tree of its own, down to PostgreSQL',
  async () => {
    await shop.api('/reconciliations', {});
    const run = await vi.waitFor(() => {
      const found = collector.spans.find(({ name }) => name === 'process reconciliation.run');
      expect(found).toBeDefined();
      return found;
    }, PATIENT);
    expect(run).toMatchObject({
      service: 'tollgate-billing-core',
      kind: CONSUMER,
      attributes: { 'messaging.destination.name': 'reconciliation.run' },
    });
    expect(run?.parentSpanId ?? '').toBe('');
    const statements = childrenOf(run, collector.trace(run?.traceId ?? ''));
    expect(statements.map(({ name }) => name)).toContain('UPDATE reconciliations');
  },
  TEST_MS,
);

test('no key, token, query or value of a statement is in any span', async () => {
  const tokens = await shop.sql(
    (sql) => sql<{ hash: string }[]>`
    select encode(sha256(convert_to(${shop.key}, 'UTF8')), 'hex') as hash`,
  );
  for (const secret of [shop.key, tokens[0]?.hash ?? '', 'hunter2', 'Bearer', shop.customerId]) {
    const told = collector.spans.filter(
      ({ service, attributes }) =>
        !(service === 'tollgate-gateway' && attributes['tollgate.customer.id'] === secret) &&
        JSON.stringify(attributes).includes(secret),
    );
    expect(told, secret.slice(0, 3)).toEqual([]);
  }
});

test(
  'both programs send their last spans when they end',
  async () => {
    const trace = 'e'.repeat(32);
    const headers = {
      authorization: `Bearer ${shop.key}`,
      traceparent: `00-${trace}-${CALLER}-01`,
    };
    await (await fetch(`${shop.gateways[0]?.url}/traced/2`, { headers })).text();
    await shop.stopGateway(0);
    expect(collector.trace(trace).map(({ kind }) => kind)).toEqual([SERVER, CLIENT]);
  },
  TEST_MS,
);
