import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buyer, openAddOns, perUnit, REQUESTS, units, type AddOnScene } from './add-on-scene.ts';

// Units that an add-on adds: what is said of them before they are bought, and what is refused.

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
const draft: AddOnScene['draft'] = (...terms) => opened.draft(...terms);
const created: AddOnScene['created'] = (...asked) => opened.created(...asked);

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

test('a preview of a step says what there would be then; of a cancel, nothing', async () => {
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
