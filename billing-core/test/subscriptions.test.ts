import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { plansHttp } from '../src/catalog/plans-http.ts';
import type { Page } from '../src/contract/page.ts';
import type { Plan, PlanVersion } from '../src/contract/plan.ts';
import type { Subscription } from '../src/contract/subscription.ts';
import { changesAfter, lastChange } from '../src/kit/changes.ts';
import { newId } from '../src/kit/id.ts';
import { subscriptionsHttp } from '../src/subscriptions/http.ts';
import { entitlementsOf } from '../src/subscriptions/store.ts';
import { expectRefused, invalid, NO_BODIES } from './refused.ts';
import { openSurface, seedCustomer, type Surface } from './surface.ts';

const DAY_MS = 86_400_000;
const PATH = '/v1/subscriptions';
let surface: Surface;
let customer: { id: string };
let free: PlanVersion;
let pro: PlanVersion;
let euro: PlanVersion;

const publish = async (version: PlanVersion): Promise<PlanVersion> =>
  (await surface.send<PlanVersion>('POST', `/v1/plan-versions/${version.id}/publish`)).body;

async function draft(over: object = {}): Promise<PlanVersion> {
  const slug = `plan-${newId('pln', surface.clock.now).slice(-8)}`;
  const plan = await surface.send<Plan>('POST', '/v1/plans', { slug, name: slug });
  const body = { currency: 'USD', prices: [], entitlements: [], ...over };
  const versions = `/v1/plans/${plan.body.id}/versions`;
  const answer = await surface.send<PlanVersion>('POST', versions, body);
  expect(answer.status).toBe(201);
  return answer.body;
}

beforeAll(async () => {
  surface = await openSurface({ '/v1': subscriptionsHttp().route('/', plansHttp()) });
  const quota = { kind: 'quota', meter_id: 'mtr_requests', window: 'month' };
  const rate = { kind: 'rate_limit', rate_per_second: '10.5', burst: 20 };
  const entitlements = [rate, { kind: 'feature', feature: 'sso' }, { ...quota, limit: '10000' }];
  free = await publish(await draft({ entitlements }));
  pro = await publish(await draft({ trial_days: 14 }));
  euro = await publish(await draft({ currency: 'EUR' }));
});
afterAll(async () => surface.close());
beforeEach(async () => {
  customer = await seedCustomer(surface);
});

async function subscribe(version = free, over: object = {}): Promise<Subscription> {
  const body = { customer_id: customer.id, plan_version_id: version.id, ...over };
  const answer = await surface.send<Subscription>('POST', PATH, body);
  expect({ status: answer.status, body: answer.body }).toMatchObject({ status: 201 });
  return answer.body;
}
const get = async (id: string) => (await surface.send<Subscription>('GET', `${PATH}/${id}`)).body;
const list = async (query: string) =>
  (await surface.send<Page<Subscription>>('GET', `${PATH}?${query}`)).body.data;
const phases = async (id: string) =>
  surface.sql<{ plan_version_id: string; starts_at: Date }[]>`
    select plan_version_id, starts_at from subscription_phases
     where subscription_id = ${id} order by number`;

test('a subscription says its plan, state and period', async () => {
  const subscription = await subscribe();
  expect(subscription).toEqual({
    id: expect.stringMatching(/^sub_/),
    customer_id: customer.id,
    plan_id: free.plan_id,
    plan_version_id: free.id,
    state: 'active',
    started_at: new Date(surface.clock.now).toISOString(),
    trial_ends_at: null,
    paused_at: null,
    past_due_since: null,
    canceled_at: null,
    pending_change: null,
    time_zone: 'UTC',
    interval_months: 1,
    current_period: { start: expect.stringMatching(/:00\.000Z$/), end: expect.any(String) },
  });
  expect(await get(subscription.id)).toEqual(subscription);
  expect(await list(`plan_version_id=${free.id}`)).toMatchObject([subscription]);
});

test('of many that subscribe one customer at once, one does', async () => {
  const body = { customer_id: customer.id, plan_version_id: free.id };
  const answers = await Promise.all(
    Array.from({ length: 6 }, () => surface.send('POST', PATH, body)),
  );
  const seen = answers.map(({ status, body: { code } }) => [status, code]).toSorted();
  expect(seen).toEqual([[201, undefined], ...Array(5).fill([409, 'state_conflict'])]);
  expect(await list(`customer_id=${customer.id}`)).toHaveLength(1);
});

test('the table itself refuses a second live subscription', async () => {
  const { id } = await subscribe();
  const copy = surface.sql`
    insert into subscriptions (id, customer_id, plan_version_id, time_zone, started_at, anchor_at)
    select ${newId('sub', 0)}, customer_id, plan_version_id, time_zone, started_at, anchor_at
      from subscriptions where id = ${id}`;
  await expect(copy).rejects.toMatchObject({ constraint_name: 'subscriptions_one_live' });
});

