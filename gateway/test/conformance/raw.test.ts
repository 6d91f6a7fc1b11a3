import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { caseOf } from '../fuzz/mutations.ts';
import { RawUpstream } from '../fuzz/raw-upstream.ts';
import { runCase, type Told } from '../fuzz/run-case.ts';
import { valuesOf, type WireRequest } from '../fuzz/wire.ts';
import { Random } from '../simulation/random.ts';
import type { HostKind } from './capabilities.ts';
import { type Host, openHost } from './host.ts';
import { openWorld, type Seller, type World } from './world.ts';

const KINDS: HostKind[] = ['node', 'workers, relaxed'];
const SEEDS = Number(process.env['FUZZ_SEEDS'] ?? 150);
const AT_ONCE = 25;

let world: World;
let upstream: RawUpstream;
beforeAll(async () => {
  world = await openWorld();
  upstream = new RawUpstream();
  const upstream_url = await upstream.open();
  // What is not under it is nobody's to ask for.
  await world.route({ path_pattern: '/f/*', upstream_url });
});
afterAll(async () => {
  upstream.close();
  await world.close();
});

describe.each(KINDS)('bytes that come to a gateway on %s', (kind) => {
  let host: Host;
  let seller: Seller;
  let port: number;
  beforeAll(async () => {
    host = await openHost(kind, { world });
    seller = await world.customer();
    port = Number(new URL(host.urls[0] ?? '').port);
    // The first one waits for facts and units; what is owed to the others is there by then.
    await send(['GET /f/first HTTP/1.1', 'Host: api.test', auth()]);
  });
  afterAll(() => host.kill());

  const auth = (): string => `X-API-Key: ${seller.key}`;
  const send = (lines: string[], rest = ''): Promise<Told> =>
    runCase(port, { seed: 0, writes: [`${lines.join('\r\n')}\r\n\r\n${rest}`] });
  /** What the upstream gets while something is done. */
  async function gets(act: () => Promise<unknown>): Promise<WireRequest[]> {
    const before = upstream.requests.length;
    await act();
    return upstream.requests.slice(before);
  }
  const ours = ({ fields }: WireRequest): string[] =>
    fields
      .filter(([name]) => name.replaceAll(/[^a-z0-9]/g, '-').startsWith('x-tollgate-'))
      .map(([name, value]) => `${name}: ${value}`);

  test.each([
    ...['/f/../x', '/f/%2e%2e/x', '/f/.%2E/x', '/f/..%2fx', '/f/..%2Fx', '/f/..;/x', '/f/..;a=b/x'],
    ...['/f/..\\x', '/f\\..\\x', '/f/%5c..%5cx', '/f//../x', '//f/x', '/f//x', '/f/./x', '/f/..'],
    ...['/f/%c0%ae%c0%ae/x', '/f/%e0%80%af', '/f/%ed%a0%80', '/f/%ff', '/f/%00x', '/f/%0ax'],
    ...['/f/%252e%252e/x', '/f/%zz', '/f/%', '/f/a#/../x', '/f/\x7f', '/f/caf\xc3\xa9', '/F/x'],
    ...['http://api.test/f/../x', 'http://b.test/f/x', 'http://a@api.test/f/x', '*', 'f/x'],
  ])('%j leads nowhere else', async (target) => {
    const got = await gets(async () => {
      const told = await send([`GET ${target} HTTP/1.1`, 'Host: api.test', auth()]);
      expect(told.waitsFor).toBe(undefined);
      if (host.rawPath) expect(told.statuses?.[0]).toBeGreaterThanOrEqual(400);
    });
    if (host.rawPath) return expect(got).toEqual([]);
    // What the platform has read is authorised and forwarded as it was read, and reads one way.
    for (const request of got) {
      expect(request.target).toMatch(/^\/f\/[\w%#.-]*$/);
      expect(request.target).not.toMatch(/\.\.|%2e|%2f|%5c|%00|%0a|%25/i);
    }
  });

  test.each(['a.test, b.test', 'api.test:99999', 'a@b.test', 'a.test/f/x', 'a b', '[::1', '%', ''])(
    'a Host %j is no fault of ours',
    async (name) => {
      const told = await send(['GET /f/own HTTP/1.1', `Host: ${name}`, auth()]);
      expect(told.waitsFor).toBe(undefined);
      expect(told.statuses?.[0]).toBeLessThan(500);
    },
  );

  test.each([
    ...['X-Tollgate-Key', 'x-tollgate-key', 'X_Tollgate_Key', 'X-Tollgate_Key', 'X.Tollgate.Key'],
    ...['X!Tollgate~Key', 'x-tollgate-anything', 'X-TOLLGATE-CUSTOMER', 'x_tollgate_customer'],
  ])('%s is not for clients to say', async (name) => {
    const fields = ['Host: api.test', auth(), `${name}: forged`, `${name}: again`];
    const got = await gets(() => send(['GET /f/own HTTP/1.1', ...fields]));
    expect(got.map(ours)).toEqual([
      [`x-tollgate-customer: ${seller.customerId}`, `x-tollgate-key: ${seller.keyId}`],
    ]);
  });

  test('what Connection names is the client’s own, and never what the gateway says', async () => {
    const names = [
      'x-tollgate-customer',
      'x-tollgate-key',
      'x-request-id',
      'x-forwarded-for',
      'via',
    ];
    const fields = ['Host: api.test', auth(), `Connection: ${names.join(', ')}, close`];
    const [got] = await gets(() => send(['GET /f/own HTTP/1.1', ...fields]));
    for (const name of names) expect([name, got && valuesOf(got, name).length]).toEqual([name, 1]);
  });

  test.each([
    ['both framings', ['Content-Length: 5', 'Transfer-Encoding: chunked'], '0\r\n\r\n'],
    ['both, the other way', ['Transfer-Encoding: chunked', 'Content-Length: 5'], '0\r\n\r\n'],
    ['two lengths', ['Content-Length: 5', 'Content-Length: 6'], 'hello'],
    ['a length with a sign', ['Content-Length: +5'], 'hello'],
    ['an unknown coding', ['Transfer-Encoding: xchunked'], '5\r\nhello\r\n0\r\n\r\n'],
    ['a coding and another one', ['Transfer-Encoding: gzip, chunked'], '0\r\n\r\n'],
    ['a size with a sign', ['Transfer-Encoding: chunked'], '+5\r\nhello\r\n0\r\n\r\n'],
    ['a chunk that is too long', ['Transfer-Encoding: chunked'], '1\r\nhello\r\n0\r\n\r\n'],
    ['a field in two lines', ['X-A: b\r\n c', 'Content-Length: 0'], ''],
    ['a blank before a colon', ['Content-Length : 5'], 'hello'],
    ['two hosts', ['Host: b.test', 'Content-Length: 0'], ''],
  ])('%s hide no second request', async (_name, framing, body) => {
    const hidden = `GET /f/hidden HTTP/1.1\r\nHost: api.test\r\n${auth()}\r\n\r\n`;
    const got = await gets(async () => {
      const fields = ['Host: api.test', auth(), ...framing];
      const told = await send(['POST /f/first HTTP/1.1', ...fields], body + hidden);
      expect(told.waitsFor).toBe(undefined);
    });
    if (host.framing) return expect(got).toEqual([]);
    // Elsewhere the edge has read it: whatever it took for requests, each is one here.
    const ids = got.flatMap((request) => valuesOf(request, 'x-request-id'));
    expect([ids.length, new Set(ids).size]).toEqual([got.length, got.length]);
  });

  test(`${SEEDS} mutated streams are each answered or closed`, { timeout: 600_000 }, async () => {
    const tolds: Told[] = [];
    const got = await gets(async () => {
      for (let first = 1; first <= SEEDS; first += AT_ONCE) {
        const cases = Array.from({ length: AT_ONCE }, (_, at) =>
          caseOf(new Random(first + at), { seed: first + at, key: seller.key }),
        );
        tolds.push(...(await Promise.all(cases.map((one) => runCase(port, one)))));
      }
    });
    const wrong = tolds.filter(({ waitsFor, statuses }) => waitsFor || statuses?.includes(500));
    expect(
      wrong.map(({ seed, sent, received, waitsFor }) => ({ seed, sent, received, waitsFor })),
    ).toEqual([]);
    expect(upstream.faults).toEqual([]);
    const ids = got.flatMap((request) => valuesOf(request, 'x-request-id'));
    expect(new Set(ids).size).toBe(got.length);
    const [customer, key] = [seller.customerId, seller.keyId];
    const both = [`x-tollgate-customer: ${customer}`, `x-tollgate-key: ${key}`];
    for (const request of got) expect(ours(request)).toEqual(both);
    expect(got.length).toBeGreaterThan(SEEDS / 2);
    const last = await send(['GET /f/last HTTP/1.1', 'Host: api.test', auth()]);
    expect(last.statuses).toEqual([200]);
  });
});
