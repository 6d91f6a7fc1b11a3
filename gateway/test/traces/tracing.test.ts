import { afterEach, describe, expect, test, vi } from 'vitest';
import { pino } from 'pino';
import { traceSettings } from '@tollgate/billing-core/contract/trace-settings.ts';
import { SPANS_MAX } from '@tollgate/billing-core/contract/tracing.ts';
import { freePort } from '../../../scripts/test/free-port.ts';
import { Tracing } from '../../src/node/tracing.ts';
import { KEY, keyFact, openRig, type Rig, routeFact, type RigOptions, WAIT } from '../rig.ts';
import { CLIENT, Collector, ERROR, SERVER, type Span } from './collector.ts';

const TRACE = 'a'.repeat(32);
const CALLER = 'b'.repeat(16);
const PARENT = `00-${TRACE}-${CALLER}-01`;

type Seen = Record<string, string | string[] | undefined>;
type Scene = { rig: Rig; collector: Collector; tracing: Tracing; seen: Seen[] };

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function scene(env: Record<string, string> = {}, options: RigOptions = {}): Promise<Scene> {
  const collector = await Collector.open();
  const settings = traceSettings({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, ...env });
  if (!settings) throw new Error('nothing is traced');
  const log = pino({ level: 'silent' });
  const tracing = new Tracing({ settings, version: '1.2.3', instance: 'here', log });
  const seen: Seen[] = [];
  const rig = await openRig({
    tracing,
    upstream: (request, response) => {
      seen.push(request.headers);
      response.statusCode = Number(/status=(\d+)/.exec(request.url ?? '')?.[1] ?? 200);
      response.end('ok');
    },
    ...options,
  });
  closing.push(
    () => collector.close(),
    () => tracing.close(),
    () => rig.close(),
  );
  return { rig, collector, tracing, seen };
}