test('periods keep to the time zone that the customer had at the start', async () => {
  const started = surface.clock.now;
  customer = await seedCustomer(surface, { billing_zone: 'Asia/Tokyo' });
  surface.clock.now = Date.parse('2026-01-30T15:30:45Z');
  const { id, current_period: first } = await subscribe();
  expect(first).toEqual({ start: '2026-01-30T15:30:00.000Z', end: '2026-02-27T15:30:00.000Z' });
  await surface.sql`update customers set billing_zone = 'UTC' where id = ${customer.id}`;
  surface.clock.now = Date.parse('2026-02-27T15:30:00Z');
  expect((await get(id)).current_period).toEqual({
    start: '2026-02-27T15:30:00.000Z',
    end: '2026-03-30T15:30:00.000Z',
  });
  surface.clock.now = started;
});

test('a trial ends by the time alone', async () => {
  const started = surface.clock.now;
  const { id, trial_ends_at } = await subscribe(pro);
  expect(Date.parse(trial_ends_at ?? '')).toBe(started + 14 * DAY_MS);
  const mine = `customer_id=${customer.id}&state`;
  surface.clock.now = started + 14 * DAY_MS - 1;
  expect((await get(id)).state).toBe('trialing');
  expect(await list(`${mine}=trialing`)).toHaveLength(1);
  expect(await list(`${mine}=active`)).toHaveLength(0);
  surface.clock.now = started + 14 * DAY_MS;
  expect((await get(id)).state).toBe('active');
  expect(await list(`${mine}=trialing`)).toHaveLength(0);
  expect(await list(`${mine}=active`)).toHaveLength(1);
  surface.clock.now = started;
});

test('canceling ends it now and frees the customer for another', async () => {
  const started = surface.clock.now;
  const { id } = await subscribe();
  surface.clock.now = started + 5_000;
  const canceled = await surface.send<Subscription>('POST', `${PATH}/${id}/cancel`);
  expect(canceled.body).toMatchObject({
    state: 'canceled',
    canceled_at: new Date(started + 5_000).toISOString(),
  });
  const late = { name: 'late', method: 'POST', status: 409, code: 'state_conflict' };
  await expectRefused(surface, { ...late, path: `${PATH}/${id}/cancel` });
  const body = { plan_version_id: pro.id };
  await expectRefused(surface, { ...late, path: `${PATH}/${id}/change`, body });
  expect(await list(`customer_id=${customer.id}&state=canceled`)).toHaveLength(1);
  const next = await subscribe(pro);
  expect(await list(`customer_id=${customer.id}&state=trialing`)).toMatchObject([next]);
  surface.clock.now = started;
});

test('a change is a new phase; start, periods and trial stay', async () => {
  const started = surface.clock.now;
  const before = await subscribe(pro);
  surface.clock.now = started + 1_000;
  const path = `${PATH}/${before.id}/change`;
  const body = { plan_version_id: free.id };
  const changed = await surface.send<Subscription>('POST', path, body);
  expect(changed.body).toEqual({ ...before, plan_id: free.plan_id, plan_version_id: free.id });
  expect(await phases(before.id)).toEqual([
    { plan_version_id: pro.id, starts_at: new Date(started) },
    { plan_version_id: free.id, starts_at: new Date(started + 1_000) },
  ]);
  surface.clock.now = started;
});

test('each write is one audit entry and one change of the customer', async () => {
  const after = await lastChange(surface.sql, 'facts');
  const { id } = await subscribe();
  await surface.send('POST', `${PATH}/${id}/change`, { plan_version_id: pro.id });
  await surface.send('POST', `${PATH}/${id}/cancel`);
  const changes = await changesAfter(surface.sql, 'facts', after);
  expect(changes.map(({ kind, subjectId }) => [kind, subjectId])).toEqual(
    Array(3).fill(['customer', customer.id]),
  );
  const entries = await surface.sql`select action from audit_entries where subject_id = ${id}`;
  expect(entries.map((entry) => entry['action']).toSorted()).toEqual([
    'subscription.cancel',
    'subscription.change',
    'subscription.create',
  ]);
});

test('what it grants is told to gateways, from the change on and until the end', async () => {
  const told = () => entitlementsOf(surface.sql, customer.id, surface.clock.now);
  const nothing = { subscription: null, rate_limit: null, quotas: [] };
  expect(await told()).toEqual(nothing);
  const { id } = await subscribe(pro);
  const bare = { rate_limit: null, quotas: [] };
  expect(await told()).toEqual({ subscription: { id, state: 'trialing' }, ...bare });
  await surface.send('POST', `${PATH}/${id}/change`, { plan_version_id: free.id });
  expect(await told()).toEqual({
    ...{ subscription: { id, state: 'trialing' }, features: ['sso'] },
    rate_limit: { rate_per_second: 10.5, burst: 20, on_unreachable: 'admit' },
    quotas: [
      {
        ...{ meter_id: 'mtr_requests', meter_slug: 'requests', meter_unit: 'request' },
        ...{ meter_scale: 0, window: 'month', scope: 'customer', turns: [], limit: 10_000 },
        ...{ enforcement: 'hard', on_unreachable: 'refuse' },
      },
    ],
  });
  await surface.send('POST', `${PATH}/${id}/cancel`);
  expect(await told()).toEqual(nothing);
});

