import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Invoice } from '../src/contract/invoice.ts';
import type { Notice } from '../src/contract/notice.ts';
import { DAY_MS, MINUTE_MS } from '../src/kit/clock.ts';
import { openLog } from '../src/kit/log.ts';
import { lookAround, Watcher } from '../src/notices/watch.ts';
import { openScene, type Scene } from './invoicing/scene.ts';

// Units that an add-on puts on top of those that the plan's price includes: as many as it has, for
// the time that it is there, and the invoice says so.

const START = Date.parse('2027-04-01T00:00:00Z');
const REQUESTS = 'mtr_requests';
let scene: Scene;
let made = 0;

beforeAll(async () => {
  scene = await openScene(START);
});
afterAll(() => scene.core.close());

const send = (method: string, path: string, body?: object) => scene.core.admin(method, path, body);
const created = async (path: string, body: object): Promise<string> => {
  const answer = await send('POST', path, body);
  expect(answer.status, answer.text).toBeLessThan(300);
  return answer.body['id'] as string;
};
const units = (amount: string, meter_id = REQUESTS) => ({
  ...{ kind: 'included_units', meter_id, units: amount },
});
const perUnit = (included_units: string, more: object = {}) => ({
  ...{ model: 'per_unit', meter_id: REQUESTS, unit_amount: '1', included_units },
  ...more,
});

async function draft(entitlements: object[], { kind = 'add_on', ...terms }: Draft = {}) {
  const plan = await created('/v1/plans', { slug: `u-${(made += 1)}`, name: 'Pack', kind });
  const content = { currency: 'USD', prices: [], entitlements, ...terms };
  return send('POST', `/v1/plans/${plan}/versions`, content);
}
type Draft = { kind?: string; charged?: string; proration?: string };
async function pack(entitlements: object[], terms: Draft = {}): Promise<string> {
  const answer = await draft(entitlements, terms);
  const version = answer.body['id'] as string;
  await created(`/v1/plan-versions/${version}/publish`, {});
  return version;
}

/** The next first of a month that has 30 days. */
function nextMonth(): number {
  const at = new Date(scene.core.clock.now);
  do at.setUTCMonth(at.getUTCMonth() + 1, 1);
  while (![3, 5, 8, 10].includes(at.getUTCMonth()));
  return at.setUTCHours(0, 0, 0, 0);
}

