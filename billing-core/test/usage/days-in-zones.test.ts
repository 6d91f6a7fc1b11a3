import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { UsageSeries } from '../../src/contract/usage.ts';
import { foldHours } from '../../src/usage/fold.ts';
import { openScene, type Scene } from './scene.ts';

/** Days of a zone's own calendar: a day lasts as long as its clocks say. */
let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.surface.close());

const minuteOf = (text: string): number => Date.parse(text) / 60_000;

describe.each([false, true])('hours are folded: %s', (isFolded) => {
  test.each([
    ['UTC', '2026-03-09T00:00Z', 24],
    ['Europe/Berlin', '2026-03-08T23:00Z', 24],
    // Its days begin within an hour of UTC.
    ['Asia/Kolkata', '2026-03-08T18:30Z', 24],
    ['Pacific/Kiritimati', '2026-03-08T10:00Z', 24],
    // Clocks are put forward on this day.
    ['America/New_York', '2026-03-08T05:00Z', 23],
  ])('in %s a day that begins at %s has %d hours', async (zone, begins, hours) => {
    const { mine } = await scene.cast();
    const start = minuteOf(begins);
    const end = start + hours * 60;
    const customer_id = mine.id;
    await scene.use([
      { customer_id, minute: start - 1, requests: 1 },
      { customer_id, minute: start, requests: 2 },
      { customer_id, minute: end - 1, requests: 4 },
      { customer_id, minute: end, requests: 8 },
    ]);
    if (isFolded) while (await foldHours(scene.surface.sql, scene.surface.clock.now));
    const range = `from=2026-03-07T00:00:00Z&to=2026-03-10T12:00:00Z`;
    const { body } = await scene.portal<UsageSeries>(`/usage?interval=day&zone=${zone}&${range}`);
    expect(body.zone).toBe(zone);
    expect(body.data.map((row) => [minuteOf(row.start) - start, row.requests])).toEqual([
      [-24 * 60, 1],
      [0, 6],
      [hours * 60, 8],
    ]);
    const rows = await scene.portal<UsageSeries>(`/usage?interval=day&${range}`);
    expect(rows.body.totals).toEqual(body.totals);
  });
});