describe('a start in the past', () => {
  test('is taken, and its trial and periods count from there', async () => {
    const starts_at = new Date(surface.clock.now - 40 * DAY_MS).toISOString();
    const subscription = await subscribe(pro, { starts_at });
    expect(subscription).toMatchObject({ started_at: starts_at, state: 'active' });
    expect(Date.parse(subscription.current_period.start)).toBeGreaterThan(Date.parse(starts_at));
  });

  test('is refused where another subscription was live', async () => {
    const started = surface.clock.now;
    const { id } = await subscribe();
    surface.clock.now = started + DAY_MS;
    await surface.send('POST', `${PATH}/${id}/cancel`);
    const body = { customer_id: customer.id, plan_version_id: free.id };
    const starts_at = new Date(started).toISOString();
    const post = { name: 'overlap', method: 'POST', path: PATH, body: { ...body, starts_at } };
    await expectRefused(surface, { ...post, status: 409, code: 'state_conflict' });
    surface.clock.now = started;
  });
});

describe('bad input is refused and leaves nothing', () => {
  test.each(NO_BODIES)('create with $name', async ({ name, body, headers, refusal }) => {
    const post = { name, method: 'POST', path: PATH, body, ...(headers && { headers }) };
    await expectRefused(surface, { ...post, ...refusal });
  });

  test.each([
    ['a start in the future', { starts_at: '2999-01-01T00:00:00Z' }, 'starts_at'],
    ['a start years ago', { starts_at: '2001-01-01T00:00:00Z' }, 'starts_at'],
    ['a start that is no time', { starts_at: 'now' }, 'starts_at'],
    ['a customer id of another kind', { customer_id: newId('usr', 0) }, 'customer_id'],
    ['a customer id with NUL', { customer_id: 'cus_\0' }, 'customer_id'],
    ['a version id that is a number', { plan_version_id: 7 }, 'plan_version_id'],
    ['a state', { state: 'active' }, 'state'],
  ])('create with %s', async (name, over, at) => {
    const body = { customer_id: customer.id, plan_version_id: free.id, ...over };
    await expectRefused(surface, { name, method: 'POST', path: PATH, body, ...invalid, at });
  });

  test('create and change with what is not there, not offered or not in its currency', async () => {
    const { id } = await subscribe();
    const other = await seedCustomer(surface);
    const archived = await seedCustomer(surface, { state: 'archived' });
    const retired = await publish(await draft());
    await surface.send('POST', `/v1/plan-versions/${retired.id}/archive`);
    const absent = { status: 404, code: 'not_found' };
    const conflict = { status: 409, code: 'state_conflict' };
    const rows = [
      [other.id, newId('plv', 0), absent],
      [other.id, (await draft()).id, conflict],
      [other.id, retired.id, conflict],
      [other.id, euro.id, conflict],
      [newId('cus', 0), free.id, absent],
      [archived.id, free.id, conflict],
      [customer.id, free.id, conflict],
    ] as const;
    for (const [customer_id, plan_version_id, refusal] of rows) {
      const body = { customer_id, plan_version_id };
      await expectRefused(surface, { name: 'post', method: 'POST', path: PATH, body, ...refusal });
    }
    for (const [, plan_version_id, refusal] of [...rows.slice(0, 4), rows[6]] as const) {
      const change = { name: 'change', method: 'POST', path: `${PATH}/${id}/change` };
      await expectRefused(surface, { ...change, body: { plan_version_id }, ...refusal });
    }
  });

  test.each([
    ['GET', `${PATH}/nope`, 400],
    ['GET', `${PATH}/${newId('sub', 0)}`, 404],
    ['POST', `${PATH}/${newId('sub', 0)}/cancel`, 404],
    ['GET', `${PATH}?state=live`, 400],
    ['GET', `${PATH}?customer_id=x`, 400],
    ['GET', `${PATH}?limit=-1`, 400],
  ])('%s %s is %i', async (method, path, status) => {
    const code = status === 404 ? 'not_found' : 'invalid_request';
    await expectRefused(surface, { name: path, method, path, status, code });
  });
});

test('who subscribes while the version is being archived waits, and is refused', async () => {
  const { id } = await publish(await draft());
  const body = { customer_id: customer.id, plan_version_id: id };
  const waiting = () => surface.sql`select from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock' and query like '%for share%'`;
  const { subscribing } = await surface.sql.begin(async (tx) => {
    await tx`update plan_versions set state = 'archived' where id = ${id}`;
    const answer = surface.send('POST', PATH, body);
    await expect.poll(async () => (await waiting()).length, { timeout: 30_000 }).toBe(1);
    return { subscribing: answer };
  });
  expect(await subscribing).toMatchObject({ status: 409, body: { code: 'state_conflict' } });
});
