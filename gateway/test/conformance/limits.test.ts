import { parseList } from 'structured-headers';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Json } from '../../../billing-core/src/test/core.ts';
import { CAPABILITIES, type HostKind } from './capabilities.ts';
import { callerOf } from './caller.ts';
import { type Host, openHost } from './host.ts';
import { openUpstream, openWorld, type Seller, type Upstream, type World } from './world.ts';

// What clients are told of their limits, and whose and which windows they are.

const KINDS = Object.keys(CAPABILITIES) as HostKind[];
const SOON = { timeout: 15_000, interval: 50 };
const HOUR_S = 3_600;
const QUOTA_EXCEEDED = 'https://iana.org/assignments/http-problem-types#quota-exceeded';

let world: World;
let upstream: Upstream;
beforeAll(async () => {
  world = await openWorld();
  upstream = await openUpstream();
  upstream.handler = (request, response) => {
    response.writeHead(Number(request.url?.slice(1)) || 200).end('hello');
  };
  await world.route({ path_pattern: '/v1/*', upstream_url: upstream.url, strip_prefix: '/v1' });
  await world.route({ path_pattern: '/dead', upstream_url: 'http://127.0.0.1:1' });
});
afterAll(async () => {
  upstream.close();
  await world.close();
});

/** A field's members by name, each with its parameters. */
function limitsIn(response: Response, field: string): Record<string, Record<string, unknown>> {
  const members = parseList(response.headers.get(field) ?? '');
  return Object.fromEntries(members.map(([name, more]) => [name, Object.fromEntries(more)]));
}

/** Seconds until the next midnight of a zone with this offset. */
const untilMidnight = (offsetMinutes: number): number => {
  const local = Date.now() / 1_000 + offsetMinutes * 60;
  return 24 * HOUR_S - (local % (24 * HOUR_S));
};

describe.each(KINDS)('a gateway on %s', (kind) => {
  let host: Host;
  beforeAll(async () => {
    host = await openHost(kind, { world });
  });
  afterAll(() => host.kill());
  const call = callerOf(
    () => host.urls[0],
    () => '',
  );
  const windowsOf = async (seller: Seller): Promise<Json[]> => {
    const path = `/v1/quota-windows?customer_id=${seller.customerId}`;
    return (await world.core.admin('GET', path)).body['data'] as Json[];
  };

  test('tells of limits with every answer to an admitted request, whatever it is', async () => {
    const rate = { rate_per_second: '50', burst: 100 };
    const { key } = await world.customer({ quota: { limit: 100 }, rate });
    // Core divides no rate before it knows what every gateway holds.
    await vi.waitFor(async () => expect((await call('/v1/200', { key })).status).toBe(200), SOON);
    for (const [path, status] of [
      ['/v1/200', 200],
      ['/v1/404', 404],
      ['/v1/503', 503],
      ['/dead', 502],
    ] as const) {
      // A share of a rate begins empty: the next token may be a moment away.
      const answer = await vi.waitFor(async () => {
        const tried = await call(path, { key });
        await tried.text();
        expect(tried.status).toBe(status);
        return tried;
      }, SOON);
      const policies = limitsIn(answer, 'ratelimit-policy');
      expect(policies).toMatchObject({ rate: { q: 100, w: 2 }, 'requests-month': { q: 100 } });
      const states = limitsIn(answer, 'ratelimit');
      expect(Object.keys(states)).toEqual(['rate', 'requests-month']);
      expect(states['requests-month']?.['r']).toBeLessThan(100);
      expect(answer.headers.get('retry-after')).toBeNull();
    }
  });

  test('refuses at a limit by its name, with no Retry-After before its reset', async () => {
    const { key } = await world.customer({ quota: { limit: 2, window: 'hour' } });
    for (let i = 0; i < 2; i++) await (await call('/v1/200', { key })).text();
    const refused = await call('/v1/200', { key });
    expect([refused.status, refused.headers.get('content-type')]).toEqual([
      429,
      'application/problem+json',
    ]);
    expect(await refused.json()).toMatchObject({
      type: QUOTA_EXCEEDED,
      code: 'quota_exceeded',
      'violated-policies': ['requests-hour'],
    });
    expect(limitsIn(refused, 'ratelimit-policy')).toEqual({ 'requests-hour': { q: 2, w: HOUR_S } });
    const { r, t } = limitsIn(refused, 'ratelimit')['requests-hour'] ?? {};
    expect(r).toBe(0);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(Number(t));
  });

  test.each([
    ['UTC', 0],
    ['Asia/Kathmandu', 345],
  ])("counts a day from midnight of the customer's zone, %s", async (zone, offset) => {
    const seller = await world.customer({ zone, quota: { limit: 5, window: 'day' } });
    const answer = await call('/v1/200', { key: seller.key });
    await answer.text();
    const { t } = limitsIn(answer, 'ratelimit')['requests-day'] ?? {};
    expect(Math.abs(Number(t) - untilMidnight(offset))).toBeLessThan(10);
    const [window] = await windowsOf(seller);
    const start = new Date(window!['start'] as string).getTime() / 60_000;
    expect((start + offset) % (24 * 60)).toBe(0);
  });

  test('counts a billing period from the start of the subscription', async () => {
    const seller = await world.customer({ quota: { limit: 5, window: 'billing_period' } });
    const answer = await call('/v1/200', { key: seller.key });
    await answer.text();
    const { t } = limitsIn(answer, 'ratelimit')['requests-period'] ?? {};
    expect(Number(t)).toBeGreaterThan(27 * 24 * HOUR_S);
    const [window] = await windowsOf(seller);
    const subscription = await world.core.admin(
      'GET',
      `/v1/subscriptions/${seller.subscriptionId}`,
    );
    expect(window!['resets_at']).toBe(subscription.body['current_period']!['end']);
  });

  test('gives each key the quota of a key', async () => {
    const seller = await world.customer({ quota: { limit: 2, window: 'day', scope: 'key' } });
    const path = `/v1/customers/${seller.customerId}/keys`;
    const { body } = await world.core.admin('POST', path, { name: 'second' });
    for (const key of [seller.key, `${body['secret']}`]) {
      const statuses = [];
      for (let i = 0; i < 3; i++) {
        const answer = await call('/v1/200', { key });
        await answer.text();
        statuses.push(answer.status);
      }
      expect(statuses).toEqual([200, 200, 429]);
    }
    expect(await windowsOf(seller)).toHaveLength(2);
  });

  test('refuses nobody for a soft limit, and tells no client of it', async () => {
    const quota = { limit: 1, enforcement: 'soft' } as const;
    const seller = await world.customer({ quota });
    for (let i = 0; i < 4; i++) {
      const answer = await call('/v1/200', { key: seller.key });
      await answer.text();
      expect([answer.status, answer.headers.get('ratelimit')]).toEqual([200, null]);
    }
    await vi.waitFor(async () => expect(await world.ledger(seller.customerId)).toBe(4), SOON);
    expect(await windowsOf(seller)).toEqual([]);
  });
});
