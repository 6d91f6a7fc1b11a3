import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { FailedJob } from '../../src/contract/job.ts';
import { DAY_MS, MINUTE_MS } from '../../src/kit/clock.ts';
import { openSending, startJobs, type Jobs } from '../../src/kit/jobs.ts';
import { openLog } from '../../src/kit/log.ts';
import { openMail } from '../../src/kit/mail.ts';
import { forgetHeadrooms } from '../../src/notices/headroom-store.ts';
import { noticesJobs } from '../../src/notices/jobs.ts';
import { LOOK_ONE, lookAround, lookAtUsage, Watcher } from '../../src/notices/watch.ts';
import { openScene, type Scene } from '../invoicing/scene.ts';

// Windows are read when something may have been passed; a customer about whom that fails holds up
// nobody, is seen by admins, and is told in the end.

const QUICK = { timeout: 20_000, interval: 50 };
const START = Date.parse('2026-04-01T00:00:00Z');
const log = openLog('test', 'silent');

let scene: Scene;
let jobs: Jobs;
const watcher = new Watcher();
beforeAll(async () => {
  scene = await openScene(START);
  const { sql, clock } = scene.core;
  const kit = { sql, log, clock: () => clock.now };
  const mail = openMail({ smtpUrl: undefined, mailDir: undefined, from: 'a@b.test', log });
  const all = noticesJobs({ ...kit, mail, publicUrl: 'https://portal.test' });
  jobs = startJobs(
    kit,
    all.map((job) => ({ ...job, retries: 1 })),
    { retryFirstS: 0 },
  );
  await jobs.begun;
});
afterAll(async () => {
  await jobs.stop();
  await scene.core.close();
});

const kit = () => {
  const { sql, clock } = scene.core;
  return { sql, clock: () => clock.now, log, send: openSending(sql), watcher };
};
const look = () => lookAround(kit());
const failed = async () =>
  (await scene.core.admin('GET', '/v1/failed-jobs')).body['data'] as unknown as FailedJob[];
const told = async (customer: string) =>
  (await scene.core.sql`select from notices where customer_id = ${customer}`).length;
const zone = (customer: string, name: string) =>
  scene.core.sql`update subscriptions set time_zone = ${name} where customer_id = ${customer}`;

test('windows are read again only when something may have been passed, or is another', async () => {
  const quota = (limit: string) =>
    scene.plan([], {
      entitlements: [{ kind: 'quota', meter_id: 'mtr_requests', limit, window: 'month' }],
    });
  const customer = await scene.customer();
  const subscription = await scene.subscribe(customer, await quota('1000'));
  const after = async (requests: number): Promise<number> => {
    await scene.use(customer, { requests, at: scene.core.clock.now });
    return (await lookAtUsage(kit())).due;
  };
  expect(await after(500)).toBe(1);
  expect(await after(299)).toBe(0);
  // What is used of another meter, however much of it, is nothing to be told of.
  const bytes = { meter_id: 'mtr_bytes', requests: 1, quantity: 10 ** 12 };
  await scene.use(customer, { ...bytes, at: scene.core.clock.now });
  expect((await lookAtUsage(kit())).due).toBe(0);
  expect(await told(customer)).toBe(0);
  expect(await after(1)).toBe(1);
  expect(await told(customer)).toBe(1);
  expect(await after(150)).toBe(0);
  const path = `/v1/subscriptions/${subscription}/change`;
  await scene.core.admin('POST', path, { plan_version_id: await quota('1100') });
  expect(await after(1)).toBe(1);
  expect(await told(customer)).toBe(2);
  await scene.go(scene.core.clock.now + DAY_MS);
  expect(await after(1)).toBe(1);
  expect(await after(147)).toBe(0);
  expect(await after(1)).toBe(1);
  expect(await told(customer)).toBe(3);
  expect(await after(5_000)).toBe(0);
});

