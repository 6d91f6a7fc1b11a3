import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { metersHttp } from '../src/catalog/http.ts';
import { VERSIONS_MAX } from '../src/catalog/model.ts';
import { plansHttp } from '../src/catalog/plans-http.ts';
import type { Meter } from '../src/contract/meter.ts';
import type { Page } from '../src/contract/page.ts';
import type { Plan, PlanVersion } from '../src/contract/plan.ts';
import { newId } from '../src/kit/id.ts';
import { expectRefused } from './refused.ts';
import { openSurface, type Surface } from './surface.ts';

let surface: Surface;
let tokens: Meter;
let count = 0;

beforeAll(async () => {
  surface = await openSurface({ '/v1': plansHttp().route('/', metersHttp()) });
  const meter = { slug: 'tokens', name: 'Tokens', unit: 'token', scale: 3 };
  tokens = (await surface.send<Meter>('POST', '/v1/meters', meter)).body;
});
afterAll(async () => surface.close());

async function createPlan(over: object = {}): Promise<Plan> {
  count += 1;
  const body = { slug: `plan-${count}`, name: `Plan ${count}`, ...over };
  const answer = await surface.send<Plan>('POST', '/v1/plans', body);
  expect(answer.status).toBe(201);
  return answer.body;
}
const EMPTY = { currency: 'USD', prices: [], entitlements: [] };
async function draft(content: object = EMPTY, planId?: string): Promise<PlanVersion> {
  const path = `/v1/plans/${planId ?? (await createPlan()).id}/versions`;
  const { status, body } = await surface.send<PlanVersion>('POST', path, content);
  expect({ status, body }).toMatchObject({ status: 201 });
  return body;
}
const version = async (id: string) =>
  (await surface.send<PlanVersion>('GET', `/v1/plan-versions/${id}`)).body;
const plan = async (id: string) => (await surface.send<Plan>('GET', `/v1/plans/${id}`)).body;
const move = (id: string, verb: 'publish' | 'archive') =>
  surface.send<PlanVersion>('POST', `/v1/plan-versions/${id}/${verb}`);

const full = () => ({
  currency: 'EUR',
  trial_days: 14,
  prices: [
    { model: 'flat', amount: '2900' },
    {
      model: 'per_unit',
      meter_id: tokens.id,
      unit_amount: '0.200000000001',
      included_units: '1000.5',
    },
    { model: 'per_unit', meter_id: 'mtr_requests', unit_amount: '999999999999999999' },
  ],
  entitlements: [
    {
      kind: 'quota',
      meter_id: tokens.id,
      limit: '10000.125',
      window: 'month',
      enforcement: 'soft',
    },
    { kind: 'quota', meter_id: tokens.id, limit: '0', window: 'day' },
    { kind: 'quota', meter_id: tokens.id, limit: '7', window: 'day', scope: 'key' },
    { kind: 'quota', meter_id: tokens.id, window: 'billing_period', enforcement: 'unlimited' },
    { kind: 'rate_limit', rate_per_second: '50.250', burst: 100 },
    { kind: 'feature', feature: 'sso' },
  ],
});

test('a version gives back what was written, exactly and in its order', async () => {
  const made = await draft(full());
  expect(made).toMatchObject({ number: 1, state: 'draft', currency: 'EUR', trial_days: 14 });
  expect(made).toMatchObject({ proration: 'second', published_at: null });
  const id = (prefix: string) => expect.stringMatching(`^${prefix}_`);
  const unbounded = { minimum_amount: null, maximum_amount: null, discount_percent: '0' };
  expect(made.prices).toEqual([
    { id: id('prc'), model: 'flat', meter_id: null, amount: '2900', billed: 'in_advance' },
    {
      id: id('prc'),
      model: 'per_unit',
      meter_id: tokens.id,
      unit_amount: '0.200000000001',
      included_units: '1000.5',
      ...unbounded,
    },
    {
      id: id('prc'),
      model: 'per_unit',
      meter_id: 'mtr_requests',
      unit_amount: '999999999999999999',
      included_units: '0',
      ...unbounded,
    },
  ]);
  const quota = {
    id: id('ent'),
    kind: 'quota',
    meter_id: tokens.id,
    scope: 'customer',
    on_unreachable: 'refuse',
  };
  expect(made.entitlements).toEqual([
    { ...quota, limit: '10000.125', window: 'month', enforcement: 'soft' },
    { ...quota, limit: '0', window: 'day', enforcement: 'hard' },
    { ...quota, limit: '7', window: 'day', scope: 'key', enforcement: 'hard' },
    { ...quota, limit: null, window: 'billing_period', enforcement: 'unlimited' },
    expect.objectContaining({ kind: 'rate_limit', rate_per_second: '50.25', burst: 100 }),
    { id: id('ent'), kind: 'feature', feature: 'sso' },
  ]);
  expect(await version(made.id)).toEqual(made);
  expect((await plan(made.plan_id)).versions).toEqual([made]);
  const [row] = await surface.sql`select quota_limit from entitlements
    where id = ${made.entitlements[0]!.id}`;
  expect(row!['quota_limit']).toBe(10_000_125n);
});

