import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Notice } from '../src/contract/notice.ts';
import { DAY_MS, MINUTE_MS } from '../src/kit/clock.ts';
import { openLog } from '../src/kit/log.ts';
import { lookAround, Watcher } from '../src/notices/watch.ts';
import {
  buyer,
  linesOf,
  openAddOns,
  perUnit,
  REQUESTS,
  units,
  type AddOnScene,
} from './add-on-scene.ts';

// Units that an add-on puts on top of those that the plan's price includes: as many as it has, for
// the time that it is there, and the invoice says so.

const START = Date.parse('2027-04-01T00:00:00Z');
let opened: AddOnScene;
let scene: AddOnScene['scene'];

beforeAll(async () => {
  opened = await openAddOns(START);
  ({ scene } = opened);
});
afterAll(() => scene.core.close());

const on = (prices: object[], terms: object = {}) => buyer(opened, prices, terms);
const send: AddOnScene['send'] = (...asked) => opened.send(...asked);
const pack: AddOnScene['pack'] = (...terms) => opened.pack(...terms);

describe('included units of an add-on', () => {
  test('are on top of the price’s, so many times as there are of it', async () => {
    const { start, step, use, billed } = await on([perUnit('100')]);
    await step(await pack([units('50')]), 3);
    await use(start + DAY_MS, 300n);
    expect(await billed()).toEqual([
      ['50', '300 requests: 100 included + 150 included with add-ons + 50 × $0.01 = $0.50'],
    ]);
  });

  test('are of the time that it is there, whatever its number in between', async () => {
    const { start, step, use, billed } = await on([perUnit('100')]);
    const more = await pack([units('60')]);
    await scene.go(start + 10 * DAY_MS);
    await step(more, 1);
    await scene.go(start + 15 * DAY_MS);
    await step(more, 4);
    await scene.go(start + 20 * DAY_MS);
    await step(more, 0);
    await use(start + DAY_MS, 500n);
    // 60 x 5/30 and 240 x 5/30; no tier begins anew, and it is one line.
    expect(await billed()).toEqual([
      ['350', '500 requests: 100 included + 50 included with add-ons + 350 × $0.01 = $3.50'],
    ]);
  });

  test('fall to each part of a period in which the plan changes', async () => {
    const { start, subscription, step, use, billed } = await on([perUnit('0')]);
    await step(await pack([units('30')]), 1);
    await use(start + DAY_MS, 100n);
    await scene.go(start + 10 * DAY_MS);
    const plan_version_id = await scene.plan([perUnit('0')]);
    await send('POST', `/v1/subscriptions/${subscription}/change`, { plan_version_id });
    await use(start + 11 * DAY_MS, 100n);
    expect((await billed()).map(([amount]) => amount)).toEqual(['90', '80']);
  });

  test('come again with each period, and those of one that is charged once too', async () => {
    const { start, step, use, billed } = await on([perUnit('0')]);
    await step(await pack([units('10')]), 1);
    await step(await pack([units('5')], { charged: 'once' }), 1);
    await use(start + DAY_MS, 20n);
    expect((await billed()).map(([amount]) => amount)).toEqual(['5']);
    await use(start + 31 * DAY_MS, 20n);
    const next = await billed(new Date(start).setUTCMonth(new Date(start).getUTCMonth() + 2));
    expect(next.map(([amount]) => amount)).toEqual(['5', '5']);
  });

  test('make nothing included of what the plan has no price for', async () => {
    const { start, step, use, billed } = await on([perUnit('0')]);
    await send('POST', '/v1/meters', { slug: 'tokens', name: 'Tokens', unit: 'token', scale: 0 });
    const meters = (await send('GET', '/v1/meters')).body['data'] as never as { id: string }[];
    const other = meters.find(({ id }) => id !== REQUESTS)?.id ?? '';
    await step(await pack([units('1000', other)]), 1);
    await use(start + DAY_MS, 20n);
    expect((await billed()).map(([amount]) => amount)).toEqual(['20']);
  });

  test('are there from the next period on where the step says so', async () => {
    const { start, step, use, billed } = await on([perUnit('0')]);
    await step(await pack([units('10')]), 1, { at: 'period_end' });
    await use(start + DAY_MS, 20n);
    expect((await billed()).map(([amount]) => amount)).toEqual(['20']);
  });

  test('hold for what is billed early and for what comes late', async () => {
    const { customer, start, step, use, billed } = await on([perUnit('100')], {
      threshold_amount: '100',
    });
    const more = await pack([units('100')]);
    await step(more, 1);
    await use(start + DAY_MS, 350n);
    await scene.go(start + 2 * DAY_MS);
    await scene.bill();
    expect(linesOf(await scene.invoices(customer)).map(([amount]) => amount)).toEqual(['150']);
    // Half of the add-on's units go with it, and what is billed of the period makes up for it.
    await scene.go(start + 15 * DAY_MS);
    await step(more, 0);
    expect((await billed()).map(([amount]) => amount)).toEqual(['150', '50']);
    await use(start + 3 * DAY_MS, 7n);
    expect((await billed(start + 61 * DAY_MS)).at(-1)?.[0]).toBe('7');
  });

  test('are told of when so much of all of it is used', async () => {
    const { customer, start, step, use } = await on([perUnit('100')]);
    await step(await pack([units('100')]), 1);
    await scene.go(start + DAY_MS);
    const watcher = new Watcher();
    const { sql, clock } = scene.core;
    const log = openLog('test', 'silent');
    const told = async () => {
      await lookAround({ sql, clock: () => clock.now, log, send: async () => {}, watcher });
      const { body } = await send('GET', `/v1/notices?customer_id=${customer}`);
      return (body['data'] as never as Notice[]).map(({ detail }) => detail);
    };
    await use(start + DAY_MS, 150n);
    expect(await told()).toEqual([]);
    await use(start + DAY_MS, 10n);
    expect(await told()).toMatchObject([{ percent: '80', limit: '200' }]);
  });
});

describe('whatever is done with add-ons', () => {
  const STEPS = fc.array(
    fc.record({
      day: fc.integer({ min: 0, max: 29 }),
      minute: fc.integer({ min: 0, max: 1_439 }),
      quantity: fc.integer({ min: 0, max: 9 }),
    }),
    { maxLength: 5 },
  );

  test('units and time: never fewer than their part, nor one more for each change', async () => {
    const more = await pack([units('97')]);
    await fc.assert(
      fc.asyncProperty(STEPS, async (steps) => {
        const { start, step, use, billed } = await on([perUnit('0')]);
        const sorted = steps
          .map(({ day, minute, quantity }) => ({
            at: start + day * DAY_MS + minute * MINUTE_MS,
            quantity,
          }))
          .toSorted((one, other) => one.at - other.at);
        let has = 0;
        let since = start;
        let unitMs = 0;
        let changes = 0;
        for (const { at, quantity } of sorted) {
          if (quantity === has) continue;
          await scene.go(at);
          await step(more, quantity);
          unitMs += has * (at - since);
          [has, since, changes] = [quantity, at, changes + 1];
        }
        unitMs += has * (start + 30 * DAY_MS - since);
        const fair = (97 * unitMs) / (30 * DAY_MS);
        await use(start + DAY_MS, 10_000n);
        const [[amount] = []] = await billed();
        const included = 10_000 - Number(amount);
        expect(included).toBeGreaterThanOrEqual(fair - 1e-6);
        expect(included).toBeLessThan(fair + changes + 1e-6);
      }),
      { numRuns: 12 },
    );
  }, 120_000);
});