const get = (url: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(url, { headers: { authorization: `Bearer ${KEY}`, ...headers } });

/** The spans that are there when so many are. */
async function spans(collector: Collector, count: number): Promise<Span[]> {
  await vi.waitFor(() => expect(collector.spans.length).toBe(count), WAIT);
  return collector.spans;
}
const of = (all: Span[], kind: number): Span[] => all.filter((span) => span.kind === kind);

describe('a request', () => {
  test('is a span of its caller’s trace, and its upstream is asked as a part of it', async () => {
    const { rig, collector, seen } = await scene();
    const fields = { traceparent: PARENT, tracestate: 'x=1' };
    const answer = await get(`${rig.url}/things/7?a=b`, fields);
    expect(answer.status).toBe(200);
    const all = await spans(collector, 2);
    const [request, call] = [of(all, SERVER)[0], of(all, CLIENT)[0]];
    expect(request).toMatchObject({
      traceId: TRACE,
      parentSpanId: CALLER,
      name: 'GET /*',
      service: 'tollgate-gateway',
      attributes: {
        'http.request.method': 'GET',
        'http.route': '/*',
        'http.response.status_code': 200,
        'url.path': '/things/7',
        'tollgate.customer.id': 'cus_1',
        'tollgate.route.id': 'rte_1',
        'tollgate.request.id': answer.headers.get('x-request-id'),
        'tollgate.outcome': 'ok',
      },
    });
    expect(call).toMatchObject({
      traceId: TRACE,
      parentSpanId: request?.spanId,
      name: 'GET',
      attributes: {
        'server.port': rig.upstreamPort,
        'url.full': `http://127.0.0.1:${rig.upstreamPort}/things/7`,
        'http.response.status_code': 200,
      },
    });
    expect(seen).toMatchObject([
      { traceparent: `00-${TRACE}-${call?.spanId}-01`, tracestate: 'x=1' },
    ]);
  });

  test('begins a trace where the caller sent none, or none that is valid', async () => {
    const { rig, collector, seen } = await scene();
    await get(rig.url);
    await get(rig.url, { traceparent: PARENT.toUpperCase(), tracestate: 'x=1' });
    const all = await spans(collector, 4);
    for (const request of of(all, SERVER)) {
      expect(request.parentSpanId ?? '').toBe('');
      expect(request.traceId).not.toBe(TRACE);
    }
    expect(seen.map(({ tracestate }) => tracestate)).toEqual([undefined, undefined]);
  });

  test.each([
    ['the caller does not record', {}, `${PARENT.slice(0, -1)}0`],
    ['the sampler takes none', { OTEL_TRACES_SAMPLER: 'always_off' } as const, PARENT],
    [
      'the part of the sampler is none',
      { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: 0 } as const,
      PARENT,
    ],
  ])('passes on its trace untouched where %s', async (_, env, traceparent) => {
    const { rig, collector, tracing, seen } = await scene(env as never);
    await get(rig.url, { traceparent, tracestate: 'x=1' });
    expect(seen).toMatchObject([{ traceparent, tracestate: 'x=1' }]);
    await tracing.close();
    expect(collector.posts).toBe(0);
  });

  test('that is refused says why, and is no error but where the gateway failed', async () => {
    const { rig, collector } = await scene();
    expect((await fetch(rig.url)).status).toBe(401);
    const [request] = await spans(collector, 1);
    expect(request).toMatchObject({
      name: 'GET',
      attributes: { 'tollgate.refusal.reason': 'key_missing', 'http.response.status_code': 401 },
    });
    expect(request?.status.code).not.toBe(ERROR);
  });

  test('whose upstream fails has an error in both spans', async () => {
    const upstream_url = `http://127.0.0.1:${await freePort()}`;
    const routes = () => [routeFact({ upstream_url })];
    const { rig, collector } = await scene({}, { routes });
    expect((await get(rig.url)).status).toBe(502);
    const all = await spans(collector, 2);
    expect(of(all, SERVER)).toMatchObject([
      { status: { code: ERROR }, attributes: { 'error.type': '502' } },
    ]);
    expect(of(all, CLIENT)).toMatchObject([
      { status: { code: ERROR }, attributes: { 'error.type': 'upstream_error' } },
    ]);
  });

  test('is named by its trace in the log', async () => {
    const upstream_url = `http://127.0.0.1:${await freePort()}`;
    const { rig } = await scene({}, { routes: () => [routeFact({ upstream_url })] });
    const lines: { trace_id?: string; request_id: string }[] = [];
    const log = pino({ level: 'debug' }, { write: (line) => void lines.push(JSON.parse(line)) });
    Object.assign(rig.host, { log });
    const id = (await get(rig.url, { traceparent: PARENT })).headers.get('x-request-id');
    await get(rig.url, { traceparent: `${PARENT.slice(0, -1)}0` });
    expect(lines[0]).toMatchObject({ trace_id: TRACE, request_id: id });
    expect(lines.at(-1)).not.toHaveProperty('trace_id');
  });

  test('that is tried again has a span for each try', async () => {
    const dead = `http://127.0.0.1:${await freePort()}`;
    const { rig, collector } = await scene(
      {},
      {
        routes: (url) => [
          routeFact({
            upstream_url: dead,
            upstreams: [
              { url: dead, weight: 1 },
              { url, weight: 1 },
            ],
            retries: { attempts: 2, on_status: [], budget_percent: 100 } as never,
          }),
        ],
      },
    );
    // Either may be asked first.
    await vi.waitFor(async () => {
      expect((await get(rig.url)).status).toBe(200);
      expect(of(collector.spans, CLIENT).length).toBeGreaterThan(
        of(collector.spans, SERVER).length,
      );
    }, WAIT);
    const again = of(collector.spans, CLIENT).find(
      ({ attributes }) => attributes['http.request.resend_count'] === 1,
    );
    const first = of(collector.spans, CLIENT).find(
      ({ parentSpanId, spanId }) =>
        parentSpanId === again?.parentSpanId && spanId !== again?.spanId,
    );
    expect(first).toMatchObject({ attributes: { 'error.type': 'upstream_error' } });
    expect(again).toMatchObject({ attributes: { 'http.response.status_code': 200 } });
  });
});

test('no key, credential, query, field or body is in anything that is sent', async () => {
  const custom = { header: 'x-custom-key', query: 'apikey' };
  const routes = (upstream_url: string) => [
    routeFact({ upstream_url, key_location: custom as never }),
  ];
  const { rig, collector } = await scene({}, { routes });
  const secrets = ['hunter2-query', 'hunter2-cookie', 'hunter2-body', 'hunter2-bearer'];
  await fetch(`${rig.url}/a?apikey=${KEY}&password=hunter2-query`);
  await fetch(`${rig.url}/b?password=hunter2-query`, {
    method: 'POST',
    headers: { 'x-custom-key': KEY, cookie: 'hunter2-cookie', authorization: 'hunter2-bearer' },
    body: 'hunter2-body',
  });
  await fetch(`${rig.url}/of/${KEY}/path`);
  await fetch(`${rig.url}/c`, { headers: { referer: `http://x.test/?key=${KEY}` } });
  await vi.waitFor(() => expect(of(collector.spans, SERVER).length).toBe(4), WAIT);
  for (const secret of [KEY, KEY.slice(0, 20), ...secrets]) {
    expect(collector.text).not.toContain(secret);
  }
  expect(collector.text).toContain('/b');
});

describe('a collector', () => {
  test('is told who it is, with the fields that it wants', async () => {
    const { rig, collector } = await scene({
      OTEL_SERVICE_NAME: 'edge',
      OTEL_EXPORTER_OTLP_HEADERS: { 'x-team': 'a b' },
    } as never);
    await get(rig.url);
    const [span] = await spans(collector, 2);
    expect(span?.service).toBe('edge');
    expect(collector.headers).toMatchObject([{ 'x-team': 'a b' }]);
  });

  test.each(['hangs', 'refuses', 'is not there'] as const)(
    'that %s holds up no request, and no end of the process',
    async (mood) => {
      const { rig, collector, tracing } = await scene({}, { fact: keyFact() });
      if (mood === 'is not there') collector.close();
      else collector.mood = mood;
      const took: number[] = [];
      for (let at = 0; at < 20; at++) {
        const from = performance.now();
        expect((await get(rig.url)).status).toBe(200);
        took.push(performance.now() - from);
      }
      expect(took.toSorted((a, b) => a - b)[10]).toBeLessThan(500);
      const from = performance.now();
      await tracing.close();
      expect(performance.now() - from).toBeLessThan(4_000);
      expect(tracing.counts.sent).toBe(0);
    },
  );

  test('that hangs is kept no more spans for than there is room for', async () => {
    const { collector, tracing } = await scene();
    collector.mood = 'hangs';
    const seen = { rawHeaders: [], method: 'GET', target: '/', requestId: 'req_1' };
    for (let at = 0; at < SPANS_MAX + 500; at++) {
      tracing.begin({ ...seen, startedAt: performance.now() })?.end(200);
    }
    expect(tracing.counts.left).toBe(500);
  });
});