test('PUT replaces all of a draft, and takes back what was read with its nulls', async () => {
  const { id, ...made } = await draft(full());
  const nulls = { unit_amount: null, included_units: null };
  const content = {
    currency: 'USD',
    prices: [{ model: 'flat', meter_id: null, amount: '1', ...nulls }],
    entitlements: [
      { kind: 'feature', feature: 'logs', meter_id: null, limit: null, window: null, burst: null },
    ],
  };
  const path = `/v1/plan-versions/${id}`;
  const put = await surface.send<PlanVersion>('PUT', path, content);
  expect(put.body).toMatchObject({ number: made.number, currency: 'USD', trial_days: 0 });
  expect(put.body.prices.map(({ model }) => model)).toEqual(['flat']);
  expect(put.body.entitlements.map(({ kind }) => kind)).toEqual(['feature']);
  expect(await version(id)).toEqual(put.body);
});

describe('a published version', () => {
  test('is stamped, and archived later keeps its stamp', async () => {
    const { id } = await draft(full());
    const published = await move(id, 'publish');
    const published_at = new Date(surface.clock.now).toISOString();
    expect(published.body).toMatchObject({ state: 'published', published_at });
    const archived = await move(id, 'archive');
    expect(archived.body).toEqual({ ...published.body, state: 'archived' });
  });

  test('refuses every move but the next', async () => {
    const { id } = await draft();
    const refusal = { status: 409, code: 'state_conflict', path: `/v1/plan-versions/${id}` };
    const post = (verb: string) => ({
      name: verb,
      method: 'POST',
      ...refusal,
      path: `${refusal.path}/${verb}`,
    });
    const put = { name: 'put', method: 'PUT', body: EMPTY, ...refusal };
    await expectRefused(surface, post('archive'));
    await move(id, 'publish');
    await expectRefused(surface, post('publish'));
    await expectRefused(surface, put);
    await move(id, 'archive');
    await expectRefused(surface, post('publish'));
    await expectRefused(surface, post('archive'));
    await expectRefused(surface, put);
  });

  test('cannot be changed by SQL either', async () => {
    const { id, prices, entitlements } = await draft(full());
    const other = await draft();
    await move(id, 'publish');
    const before = await version(id);
    const { sql } = surface;
    const statements = [
      sql`update prices set amount = 1 where id = ${prices[0]!.id}`,
      sql`update prices set plan_version_id = ${other.id} where id = ${prices[0]!.id}`,
      sql`update prices set plan_version_id = ${id} where plan_version_id = ${id}`,
      sql`delete from prices where plan_version_id = ${id}`,
      sql`insert into prices (id, plan_version_id, position, model, amount, billed)
        values (${newId('prc', 0)}, ${id}, 9, 'flat', 1, 'in_advance')`,
      sql`update entitlements set quota_limit = 1 where id = ${entitlements[0]!.id}`,
      sql`delete from entitlements where plan_version_id = ${id}`,
      sql`update plan_versions set state = 'draft', published_at = null where id = ${id}`,
      sql`update plan_versions set currency = 'USD', proration = 'day' where id = ${id}`,
      sql`update plan_versions set state = 'archived', trial_days = 1 where id = ${id}`,
      sql`delete from plan_versions where id = ${id}`,
      sql`truncate prices cascade`,
      sql`truncate plan_versions cascade`,
    ];
    for (const statement of statements) {
      await expect(statement).rejects.toMatchObject({ code: '23000' });
    }
    await move(id, 'archive');
    const back = sql`update plan_versions set state = 'published' where id = ${id}`;
    await expect(back).rejects.toMatchObject({ code: '23000' });
    expect(await version(id)).toEqual({ ...before, state: 'archived' });
  });

  test('has no price that a parallel writer slipped in behind its publishing', async () => {
    const { id } = await draft();
    const published = await surface.sql.begin(async (tx) => {
      await tx`insert into prices (id, plan_version_id, position, model, amount, billed)
        values (${newId('prc', 0)}, ${id}, 0, 'flat', 1, 'in_advance')`;
      const publishing = surface.sql`update plan_versions set state = 'published',
        published_at = now() where id = ${id}`.execute();
      // The publisher waits for this transaction: it cannot be done before the commit.
      const waiting = () => surface.sql`select from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'
          and query like '%published_at = now()%'`;
      await expect.poll(async () => (await waiting()).length, { timeout: 30_000 }).toBe(1);
      return { publishing };
    });
    await published.publishing;
    expect(await version(id)).toMatchObject({ state: 'published', prices: [{ amount: '1' }] });
  });

  test('a draft of the same race is replaced before or refused after, never both', async () => {
    const { id } = await draft();
    const path = `/v1/plan-versions/${id}`;
    const body = { ...EMPTY, prices: [{ model: 'flat', amount: '7' }] };
    const [published, put] = await Promise.all([
      move(id, 'publish'),
      surface.send('PUT', path, body),
    ]);
    expect(published.status).toBe(200);
    expect((await version(id)).prices).toHaveLength(put.status === 200 ? 1 : 0);
  });
});

