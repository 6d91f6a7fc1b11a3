import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { entitlementsOf } from '../src/subscriptions/store.ts';
import { DAY_MS, MINUTE_MS } from '../src/kit/clock.ts';
import { person } from '../src/test/core.ts';
import { openScene, type Scene } from './invoicing/scene.ts';

// A customer can have terms of its own: a version of a plan that is for nobody else.

const START = Date.parse('2027-04-01T00:00:00Z');
const REQUESTS = 'mtr_requests';
let scene: Scene;
let plan: string;
let usual: string;
let acme: string;
let made = 0;

const send = (method: string, path: string, body?: object) => scene.core.admin(method, path, body);
const created = async (path: string, body: object): Promise<string> => {
  const answer = await send('POST', path, body);
  expect(answer.status, answer.text).toBeLessThan(300);
  return answer.body['id'] as string;
};
const content = (amount: string, limit: string, more: object = {}) => ({
  currency: 'USD',
  prices: [
    { model: 'flat', amount },
    { model: 'per_unit', meter_id: REQUESTS, unit_amount: '10' },
  ],
  entitlements: [{ kind: 'quota', meter_id: REQUESTS, limit, window: 'month' }],
  ...more,
});
const draft = (more: object, of = plan) =>
  send('POST', `/v1/plans/${of}/versions`, content('1000', '500', more));
async function own(customer_id: string, more: object = {}): Promise<string> {
  const id = (await draft({ customer_id, ...more })).body['id'] as string;
  await created(`/v1/plan-versions/${id}/publish`, {});
  return id;
}

beforeAll(async () => {
  scene = await openScene(START);
});
afterAll(() => scene.core.close());
beforeEach(async () => {
  made += 1;
  plan = await created('/v1/plans', { slug: `own-${made}`, name: 'Pro', self_serve: true });
  usual = await created(`/v1/plans/${plan}/versions`, content('3000', '100'));
  await created(`/v1/plan-versions/${usual}/publish`, {});
  acme = await scene.customer();
});