/** A customer on a plan from the beginning of a month of 30 days. */
async function on(prices: object[], terms: object = {}) {
  const start = nextMonth();
  await scene.go(start);
  const customer = await scene.customer();
  const subscription = await scene.subscribe(customer, await scene.plan(prices, terms));
  const step = async (of: string, quantity: number, more: object = {}): Promise<void> => {
    const path = `/v1/subscriptions/${subscription}/steps`;
    const asked = { step: 'add_on', plan_version_id: of, quantity, ...more };
    const answer = await send('POST', path, asked);
    expect(answer.status, answer.text).toBe(200);
  };
  const use = (at: number, quantity: bigint) =>
    scene.use(customer, { at, meter_id: REQUESTS, requests: 1, quantity, billable: true });
  /** Usage lines of the invoice for the period that ends then. */
  const billed = async (end = start + 30 * DAY_MS) => {
    await scene.go(end + 10 * MINUTE_MS);
    await scene.bill();
    const all = await scene.invoices(customer);
    return linesOf(all);
  };
  return { customer, subscription, start, step, use, billed };
}
const linesOf = (invoices: Invoice[]) =>
  invoices
    .flatMap(({ lines }) => lines)
    .filter(({ kind }) => kind === 'usage' || kind === 'late_usage')
    .map(({ description, amount }) => [amount, description]);

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

  test('make nothing included of what the plan has no price for, nor of another meter', async () => {
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

describe('refused are', () => {
  const BAD: [string, object, string][] = [
    ['no meter', { ...units('1'), meter_id: undefined }, 'entitlements.0.meter_id'],
    ['a meter that is none', units('1', 'mtr_0000000000000000000000ab'), 'entitlements.0.meter_id'],
    ['no units', { ...units('1'), units: undefined }, 'entitlements.0.units'],
    ['none of it', units('0'), 'entitlements.0.units'],
    ['less than none', units('-1'), 'entitlements.0.units'],
    ['a part of a request', units('1.5'), 'entitlements.0.units'],
    ['more than gateways count', units('9007199254740992'), 'entitlements.0.units'],
    ['a number', { ...units('1'), units: 5 }, 'entitlements.0.units'],
    ['text', units('many\u0000'), 'entitlements.0.units'],
    ['a window', { ...units('1'), window: 'month' }, 'entitlements.0.window'],
  ];
  test.each(BAD)('units of an add-on with %s', async (_name, line, path) => {
    const { status, body } = await draft([line]);
    expect([status, body['code']]).toEqual([400, 'invalid_request']);
    expect((body['errors'] as never as { path: string }[])[0]?.path).toBe(path);
  });

  test('the same meter twice, and units of a plan', async () => {
    const twice = await draft([units('1'), units('2')]);
    expect(twice.body['errors']).toMatchObject([{ path: 'entitlements.1.meter_id' }]);
    const plan = await draft([units('1')], { kind: 'plan' });
    expect(plan.body['errors']).toMatchObject([{ path: 'entitlements.0.kind' }]);
  });
});

test('a version says what it changed of them', async () => {
  const plan = await created('/v1/plans', { slug: 'u-diff', name: 'Pack', kind: 'add_on' });
  const version = (amount: string) =>
    created(`/v1/plans/${plan}/versions`, {
      ...{ currency: 'USD', prices: [], entitlements: [units(amount)] },
    });
  await version('10');
  const second = await version('20');
  const { body } = await send('GET', `/v1/plan-versions/${second}/diff`);
  expect(body['entitlements']).toMatchObject([
    { change: 'changed', fields: ['units'], before: { units: '10' }, after: { units: '20' } },
  ]);
});

test('a preview of a step says what there would be then, and nothing of a canceled one', async () => {
  const quota = { kind: 'quota', meter_id: REQUESTS, window: 'month', scope: 'customer' };
  const sso = { kind: 'feature', feature: 'sso' };
  const { subscription, step } = await on([perUnit('100')], {
    entitlements: [{ ...quota, limit: '1000' }, sso],
  });
  const audit = { kind: 'feature', feature: 'audit' };
  const more = await pack([units('50'), { ...quota, limit: '200' }, audit]);
  const preview = async (asked: object) => {
    const { body } = await send('POST', `/v1/subscriptions/${subscription}/preview`, asked);
    return body['allowances'];
  };
  const has = (limit: string, included: string, features: string[]) => ({
    quotas: [{ ...PLAIN, limit }],
    included_units: [{ meter_id: REQUESTS, units: included }],
    features,
  });
  const { kind: _, ...PLAIN } = { ...quota, enforcement: 'hard' };
  const buy = (quantity: number) => ({ step: 'add_on', plan_version_id: more, quantity });
  expect(await preview(buy(3))).toEqual(has('1600', '250', ['audit', 'sso']));
  await step(more, 3);
  expect(await preview(buy(0))).toEqual(has('1000', '100', ['sso']));
  expect(await preview({ ...buy(1), at: 'period_end' })).toEqual(
    has('1200', '150', ['audit', 'sso']),
  );
  const plan_version_id = await scene.plan([perUnit('7')], {
    entitlements: [{ ...quota, limit: '5' }],
  });
  for (const at of ['now', 'period_end']) {
    expect(await preview({ step: 'change', plan_version_id, at })).toEqual(
      has('605', '157', ['audit']),
    );
  }
  const nothing = { quotas: [], included_units: [], features: [] };
  for (const at of ['now', 'period_end']) {
    expect(await preview({ step: 'cancel', at })).toEqual(nothing);
  }
});

test('a preview of a price takes them', async () => {
  const asked = { price: perUnit('100'), currency: 'USD', quantity: '300', added_units: '150' };
  const { body } = await send('POST', '/v1/prices/preview', asked);
  expect(body['rounded_amount']).toBe('50');
  for (const added_units of ['-1', '1.5', 'x', '', 7]) {
    const bad = await send('POST', '/v1/prices/preview', { ...asked, added_units });
    expect([added_units, bad.status]).toEqual([added_units, 400]);
  }
  const flat = { price: { model: 'flat', amount: '1' }, currency: 'USD', added_units: '1' };
  expect((await send('POST', '/v1/prices/preview', flat)).status).toBe(400);
});