test('a core that starts goes on with what others have found, but for what changed', async () => {
  const quota = (limit: string) =>
    scene.plan([], {
      entitlements: [{ kind: 'quota', meter_id: 'mtr_requests', limit, window: 'billing_period' }],
    });
  const customer = await scene.customer();
  const subscription = await scene.subscribe(customer, await quota('1000'));
  const after = async (requests: number, who: Watcher): Promise<number> => {
    await scene.use(customer, { requests, at: scene.core.clock.now });
    return (await lookAtUsage({ ...kit(), watcher: who })).due;
  };
  expect(await after(500, watcher)).toBe(1);
  expect(await after(100, new Watcher())).toBe(0);
  expect(await after(200, new Watcher())).toBe(1);
  expect(await told(customer)).toBe(1);
  const path = `/v1/subscriptions/${subscription}/change`;
  await scene.core.admin('POST', path, { plan_version_id: await quota('2000') });
  expect(await after(1, new Watcher())).toBe(1);
  // What nobody saw while no core was there is seen by the next.
  await scene.use(customer, { requests: 799, at: scene.core.clock.now });
  expect(await after(0, new Watcher())).toBe(1);
  expect(await told(customer)).toBe(2);
  await scene.go(scene.core.clock.now + 61 * MINUTE_MS);
  expect(await after(1, new Watcher())).toBe(1);
  await forgetHeadrooms(scene.core.sql, scene.core.clock.now + 61 * MINUTE_MS);
  expect(await scene.core.sql`select from notice_headrooms`).toHaveLength(0);
});

test('a customer who cannot be looked at is a failed job, and nobody waits for it', async () => {
  const version = await scene.plan(
    [{ model: 'per_unit', meter_id: 'mtr_requests', unit_amount: '1', included_units: '100' }],
    {},
  );
  const [broken, other] = [await scene.customer(), await scene.customer()];
  for (const customer of [broken, other]) await scene.subscribe(customer, version);
  await zone(broken, 'Nowhere/Land');
  for (const customer of [broken, other]) {
    await scene.use(customer, { requests: 90, at: scene.core.clock.now });
  }
  await look();
  expect([await told(broken), await told(other)]).toEqual([0, 1]);
  await vi.waitFor(async () => expect(await failed()).toHaveLength(1), QUICK);
  const [job] = await failed();
  expect(job).toMatchObject({ name: LOOK_ONE, data: { customer_id: broken } });
  // Until that is tried again it is left alone, however much it uses.
  await scene.use(broken, { requests: 1, at: scene.core.clock.now });
  await look();
  await zone(broken, 'UTC');
  expect((await scene.core.admin('POST', `/v1/failed-jobs/${job?.id}/retry`)).status).toBe(200);
  await vi.waitFor(async () => expect(await told(broken)).toBe(1), QUICK);
  expect(await scene.core.sql`select from notice_troubles`).toHaveLength(0);
  await scene.use(broken, { requests: 10, at: scene.core.clock.now });
  await look();
  expect(await told(broken)).toBe(2);
}, 60_000);

test('one whose failed job nobody retries is looked at again after a day', async () => {
  const version = await scene.plan([], {
    entitlements: [
      { kind: 'quota', meter_id: 'mtr_requests', limit: '10', window: 'billing_period' },
    ],
  });
  const customer = await scene.customer();
  await scene.subscribe(customer, version);
  await zone(customer, 'Nowhere/Land');
  await scene.use(customer, { requests: 9, at: scene.core.clock.now });
  await look();
  await vi.waitFor(async () => expect(await failed()).toHaveLength(1), QUICK);
  await zone(customer, 'UTC');
  await scene.use(customer, { requests: 1, at: scene.core.clock.now });
  await look();
  expect(await told(customer)).toBe(0);
  await scene.go(scene.core.clock.now + DAY_MS + 1);
  await scene.use(customer, { requests: 1, at: scene.core.clock.now });
  await look();
  expect(await told(customer)).toBe(1);
}, 60_000);
