import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { callerOf, codeOf } from './caller.ts';
import { CAPABILITIES, type HostKind } from './capabilities.ts';
import { type Host, openHost } from './host.ts';
import { openUpstream, openWorld, type Upstream, type World } from './world.ts';

// The first request of a customer: its till object begins, and core has not said a word.

/** So late is core's first answer; the ones after it are not. */
const SLOW_MS = 2_500;
const FIRST_MS = 1_000;
vi.setConfig({ testTimeout: 60_000 });

let world: World;
let upstream: Upstream;
beforeAll(async () => {
  world = await openWorld();
  upstream = await openUpstream();
  await world.route({ path_pattern: '/*', upstream_url: upstream.url });
});
afterAll(async () => {
  upstream.close();
  await world.close();
});

describe.each(['workers, strict', 'workers, relaxed'] as const)(
  'a till that begins on %s',
  (kind) => {
    let host: Host;
    beforeAll(async () => {
      host = await openHost(kind, { world });
    });
    afterAll(() => host.kill());
    const call = callerOf(
      () => host.urls[0],
      () => '',
    );

    test.each([
      ['quota', { quota: { limit: 50 } }],
      ['rate', { rate: { rate_per_second: '100', burst: 100 } }],
    ])('waits for the first word of a slow core, where a %s is to be met', async (_, terms) => {
      const seller = await world.customer(terms);
      world.syncDelayMs = SLOW_MS;
      setTimeout(() => (world.syncDelayMs = 0), FIRST_MS);
      const askedAt = performance.now();
      const answers = await Promise.all([1, 2, 3].map(() => call('/x', { key: seller.key })));
      const took = performance.now() - askedAt;
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
      // Else it waited for nothing.
      expect(took).toBeGreaterThan(SLOW_MS / 2);
      process.stdout.write(`${kind}: admitted ${Math.round(took)} ms after it was asked\n`);
    });
  },
);

describe.each(Object.keys(CAPABILITIES) as HostKind[])('a till that knows core, on %s', (kind) => {
  const LIMIT = 200;
  let host: Host;
  beforeAll(async () => {
    host = await openHost(kind, { world });
  });
  afterAll(() => host.kill());
  const call = callerOf(
    () => host.urls[0],
    () => '',
  );

  test('calls no quota used up whose units core has, and is slow to lend', async () => {
    const seller = await world.customer({ quota: { limit: LIMIT } });
    const ask = () => call('/x', { key: seller.key });
    expect((await ask()).status).toBe(200);
    const answers = Promise.withResolvers<void>();
    world.beforeSync = ({ leases }) => {
      if (leases.some(({ window }) => window.startsWith(seller.customerId))) return answers.promise;
    };
    let served = 1;
    let last = await ask();
    while (last.status === 200 && served < LIMIT) {
      served += 1;
      last = await ask();
    }
    world.beforeSync = () => {};
    answers.resolve();
    expect(await codeOf(Promise.resolve(last))).toEqual([503, 'quota_unverifiable']);
    expect(last.headers.get('retry-after')).toBe('1');
    expect(served).toBeLessThan(LIMIT);
    await vi.waitFor(async () => expect((await ask()).status).toBe(200), 20_000);
  });

  test('refuses none of a burst for a quota of which hardly anything is used', async () => {
    const seller = await world.customer({ quota: { limit: 100_000 } });
    const ask = async (): Promise<number> => {
      const answer = await call('/x', { key: seller.key });
      await answer.text();
      return answer.status;
    };
    expect(await ask()).toBe(200);
    world.syncDelayMs = 700;
    const statuses = await Promise.all(Array.from({ length: 200 }, ask));
    world.syncDelayMs = 0;
    expect(statuses.filter((status) => status === 429)).toEqual([]);
    expect(statuses).toContain(200);
  });
});
