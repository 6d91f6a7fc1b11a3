import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openCore, type Core } from '../src/test/core.ts';

// A customer pays in one currency: it changes only while nothing is, or can come to be, owed in it.

let core: Core;
beforeAll(async () => {
  core = await openCore();
});
afterAll(() => core.close());

let made = 0;
const created = async (path: string, body: object): Promise<string> => {
  const answer = await core.admin('POST', path, body);
  expect(answer.status, answer.text).toBeLessThan(300);
  return answer.body['id'] as string;
};
const customer = () => created('/v1/customers', { name: `C${(made += 1)}` });
const change = (id: string, currency: unknown) =>
  core.admin('PATCH', `/v1/customers/${id}`, { currency });
const FEE = [{ model: 'flat', amount: '100' }];
async function version(currency: string, prices: object[] = FEE): Promise<string> {
  const plan = await created('/v1/plans', { slug: `p${(made += 1)}`, name: 'P' });
  const content = { currency, prices, entitlements: [] };
  const id = await created(`/v1/plans/${plan}/versions`, content);
  await created(`/v1/plan-versions/${id}/publish`, {});
  return id;
}

test('changes while nothing was ever owed, and plans in the new one fit', async () => {
  const id = await customer();
  expect((await change(id, 'EUR')).body).toMatchObject({ currency: 'EUR' });
  const plan_version_id = await version('EUR');
  await created('/v1/subscriptions', { customer_id: id, plan_version_id });
  const audit = await core.admin('GET', `/v1/audit?subject_id=${id}&action=customer.update`);
  expect(audit.body['data'][0]).toMatchObject({
    changes: [{ table: 'customers', before: { currency: 'USD' }, after: { currency: 'EUR' } }],
  });
});

test.each([
  [
    'has or had a subscription',
    async (id: string) => {
      const plan_version_id = await version('USD');
      await created('/v1/subscriptions', { customer_id: id, plan_version_id });
    },
  ],
  [
    'has invoices',
    async (id: string) => {
      const lines = [{ description: 'Set-up', amount: '100' }];
      await created('/v1/invoices', { customer_id: id, lines });
    },
  ],
  [
    'has or had a subscription',
    // Over, and nothing is owed yet: its usage is billed later, and more of it may come late.
    async (id: string) => {
      const plan_version_id = await version('USD', [
        { model: 'per_unit', meter_id: 'mtr_requests', unit_amount: '1' },
      ]);
      const subscription = await created('/v1/subscriptions', { customer_id: id, plan_version_id });
      await core.admin('POST', `/v1/subscriptions/${subscription}/cancel`);
    },
  ],
  [
    'has a coupon of an amount',
    async (id: string) => {
      const off = { amount_off: '100', currency: 'USD' };
      const coupon = { slug: `c${(made += 1)}`, name: 'Off', ...off };
      const coupon_id = await created('/v1/coupons', coupon);
      await created(`/v1/customers/${id}/coupons`, { coupon_id });
    },
  ],
])('stays for a customer that %s, and says why', async (why, bind) => {
  const id = await customer();
  await bind(id);
  const answer = await change(id, 'EUR');
  expect([answer.status, answer.body['code']]).toEqual([409, 'state_conflict']);
  expect(answer.body['detail']).toBe(
    `The customer ${why} in USD: make another customer for another currency`,
  );
  expect((await change(id, 'USD')).status).toBe(200);
  expect((await core.admin('GET', `/v1/customers/${id}`)).body).toMatchObject({ currency: 'USD' });
});

test('of a change and a subscription at once, one is refused', async () => {
  const plan_version_id = await version('USD');
  for (let round = 0; round < 5; round++) {
    const id = await customer();
    const [changed, subscribed] = await Promise.all([
      change(id, 'EUR'),
      core.admin('POST', '/v1/subscriptions', { customer_id: id, plan_version_id }),
    ]);
    expect([changed.status, subscribed.status].toSorted()).toContain(409);
    expect([changed.status, subscribed.status].filter((status) => status < 300)).toHaveLength(1);
  }
});

test('of a change and a draft at once, the draft is in the currency that is left', async () => {
  const lines = [{ description: 'Set-up', amount: '100' }];
  for (let round = 0; round < 20; round++) {
    const id = await customer();
    const [, draft] = await Promise.all([
      change(id, 'EUR'),
      core.admin('POST', '/v1/invoices', { customer_id: id, lines }),
    ]);
    const { currency } = (await core.admin('GET', `/v1/customers/${id}`)).body;
    expect(draft.body['currency']).toBe(currency);
  }
});

describe('refused is a currency', () => {
  test.each([
    ['of nobody', 'XXX'],
    ['in small letters', 'eur'],
    ['that is a number', 1],
    ['of nothing', ''],
    ['null', null],
    ['with NUL', 'EU\u0000'],
  ])('%s', async (_name, currency) => {
    const answer = await change(await customer(), currency);
    expect([answer.status, answer.body['code']]).toEqual([400, 'invalid_request']);
  });
});
