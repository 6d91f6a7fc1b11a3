import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Overview } from '../../src/contract/overview.ts';
import { newId } from '../../src/kit/id.ts';
import { portalOverviewHttp } from '../../src/quotas/http.ts';
import { KEYS_SHOWN_MAX } from '../../src/quotas/state.ts';
import { foldHours } from '../../src/usage/fold.ts';
import { openScene, type Cast, type Scene } from '../usage/scene.ts';
import { seedPlan } from './plan.ts';

// What the portal says is used of a quota is exactly what lies in the window that is counted.

const PORTAL = '/portal/v1/customers/:customer_id';
const minute = (iso: string): number => Date.parse(iso) / 60_000;

let scene: Scene;
let mine: Cast['mine'];
beforeAll(async () => {
  scene = await openScene({ [PORTAL]: portalOverviewHttp('https://api.example.com') });
});
beforeEach(async () => {
  ({ mine } = await scene.cast());
});
afterAll(() => scene.surface.close());

const quotas = async () => (await scene.portal<Overview>('/overview')).body.quotas;

async function moveTo(zone: string): Promise<void> {
  const { sql } = scene.surface;
  await sql`update customers set billing_zone = ${zone} where id = ${mine.id}`;
}

/** The newest minutes are in no hour yet; this puts all of them there. */
async function foldAll(): Promise<void> {
  const { sql, clock } = scene.surface;
  while (await foldHours(sql, clock.now + 86_400_000)) continue;
}

test.each([
  ['Europe/Berlin', '2026-03-09T23:00:00Z', '2026-03-10T23:00:00Z'],
  ['Asia/Kolkata', '2026-03-09T18:30:00Z', '2026-03-10T18:30:00Z'],
  ['Asia/Kathmandu', '2026-03-09T18:15:00Z', '2026-03-10T18:15:00Z'],
  ['America/St_Johns', '2026-03-10T02:30:00Z', '2026-03-11T02:30:00Z'],
])('a day in %s holds its own minutes, whatever hours it begins in', async (zone, start, end) => {
  await moveTo(zone);
  await seedPlan(scene.surface, mine.id, [{ limit: 10_000, window: 'day' }]);
  const [first, last] = [minute(start), minute(end) - 1];
  const use = [first - 1, first, first + 29, first + 30, first + 720, last, last + 1];
  await scene.use(use.map((at, i) => ({ customer_id: mine.id, minute: at, requests: 10 ** i })));
  const state = { used: '111110', zone, start: new Date(start).toISOString() };
  expect(await quotas()).toMatchObject([{ ...state, resets_at: new Date(end).toISOString() }]);
  await foldAll();
  expect(await quotas()).toMatchObject([state]);
});

test('a quota of each key is told key by key, the fullest first, others as unused', async () => {
  const { sql, clock } = scene.surface;
  await moveTo('Asia/Kolkata');
  const spare = newId('key', clock.now);
  const gone = newId('key', clock.now);
  for (const [id, revoked_at] of [[spare, null] as const, [gone, new Date(0)] as const]) {
    const key = { id, customer_id: mine.id, name: 'Spare', mode: 'live', prefix: 'x' };
    const rest = { last4: 'wxyz', secret_hash: randomBytes(32), created_by: 'test', revoked_at };
    await sql`insert into api_keys ${sql({ ...key, ...rest })}`;
  }
  await seedPlan(scene.surface, mine.id, [{ limit: 50, window: 'day', scope: 'key' }]);
  const day = minute('2026-03-09T18:30:00Z');
  const of = (key_id: string, at: number, requests: number) => ({
    ...{ customer_id: mine.id, key_id, minute: day + at, requests },
  });
  await scene.use([of(mine.key, -1, 1), of(mine.key, 0, 7), of(spare, 29, 40)]);
  const told = async () => (await quotas()).map(({ key, used }) => [key?.id, used]);
  expect(await told()).toEqual([
    [spare, '40'],
    [mine.key, '7'],
  ]);
  await foldAll();
  await scene.use([of(gone, 5, 9)]);
  expect(await told()).toEqual([
    [spare, '40'],
    [gone, '9'],
    [mine.key, '7'],
  ]);
  expect((await quotas())[0]).toMatchObject({
    scope: 'key',
    key: { id: spare, name: 'Spare', last4: 'wxyz' },
    limit: '50',
    enforcement: 'hard',
  });
});

test('of many keys those that used most are told', async () => {
  const { sql, clock } = scene.surface;
  await seedPlan(scene.surface, mine.id, [{ limit: 50, window: 'day', scope: 'key' }]);
  const ids = Array.from({ length: KEYS_SHOWN_MAX + 5 }, () => newId('key', clock.now));
  for (const id of ids) {
    const key = { id, customer_id: mine.id, name: 'Many', mode: 'live', prefix: 'x' };
    const rest = { last4: 'wxyz', secret_hash: randomBytes(32), created_by: 'test' };
    await sql`insert into api_keys ${sql({ ...key, ...rest })}`;
  }
  await scene.use(ids.map((key_id, i) => ({ customer_id: mine.id, key_id, requests: i + 1 })));
  const told = await quotas();
  expect(told.map(({ used }) => Number(used))).toEqual([15, 14, 13, 12, 11, 10, 9, 8, 7, 6]);
});

test('a billing period is that of the subscription, also for what has no limit', async () => {
  await moveTo('Asia/Tokyo');
  await seedPlan(scene.surface, mine.id, [{ limit: null, window: 'billing_period' }]);
  // It began a day ago, at half past twelve.
  const start = minute('2026-03-09T12:30:00Z');
  await scene.use([
    { customer_id: mine.id, minute: start - 1, requests: 1 },
    { customer_id: mine.id, minute: start, requests: 20 },
  ]);
  expect(await quotas()).toMatchObject([
    {
      window: 'billing_period',
      enforcement: 'unlimited',
      limit: null,
      used: '20',
      zone: 'UTC',
      start: '2026-03-09T12:30:00.000Z',
      resets_at: '2026-04-09T12:30:00.000Z',
    },
  ]);
});