test('versions are numbered one after another, also when drafted at once', async () => {
  const { id } = await createPlan();
  await Promise.all(Array.from({ length: 4 }, () => draft(EMPTY, id)));
  expect((await plan(id)).versions.map(({ number }) => number)).toEqual([4, 3, 2, 1]);
});

test('a plan has at most 200 versions', async () => {
  const { id } = await createPlan();
  const row = (_: unknown, i: number) => ({
    id: newId('plv', surface.clock.now),
    plan_id: id,
    number: i + 1,
    currency: 'USD',
  });
  const rows = Array.from({ length: VERSIONS_MAX }, row);
  await surface.sql`insert into plan_versions ${surface.sql(rows)}`;
  await expectRefused(surface, {
    name: 'one more',
    method: 'POST',
    path: `/v1/plans/${id}/versions`,
    body: EMPTY,
    status: 409,
    code: 'state_conflict',
  });
});

describe('the self-serve default', () => {
  const patch = (id: string, body: object) => surface.send<Plan>('PATCH', `/v1/plans/${id}`, body);
  const defaults = async () => {
    const { body } = await surface.send<Page<Plan>>('GET', '/v1/plans?limit=100');
    return body.data.filter((one) => one.self_serve_default).map(({ id }) => id);
  };

  test('is one plan at most: marking another moves the mark', async () => {
    const [one, other] = [await createPlan(), await createPlan()];
    expect((await patch(one.id, { self_serve_default: true })).body).toMatchObject({
      self_serve: true,
      self_serve_default: true,
    });
    await patch(other.id, { self_serve_default: true });
    expect(await defaults()).toEqual([other.id]);
    await patch(other.id, { self_serve: false });
    expect(await defaults()).toEqual([]);
  });

  test('is one plan at most when many are marked at once', async () => {
    const plans = await Promise.all(Array.from({ length: 4 }, () => createPlan()));
    const answers = await Promise.all(
      plans.map(({ id }) => patch(id, { self_serve_default: true, name: 'Marked' })),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(await defaults()).toHaveLength(1);
  });
});

test('each write is an audit entry', async () => {
  const { id, plan_id } = await draft(full());
  await surface.send('PUT', `/v1/plan-versions/${id}`, full());
  await move(id, 'publish');
  await move(id, 'archive');
  await surface.send('PATCH', `/v1/plans/${plan_id}`, { description: '' });
  const entries = await surface.sql`
    select action from audit_entries where subject_id in (${id}, ${plan_id})`;
  expect(entries.map((entry) => entry['action']).toSorted()).toEqual([
    'plan.create',
    'plan.update',
    'plan_version.archive',
    'plan_version.create',
    'plan_version.publish',
    'plan_version.update',
  ]);
});