describe('terms of its own', () => {
  test('are what the customer pays and may, from the step on, as its preview says', async () => {
    await scene.go(Date.UTC(2027, 3 + 12 * made, 1));
    const start = scene.core.clock.now;
    const subscription = await scene.subscribe(acme, usual);
    const plan_version_id = await own(acme);
    await scene.go(start + 15 * DAY_MS);
    const step = { step: 'change', plan_version_id };
    const path = `/v1/subscriptions/${subscription}`;
    const { body } = await send('POST', `${path}/preview`, step);
    expect(body['due_now']['total']).toBe('-1000');
    expect((await send('POST', `${path}/steps`, step)).status).toBe(200);
    const told = await entitlementsOf(scene.core.sql, acme, scene.core.clock.now);
    expect(told.quotas.map(({ limit }) => limit)).toEqual([500]);
    await scene.use(acme, { at: start + 20 * DAY_MS, requests: 7 });
    await scene.go(start + 30 * DAY_MS + 10 * MINUTE_MS);
    await scene.bill();
    const lines = (await scene.invoices(acme)).flatMap((invoice) => invoice.lines);
    expect(lines.map(({ amount }) => amount)).toEqual(expect.arrayContaining(['70', '1000']));
  });

  test('can be what it begins with, and an add-on’s', async () => {
    const subscription = await scene.subscribe(acme, await own(acme));
    const kind = 'add_on';
    const seats = await created('/v1/plans', { slug: `seats-${made}`, name: 'Seats', kind });
    const terms = { prices: [{ model: 'flat', amount: '5' }], entitlements: [], customer_id: acme };
    const id = (await draft(terms, seats)).body['id'] as string;
    await created(`/v1/plan-versions/${id}/publish`, {});
    const asked = { step: 'add_on', plan_version_id: id, quantity: 2 };
    expect((await send('POST', `/v1/subscriptions/${subscription}/steps`, asked)).status).toBe(200);
  });

  test('are nobody else’s', async () => {
    const version = await own(acme);
    const other = await scene.customer();
    const refused = await send('POST', '/v1/subscriptions', {
      ...{ customer_id: other, plan_version_id: version },
    });
    expect([refused.status, refused.body['code']]).toEqual([409, 'state_conflict']);
    const subscription = await scene.subscribe(other, usual);
    const step = { step: 'change', plan_version_id: version };
    for (const verb of ['steps', 'preview']) {
      const answer = await send('POST', `/v1/subscriptions/${subscription}/${verb}`, step);
      expect(answer.status).toBe(409);
    }
  });

  test('stand with the customer, and neither in the plan nor in what is offered', async () => {
    const version = await own(acme);
    const { body } = await send('GET', `/v1/customers/${acme}/plan-versions`);
    expect(body['data']).toMatchObject([{ id: version, customer_id: acme, number: 2 }]);
    const listed = await send('GET', `/v1/plans/${plan}`);
    expect(listed.body['versions']).toMatchObject([{ id: usual, customer_id: null }]);
    const owner = await person(scene.core);
    const member = { user_id: owner.id, role: 'owner' };
    await send('POST', `/v1/customers/${acme}/memberships`, member);
    const offered = await owner.call('GET', `/portal/v1/customers/${acme}/plans?limit=100`);
    const all = offered.body['data'] as never as { id: string; version: { id: string } }[];
    expect(all.find(({ id }) => id === plan)?.version.id).toBe(usual);
    // The next version that is for all has a number of its own, and is what new customers get.
    const next = await created(`/v1/plans/${plan}/versions`, content('1', '1'));
    expect((await send('GET', `/v1/plan-versions/${next}`)).body['number']).toBe(3);
  });

  test('are compared with those of all, or with earlier ones of its own', async () => {
    const [first, second] = [await own(acme), await own(acme, { prices: [] })];
    const diff = async (query = '') =>
      (await send('GET', `/v1/plan-versions/${second}/diff${query}`)).body['from']['id'];
    expect(await diff()).toBe(usual);
    expect(await diff(`?from=${first}`)).toBe(first);
  });

  test('of a draft can be another customer’s still, and not once they are published', async () => {
    const other = await scene.customer();
    const id = (await draft({ customer_id: other })).body['id'] as string;
    const rewritten = await send('PUT', `/v1/plan-versions/${id}`, {
      ...content('1', '1'),
      customer_id: acme,
    });
    expect(rewritten.body['customer_id']).toBe(acme);
    await created(`/v1/plan-versions/${id}/publish`, {});
    await expect(
      scene.core.sql`update plan_versions set for_customer = ${other} where id = ${id}`,
    ).rejects.toThrow(/is published/);
  });
});

test.each<[string, unknown]>([
  ['nobody', 'cus_000000000000000000000000'],
  ['no id', 'acme'],
  ['a number', 7],
  ['a list', ['cus_000000000000000000000000']],
  ['nothing', ''],
  ['NUL', 'cus_00000000000000000000000\u0000'],
])('terms for %s are refused', async (_name, customer_id) => {
  const answer = await draft({ customer_id });
  expect([answer.status, answer.body['code']]).toEqual([400, 'invalid_request']);
  expect(answer.body['errors']).toMatchObject([{ path: 'customer_id' }]);
});

test('of a customer there is none, nothing is listed', async () => {
  const path = '/v1/customers/cus_000000000000000000000000/plan-versions';
  expect((await send('GET', path)).status).toBe(404);
});

test('a customer has fifty of its own at most, and a plan any number', async () => {
  for (let at = 0; at < 50; at += 1) expect((await draft({ customer_id: acme })).status).toBe(201);
  const answer = await draft({ customer_id: acme });
  expect([answer.status, answer.body['code']]).toEqual([409, 'state_conflict']);
  expect((await draft({ customer_id: await scene.customer() })).status).toBe(201);
});
