import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { plansHttp } from '../src/catalog/plans-http.ts';
import { portalPlansHttp } from '../src/catalog/portal.ts';
import type { PortalCustomer } from '../src/contract/customer.ts';
import type { Page } from '../src/contract/page.ts';
import type { OfferedPlan, Plan, PlanVersion } from '../src/contract/plan.ts';
import type { Subscription } from '../src/contract/subscription.ts';
import { OWNED_CUSTOMERS_MAX } from '../src/customers/actions.ts';
import { newId } from '../src/kit/id.ts';
import { subscriptionsHttp } from '../src/subscriptions/http.ts';
import { portalSubscriptionsHttp } from '../src/subscriptions/portal.ts';
import { expectRefused, invalid, NO_BODIES } from './refused.ts';
import { footprint, openSurface, type Surface } from './surface.ts';

const PATH = '/portal/v1/customers';
let surface: Surface;

beforeAll(async () => {
  surface = await openSurface({
    '/v1': subscriptionsHttp().route('/', plansHttp()),
    '/portal/v1': portalSubscriptionsHttp(),
    '/portal/v1/customers/:customer_id': portalPlansHttp(),
  });
});
afterAll(async () => surface.close());

beforeEach(async () => {
  const id = newId('usr', surface.clock.now);
  surface.caller.user = { id, name: 'Ada', email: `${id}@example.com`, role: 'user' };
  surface.caller.actor = { kind: 'user', id, role: 'user' };
  await surface.sql`insert into users ${surface.sql(surface.caller.user)}`;
  await surface.sql`update plans set self_serve_default = false, self_serve = false`;
});

let count = 0;
async function plan(patch: object, over: object = {}) {
  const slug = `plan-${(count += 1)}`;
  const { body } = await surface.send<Plan>('POST', '/v1/plans', { slug, name: slug });
  await surface.send('PATCH', `/v1/plans/${body.id}`, patch);
  const draft = await surface.send<PlanVersion>('POST', `/v1/plans/${body.id}/versions`, {
    currency: 'USD',
    prices: [],
    entitlements: [],
    ...over,
  });
  return { planId: body.id, versionId: draft.body.id };
}
const publish = (versionId: string) =>
  surface.send('POST', `/v1/plan-versions/${versionId}/publish`);
const signUp = (body: object = { name: 'Acme' }) =>
  surface.send<PortalCustomer>('POST', PATH, body);
const subscriptionsOf = async (id: string) =>
  (await surface.send<Page<Subscription>>('GET', `/v1/subscriptions?customer_id=${id}`)).body.data;

describe('becoming a customer', () => {
  test('makes the customer, its owner and a subscription to the default plan', async () => {
    const { versionId } = await plan({ self_serve_default: true }, { currency: 'EUR' });
    await publish(versionId);
    const { status, body } = await signUp({ name: 'Größe & Söhne', billing_zone: 'Europe/Berlin' });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      name: 'Größe & Söhne',
      currency: 'EUR',
      billing_zone: 'Europe/Berlin',
      state: 'active',
    });
    expect(
      await surface.sql`select role, user_id from memberships
      where customer_id = ${body.id}`,
    ).toEqual([{ role: 'owner', user_id: surface.caller.user.id }]);
    expect(await subscriptionsOf(body.id)).toMatchObject([
      { plan_version_id: versionId, state: 'active' },
    ]);
  });

  test('takes the newest published version, not a newer draft or an older one', async () => {
    const { planId, versionId: first } = await plan({ self_serve_default: true });
    await publish(first);
    const versions = `/v1/plans/${planId}/versions`;
    const body = { currency: 'USD', prices: [], entitlements: [] };
    const second = await surface.send<PlanVersion>('POST', versions, body);
    await publish(second.body.id);
    await surface.send('POST', versions, body);
    const customer = (await signUp()).body;
    expect(await subscriptionsOf(customer.id)).toMatchObject([{ plan_version_id: second.body.id }]);
  });

  test('without a published default plan makes a customer without a subscription', async () => {
    await plan({ self_serve_default: true });
    const { status, body } = await signUp();
    expect({ status, currency: body.currency }).toEqual({ status: 201, currency: 'USD' });
    expect(await subscriptionsOf(body.id)).toEqual([]);
  });

  test('twice with one Idempotency-Key makes one customer', async () => {
    const headers = { 'idempotency-key': 'sign-up' };
    const first = await surface.send<PortalCustomer>('POST', PATH, { name: 'Acme' }, headers);
    const again = await surface.send<PortalCustomer>('POST', PATH, { name: 'Acme' }, headers);
    expect(again.body).toEqual(first.body);
    expect(
      await surface.sql`select from memberships
      where user_id = ${surface.caller.user.id}`,
    ).toHaveLength(1);
  });

  test('leaves nothing when its last step fails', async () => {
    const { versionId } = await plan({ self_serve_default: true });
    await publish(versionId);
    const before = await footprint(surface);
    await surface.sql`create function fail() returns trigger language plpgsql
      as $$ begin raise exception 'full'; end $$`;
    await surface.sql`create trigger fail before insert on subscription_phases
      for each row execute function fail()`;
    const { status } = await signUp();
    await surface.sql`drop function fail cascade`;
    expect(status).toBe(500);
    expect(await footprint(surface)).toEqual(before);
  });

  test('is refused to who owns many customers already', async () => {
    for (let i = 0; i < OWNED_CUSTOMERS_MAX; i++) expect((await signUp()).status).toBe(201);
    const post = { name: 'one more', method: 'POST', path: PATH, body: { name: 'More' } };
    await expectRefused(surface, { ...post, status: 409, code: 'state_conflict' });
  });

  test.each(NO_BODIES)('is refused with $name', async ({ name, body, headers, refusal }) => {
    const post = { name, method: 'POST', path: PATH, body, ...(headers && { headers }) };
    await expectRefused(surface, { ...post, ...refusal });
  });

  test.each([
    ['an empty name', { name: '' }, 'name'],
    ['a long name', { name: 'x'.repeat(201) }, 'name'],
    ['NUL in the name', { name: 'a\0' }, 'name'],
    ['no such time zone', { name: 'x', billing_zone: 'Mars/Olympus' }, 'billing_zone'],
    ['an offset', { name: 'x', billing_zone: '+02:00' }, 'billing_zone'],
    ['a currency', { name: 'x', currency: 'EUR' }, 'currency'],
    ['an external id', { name: 'x', external_id: 'mine' }, 'external_id'],
  ])('is refused with %s', async (name, body, at) => {
    await expectRefused(surface, { name, method: 'POST', path: PATH, body, ...invalid, at });
  });
});

test('customers see self-serve plans that are published, and no private ones', async () => {
  const offered = await plan({ self_serve: true, description: 'For all' });
  await publish(offered.versionId);
  const negotiated = await plan({});
  await publish(negotiated.versionId);
  await plan({ self_serve: true });
  const retired = await plan({ self_serve: true });
  await publish(retired.versionId);
  await surface.send('POST', `/v1/plan-versions/${retired.versionId}/archive`);
  const path = `${PATH}/${newId('cus', 0)}/plans`;
  const { body } = await surface.send<Page<OfferedPlan>>('GET', path);
  expect(body).toMatchObject({
    data: [{ id: offered.planId, description: 'For all', version: { id: offered.versionId } }],
    has_more: false,
  });
  expect(body.data).toHaveLength(1);
});
