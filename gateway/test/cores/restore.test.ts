import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { Cluster } from './cluster.ts';
import { Shop } from './shop.ts';

// The files of the database are copied, and put back later; everything else is real and goes on.

const TEST_MS = 240_000;
const LIMIT = 1_500;
const PATIENT = { timeout: 60_000, interval: 100 };

let cluster: Cluster;
let shop: Shop;
beforeAll(async () => {
  cluster = await Cluster.open();
  shop = await Shop.open(cluster.url, () => cluster.url);
  await shop.sell(LIMIT);
  await Promise.all([shop.startGateway(0), shop.startGateway(1)]);
}, TEST_MS);
afterAll(async () => {
  await shop.close();
  await cluster.kill();
}, TEST_MS);

test(
  'files put back: gateways ship again what is gone, and the hard limit holds to the unit',
  async () => {
    let served = await shop.serve(200);
    await vi.waitFor(async () => expect(await shop.recorded()).toBe(served), PATIENT);
    await cluster.stop();
    const copy = cluster.copy();
    await cluster.start();

    served += await shop.serve(300);
    // An ended boot that the copy takes for a live one, and one that it does not know.
    await shop.stopGateway(1);
    await shop.startGateway(1);
    served += await shop.serve(100);
    await vi.waitFor(async () => expect(await shop.recorded()).toBe(served), PATIENT);

    await cluster.stop();
    cluster.putBack(copy);
    await cluster.start();
    expect(await shop.recorded()).toBe(200);
    served += await shop.exhaust();
    await vi.waitFor(async () => expect(await shop.recorded()).toBe(served), PATIENT);
    const recoveries = await shop.sql((sql) => sql`select reason from recoveries order by number`);
    const counts = await shop.api<{ differing: number; compared: number }>('/usage/counts');
    const gaps = await shop.api<{ data: unknown[] }>('/usage/gaps');
    process.stdout.write(
      `${served} of ${LIMIT} served, ${shop.reached} reached the API, ` +
        `${await shop.recorded()} in the ledger after a copy of 200 was put back\n`,
    );
    expect(recoveries.map((row) => row['reason'])).toEqual(['first', 'lost_sync']);
    expect(served).toBe(LIMIT);
    expect(shop.reached).toBe(LIMIT);
    expect(counts).toMatchObject({ differing: 0, compared: 1 });
    expect(gaps.data).toEqual([]);
    expect(await shop.api('/recovery')).toMatchObject({ open: true });
  },
  TEST_MS,
);
