import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Host, openHost } from './host.ts';
import { openUpstream, openWorld, type Seller, type Upstream, type World } from './world.ts';

const LONG = { timeout: 60_000, interval: 250 };

let world: World;
let upstream: Upstream;
let host: Host;
beforeAll(async () => {
  world = await openWorld();
  upstream = await openUpstream();
  await world.route({ path_pattern: '/*', upstream_url: upstream.url });
  host = await openHost('workers, relaxed', { world });
});
afterAll(async () => {
  await host.kill();
  upstream.close();
  await world.close();
});

const call = async ({ key }: Seller): Promise<number> => {
  const answer = await fetch(`${host.urls[0]}/x`, { headers: { 'x-api-key': key } });
  await answer.text();
  return answer.status;
};
/** On a busy machine a boot that begins may be lent units too late for who asked first: 503. */
const served = (seller: Seller): Promise<void> =>
  vi.waitFor(async () => {
    const status = await call(seller);
    if (status !== 503) return expect(status).toBe(200);
    throw new Error('not lent in time');
  }, LONG);
const boots = (): Promise<{ state: string; in_doubt: number }[]> =>
  world.core.sql`select state, in_doubt::int as in_doubt from boots order by started_at`;
const lent = async (customerId: string): Promise<number> => {
  const [row] = await world.core.sql<{ lent: number }[]>`
    select lent::int as lent from quota_windows where customer_id = ${customerId}`;
  return row?.lent ?? 0;
};

test('an idle till object seals its boot and begins anew when it is asked', async () => {
  const seller = await world.customer({ quota: { limit: 1_000 } });
  for (let i = 0; i < 20; i++) expect(await call(seller)).toBe(200);
  await vi.waitFor(async () => expect(await world.ledger(seller.customerId)).toBe(20), LONG);
  expect(await lent(seller.customerId)).toBeGreaterThan(20);
  const sealed = [{ state: 'sealed', in_doubt: 0 }];
  await vi.waitFor(async () => expect(await boots()).toEqual(sealed), LONG);
  expect(await lent(seller.customerId)).toBe(20);

  for (let i = 0; i < 5; i++) await served(seller);
  await vi.waitFor(async () => expect(await world.ledger(seller.customerId)).toBe(25), LONG);
  expect((await boots()).map(({ state }) => state)).toEqual(['sealed', 'live']);
}, 120_000);

test('a restarted till object goes on counting its messages: it is lent more', async () => {
  const seller = await world.customer({ quota: { limit: 1_000 } });
  const told = async (): Promise<{ boot: string; message: number; granted: number }> => {
    const [row] = await world.core.sql<{ boot: string; message: number; granted: number }[]>`
      select boot_id as boot, last_message::int as message, granted::int as granted
        from leases l join quota_windows w on w.id = l.window_id
             join boots b using (gateway_id, boot_id)
       where w.customer_id = ${seller.customerId}`;
    return row ?? { boot: '', message: 0, granted: 0 };
  };
  expect(await call(seller)).toBe(200);
  await host.kill();
  const before = await told();
  expect(before.granted).toBeGreaterThan(0);
  await host.start();
  await vi.waitFor(async () => {
    expect(await call(seller)).toBe(200);
    expect((await told()).granted).toBeGreaterThan(before.granted);
  }, LONG);
  const after = await told();
  expect(after.boot).toBe(before.boot);
  expect(after.message).toBeGreaterThan(before.message);
});
