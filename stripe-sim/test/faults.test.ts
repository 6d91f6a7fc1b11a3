import Stripe from 'stripe';
import { afterEach, describe, expect, test } from 'vitest';
import { clientOf, refused, startSim } from './rig.ts';

const { sim, stripe, control, ask, url } = await startSim();
const port = Number(new URL(url).port);
const count = (name: string): number =>
  [...sim.world.tables.product.values()].filter((each) => each.name === name).length;

afterEach(() => control('DELETE', '/faults'));

/** One attempt by a client whose socket nothing else uses. */
const once = (name: string, options: Stripe.StripeConfig = {}): Promise<Stripe.Product> =>
  clientOf(port, { ...options, httpClient: Stripe.createFetchHttpClient() }).products.create(
    { name },
    { idempotencyKey: name },
  );

describe('one attempt, and then one more with the same key', () => {
  test.each([
    ['refuse', 'StripeConnectionError', 0],
    ['lose_reply', 'StripeConnectionError', 1],
    ['revoked', 'StripeAuthenticationError', 0],
    ['forbidden', 'StripePermissionError', 0],
    ['rate_limit', 'StripeRateLimitError', 0],
    ['conflict', 'StripeAPIError', 0],
    ['unavailable', 'StripeAPIError', 0],
  ])('%s: makes one object in the end', async (fault, error, made) => {
    await control('POST', '/faults', { fault, path: '/v1/products', times: 1 });
    expect((await refused(once(fault))).type).toBe(error);
    expect(count(fault)).toBe(made);
    const product = await once(fault);
    expect(product.name).toBe(fault);
    expect(count(fault)).toBe(1);
  });

  test('error: the 500 is replayed under its key, and nothing was made', async () => {
    await control('POST', '/faults', { fault: 'error', path: '/v1/products', times: 1 });
    for (const attempt of [1, 2]) {
      const answer = await ask('POST', '/v1/products', { name: 'broken' }, 'broken');
      expect(answer.status).toBe(500);
      expect(answer.headers.get('stripe-should-retry')).toBe('false');
      expect(answer.headers.get('idempotent-replayed')).toBe(attempt === 1 ? null : 'true');
    }
    expect(count('broken')).toBe(0);
  });

  test('error_reply: the 500 is replayed although the object is there', async () => {
    await control('POST', '/faults', { fault: 'error_reply', path: '/v1/products', times: 1 });
    for (const status of [500, 500]) {
      const answer = await ask('POST', '/v1/products', { name: 'made' }, 'made');
      expect(answer.status).toBe(status);
    }
    expect(count('made')).toBe(1);
  });

  test.each([
    ['hang', 'nothing is done before it'],
    ['hang_reply', 'all is done before it'],
  ])('%s: a time-out, where %s', async (fault) => {
    await control('POST', '/faults', { fault, path: '/v1/products', times: 1, ms: 400 });
    expect((await refused(once(fault, { timeout: 100 }))).type).toBe('StripeConnectionError');
    expect(count(fault)).toBe(fault === 'hang' ? 0 : 1);
    // What hung goes on without its client.
    await expect.poll(() => count(fault)).toBe(1);
    await once(fault);
    expect(count(fault)).toBe(1);
  });
});

describe('a rule', () => {
  test('hits a route by its pattern, after some, some times', async () => {
    await control('POST', '/faults', {
      fault: 'rate_limit',
      method: 'GET',
      path: '/v1/customers/:id',
      after: 1,
      times: 2,
    });
    const { id } = await stripe.customers.create();
    const statuses: number[] = [];
    for (const path of [id, id, id, id]) {
      statuses.push((await ask('GET', `/v1/customers/${path}`)).status);
    }
    expect(statuses).toEqual([200, 429, 429, 200]);
    const { rules } = await control('GET', '/faults');
    expect(rules).toMatchObject([{ matched: 4, hit: 2 }]);
  });

  test('hits by chance, the same requests for the same seed', async () => {
    const runs = [];
    for (const seed of ['a', 'a', 'b']) {
      const twin = await startSim({ seed });
      await twin.control('POST', '/faults', { fault: 'rate_limit', probability: 0.5 });
      const statuses: number[] = [];
      for (let at = 0; at < 32; at += 1) {
        statuses.push((await twin.ask('GET', '/v1/customers')).status);
      }
      runs.push(statuses.join());
    }
    expect(runs[0]).toContain('429');
    expect(runs[0]).toContain('200');
    expect(runs[1]).toBe(runs[0]);
    expect(runs[2]).not.toBe(runs[0]);
  });

  test.each([
    [{ fault: 'nonsense' }],
    [{ fault: 'refuse', probability: 2 }],
    [{ fault: 'refuse', times: -1 }],
    [{ fault: 'refuse', nonsense: 1 }],
    [{}],
    ['text'],
  ])('%o is refused', async (body) => {
    const answer = await fetch(`${url}/_sim/faults`, {
      method: 'POST',
      body: JSON.stringify(body),
    });
    expect(answer.status).toBe(400);
    expect(sim.faults.rules).toEqual([]);
  });
});

describe('controls', () => {
  test('the log has each request with its fault', async () => {
    await control('POST', '/faults', { fault: 'conflict', times: 1 });
    await ask('POST', '/v1/products', { name: 'logged' }, 'logged');
    const lines = (await (await fetch(`${url}/_sim/requests`)).text()).trim().split('\n');
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({
      method: 'POST',
      path: '/v1/products',
      key: 'logged',
      status: 409,
      fault: 'conflict',
    });
  });

  test('a snapshot has all objects; after a reset there are none', async () => {
    const { id } = await stripe.customers.create();
    const { objects, now } = (await control('GET', '/snapshot')) as {
      objects: Record<string, { id: string }[]>;
      now: number;
    };
    expect(objects['customer']?.map((each) => each.id)).toContain(id);
    expect(now).toBe(sim.world.clock.now());
    await control('POST', '/reset');
    expect((await stripe.customers.list()).data).toEqual([]);
    expect((await stripe.events.list()).data).toEqual([]);
  });

  test('time goes forward only', async () => {
    const { now } = (await control('GET', '/clock')) as { now: number };
    expect(await control('POST', '/clock', { advance: 5 })).toEqual({ now: now + 5 });
    expect(await control('POST', '/clock', { to: now })).toEqual({ now: now + 5 });
  });

  test('another host name than this machine’s is refused', async () => {
    const { status } = await new Promise<{ status: number }>((resolve, reject) => {
      void import('node:http').then(({ get }) =>
        get({ port, path: '/_sim/clock', headers: { host: 'evil.example' } }, (answer) => {
          answer.resume();
          resolve({ status: answer.statusCode ?? 0 });
        }).once('error', reject),
      );
    });
    expect(status).toBe(403);
  });
});
