import { afterEach, beforeEach, expect, test } from 'vitest';
import { usageLive } from '../../src/quotas/live.ts';
import { NOON } from '../usage/ledger.ts';
import { at, openScene, type Cast, type Scene } from '../usage/scene.ts';

let scene: Scene;
let cast: Cast;
beforeEach(async () => {
  scene = await openScene();
  cast = await scene.cast();
});
afterEach(() => scene.surface.close());

test.each([
  // NOON is that of a day of UTC: there 17:30 of the same day, whose first half hour is UTC's 18th.
  ['Asia/Kolkata', NOON - 17.5 * 60],
  ['America/New_York', NOON - 8 * 60],
  ['UTC', NOON - 12 * 60],
])('today is the day of the billing zone: in %s', async (zone, start) => {
  const { sql, clock } = scene.surface;
  await sql`update customers set billing_zone = ${zone} where id = ${cast.mine.id}`;
  await scene.use([
    { customer_id: cast.mine.id, minute: start - 1, requests: 100 },
    { customer_id: cast.mine.id, minute: start, requests: 2 },
    { customer_id: cast.mine.id, minute: NOON + 29, requests: 3 },
  ]);
  const { today } = await usageLive(sql, cast.mine.id, clock.now);
  expect(today).toMatchObject({ requests: 5, start: at(start), end: at(start + 24 * 60) });
});
