import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { setTimeout as pause } from 'node:timers/promises';
import { Cluster } from './cluster.ts';
import { Line } from './line.ts';
import { Shop } from './shop.ts';

// A primary, and a synchronous standby that takes over; everything else is as in an installation.

const TEST_MS = 240_000;
const LIMIT = 1_200;
const CLIENTS = 8;
const PATIENT = { timeout: 60_000, interval: 100 };

let primary: Cluster;
let standby: Cluster;
let line: Line;
let shop: Shop;
let leading: Cluster;
beforeAll(async () => {
  primary = await Cluster.open();
  leading = primary;
  await primary.stop();
  standby = await primary.standby('s1');
  primary.settings = { synchronous_standby_names: 's1' };
  await primary.start();
  await standby.start();
  line = await Line.open(primary.port);
  const url = new URL(primary.url);
  url.port = `${line.port}`;
  shop = await Shop.open(url.href, () => leading.url);
  await shop.sell(LIMIT);
  await Promise.all([shop.startGateway(0), shop.startGateway(1)]);
}, TEST_MS);
afterAll(async () => {
  await shop.close();
  line.close();
  await Promise.all([primary.kill(), standby.kill()]);
}, TEST_MS);

test(
  'no answer leaves before its commit is on the standby',
  async () => {
    const before = await shop.serve(50);
    await vi.waitFor(async () => expect(await shop.recorded()).toBe(before), PATIENT);
    standby.signal('SIGSTOP');
    await shop.serve(10);
    type Boots = { data: { boots: { state: string; next_sequence: number }[] }[] };
    const sequences = async (): Promise<number[]> =>
      (await shop.api<Boots>('/gateways')).data.map(({ boots }) => boots[0]?.next_sequence ?? 0);
    const then = await sequences();
    await pause(3_000);
    // What is not answered is not seen by others either: the commits wait.
    expect(await sequences()).toEqual(then);
    expect(await shop.recorded()).toBe(before);
    standby.signal('SIGCONT');
    await vi.waitFor(async () => expect(await shop.recorded()).toBe(before + 10), PATIENT);
  },
  TEST_MS,
);

test(
  'the standby takes over under load: nothing answered is gone, and the hard limit holds',
  async () => {
    let served = await shop.recorded();
    let going = true;
    const client = async (at: number): Promise<void> => {
      while (going) if ((await shop.ask(at % 2)) === 200) served += 1;
    };
    const clients = Array.from({ length: CLIENTS }, (_, at) => client(at));
    await vi.waitUntil(() => served > 200, PATIENT);
    await primary.kill();
    await shop.sqlOn(standby.url, (sql) => sql`select pg_promote()`);
    line.switchTo(standby.port);
    leading = standby;
    const recoveries = (): Promise<string[]> =>
      shop.sql(async (sql) => {
        const rows = await sql`select reason from recoveries order by number`;
        return rows.map((row) => row['reason'] as string);
      });
    await vi.waitFor(
      async () => expect(await recoveries()).toEqual(['first', 'other_server']),
      PATIENT,
    );
    await vi.waitFor(
      async () => expect(await shop.api('/recovery')).toMatchObject({ open: true }),
      PATIENT,
    );
    going = false;
    await Promise.all(clients);
    served += await shop.exhaust();
    await vi.waitFor(async () => expect(await shop.recorded()).toBe(served), PATIENT);
    const { differing } = await shop.api<{ differing: number }>('/usage/counts');
    process.stdout.write(`${served} of ${LIMIT} served and recorded over a failover\n`);
    expect(differing).toBe(0);
    expect(served).toBeLessThanOrEqual(LIMIT);
    // Of requests that were under way at the turn the units are given up with their boots.
    expect(served).toBeGreaterThanOrEqual(LIMIT - 2 * CLIENTS);
    expect(await shop.api('/usage/gaps')).toMatchObject({ data: [] });
  },
  TEST_MS,
);
