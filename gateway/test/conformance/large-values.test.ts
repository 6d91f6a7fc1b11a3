import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { callerOf } from './caller.ts';
import { CAPABILITIES, type HostKind } from './capabilities.ts';
import { type Host, openHost } from './host.ts';
import { openUpstream, openWorld, type Seller, type Upstream, type World } from './world.ts';

const KINDS = Object.keys(CAPABILITIES) as HostKind[];
const SOON = { timeout: 20_000, interval: 50 };

// The largest values that a route may believe, at the finest scale that takes them: they are
// counted exactly, and neither stop what the gateway tells core nor harm another customer.

const LARGEST = 1_000_000_000;
const SCALED = BigInt(LARGEST) * 10n ** 6n;

let world: World;
let upstream: Upstream;
let meterId: string;
/** Answers that the upstream keeps back. */
let held: (() => void)[] = [];
beforeAll(async () => {
  world = await openWorld();
  upstream = await openUpstream();
  const meter = { slug: 'large', name: 'Large', unit: 'unit', scale: 6 };
  meterId = `${(await world.core.admin('POST', '/v1/meters', meter)).body['id']}`;
  await world.route({
    path_pattern: '/large/*',
    upstream_url: upstream.url,
    metering: [{ source: 'response_json', pointer: '/u', meter: 'large' }],
  });
  await world.route({ path_pattern: '/plain/*', upstream_url: upstream.url });
  upstream.handler = ({ url }, response) => {
    const answer = (): void => void response.end(`{"u":${LARGEST}}`);
    if (url === '/large/held') held.push(answer);
    else answer();
  };
});
afterAll(async () => {
  upstream.close();
  await world.close();
});

type Sum = { requests: number; quantity: string };

async function billed({ customerId }: Seller): Promise<Sum | undefined> {
  const [row] = await world.core.sql<Sum[]>`
    select coalesce(sum(requests), 0)::int as requests,
           coalesce(sum(quantity), 0)::text as quantity
      from usage_entries where customer_id = ${customerId} and billable`;
  return row;
}

async function differing({ customerId }: Seller): Promise<unknown> {
  const { body } = await world.core.admin('GET', `/v1/usage/counts?customer_id=${customerId}`);
  return body['differing'];
}

describe.each(KINDS)('a gateway on %s', (kind) => {
  let host: Host;
  let other: Seller;
  beforeAll(async () => {
    host = await openHost(kind, { world });
    other = await world.customer({ quota: { limit: 1_000 } });
  });
  afterAll(() => host.kill());
  const call = callerOf(
    () => host.urls[0],
    () => other.key,
  );
  const ask = async (path: string, { key }: Seller): Promise<number> => {
    const answer = await call(path, { key });
    await answer.text();
    return answer.status;
  };

  test('lends and counts up to a limit of the largest values, and then refuses', async () => {
    const seller = await world.customer({ quota: { limit: `${9 * LARGEST}`, meter: meterId } });
    let served = 0;
    await vi.waitFor(async () => {
      if ((await ask('/large/a', seller)) === 200) served += 1;
      expect(served).toBeGreaterThanOrEqual(9);
    }, SOON);
    // One that the lease did not hold whole is overdrawn: a further one may have been admitted.
    await vi.waitFor(async () => {
      const status = await ask('/large/a', seller);
      if (status === 200) served += 1;
      expect(status).toBe(429);
    }, SOON);
    expect(served).toBeLessThanOrEqual(12);
    const quantity = `${SCALED * BigInt(served)}`;
    await vi.waitFor(
      async () => expect(await billed(seller)).toEqual({ requests: served, quantity }),
      SOON,
    );
    expect(await ask('/plain/a', other)).toBe(200);
  });

  test('records any number of them that pass a limit at once, to the unit', async () => {
    const seller = await world.customer({ quota: { limit: '10', meter: meterId } });
    held = [];
    const all = Array.from({ length: 20 }, () => ask('/large/held', seller));
    const beside = Array.from({ length: 20 }, () => ask('/plain/a', other));
    // The sum of ten is beyond the integers that are exact.
    await vi.waitFor(() => expect(held.length).toBeGreaterThanOrEqual(10), SOON);
    await Promise.all(beside);
    // What comes only now is answered, too.
    const answering = setInterval(() => held.splice(0).forEach((answer) => answer()), 20);
    const served = (await Promise.all(all)).filter((status) => status === 200).length;
    clearInterval(answering);
    expect(served).toBeGreaterThanOrEqual(10);
    const quantity = `${SCALED * BigInt(served)}`;
    await vi.waitFor(
      async () => expect(await billed(seller)).toEqual({ requests: served, quantity }),
      SOON,
    );
    await vi.waitFor(async () => {
      const mine = (await Promise.all(beside)).filter((status) => status === 200).length;
      expect((await billed(other))?.requests).toBeGreaterThanOrEqual(mine);
    }, SOON);
    expect(await differing(seller)).toBe(0);
    const letters = await world.core.admin('GET', '/v1/usage/dead-letters');
    expect(letters.body['data']).toEqual([]);
    expect(await ask('/plain/a', other)).toBe(200);
  });
});
