import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { plansHttp } from '../src/catalog/plans-http.ts';
import type { PlanVersion } from '../src/contract/plan.ts';
import type { Subscription, SubscriptionPreview, Timeline } from '../src/contract/subscription.ts';
import { changesAfter, lastChange } from '../src/kit/changes.ts';
import { DAY_MS } from '../src/kit/clock.ts';
import { settleDue } from '../src/subscriptions/due.ts';
import { previewHttp } from '../src/invoicing/preview-http.ts';
import { subscriptionsHttp } from '../src/subscriptions/http.ts';
import { entitlementsOf } from '../src/subscriptions/store.ts';
import { publishedOn } from './published.ts';
import { expectRefused } from './refused.ts';
import { openSurface, seedCustomer, type Surface } from './surface.ts';

// Steps through the API: what the preview says is what is kept.

const START = Date.parse('2026-04-01T00:00:00Z');
const MIDDLE = START + 15 * DAY_MS;
const END = START + 30 * DAY_MS;
let surface: Surface;
let customer: { id: string };
let basic: PlanVersion;
let pro: PlanVersion;
let tried: PlanVersion;

const published = (amount: string, over?: object): Promise<PlanVersion> =>
  publishedOn(surface, amount, over);

beforeAll(async () => {
  surface = await openSurface({
    '/v1': subscriptionsHttp().route('/', previewHttp()).route('/', plansHttp()),
  });
  basic = await published('3000');
  pro = await published('9000');
  tried = await published('3000', { trial_days: 15 });
});
afterAll(async () => surface.close());
beforeEach(async () => {
  surface.clock.now = START;
  customer = await seedCustomer(surface);
});

const at = (id: string, rest: string) => `/v1/subscriptions/${id}/${rest}`;
async function subscribe(version = basic, over: object = {}): Promise<Subscription> {
  const body = { customer_id: customer.id, plan_version_id: version.id, ...over };
  return (await surface.send<Subscription>('POST', '/v1/subscriptions', body)).body;
}
async function take(id: string, step: object): Promise<Subscription> {
  const { status, body } = await surface.send<Subscription>('POST', at(id, 'steps'), step);
  expect({ status, body }).toMatchObject({ status: 200 });
  return body;
}
async function preview(id: string, step: object): Promise<SubscriptionPreview> {
  const answer = await surface.send<SubscriptionPreview>('POST', at(id, 'preview'), step);
  expect({ status: answer.status, body: answer.body }).toMatchObject({ status: 200 });
  return answer.body;
}
const get = async (id: string) =>
  (await surface.send<Subscription>('GET', `/v1/subscriptions/${id}`)).body;
const timeline = async (id: string) =>
  (await surface.send<Timeline>('GET', at(id, 'timeline'))).body.entries;
const charges = async (id: string) =>
  (
    await surface.sql<{ cause: string; amount: string }[]>`
      select cause, amount::text from subscription_charges
       where subscription_id = ${id} order by created_at, amount`
  ).map(({ cause, amount }) => `${cause} ${amount}`);
const due = () => ({
  sql: surface.sql,
  clock: () => surface.clock.now,
  log: pino({ level: 'silent' }),
});
/** Until then time passes and nobody asks; then what is due happens. */
async function pass(until: number): Promise<void> {
  surface.clock.now = until;
  await settleDue(due());
}
const granted = (now = surface.clock.now) => entitlementsOf(surface.sql, customer.id, now);

describe('a preview', () => {
  test.each([
    ['a change', { step: 'change' }, '4500', '9000'],
    ['a cancel', { step: 'cancel' }, '0', null],
    ['a cancel that gives back', { step: 'cancel', credit_unused: true }, '-1500', null],
    ['a pause', { step: 'pause' }, '-1500', '0'],
    ['a change to come', { step: 'change', at: 'period_end' }, '0', '9000'],
    ['a cancel to come', { step: 'cancel', at: 'period_end' }, '0', '0'],
  ])('of %s says what it comes to, keeps nothing, and holds', async (_name, body, now, next) => {
    const { id } = await subscribe(tried, { trial_days: 0 });
    surface.clock.now = MIDDLE;
    const step = { ...body, ...(body.step === 'change' && { plan_version_id: pro.id }) };
    const before = await get(id);
    const said = await preview(id, step);
    expect(await get(id)).toEqual(before);
    const due = body.step === 'change' && now !== '0' ? '3000' : now;
    expect(said.due_now.total).toBe(due);
    expect(said.next_invoice?.total ?? null).toBe(next);
    const start = await charges(id);
    expect(await take(id, step)).toEqual(said.subscription);
    const kept = (await charges(id)).slice(start.length).map((each) => Number(each.split(' ')[1]));
    expect(kept.reduce((sum, each) => sum + each, 0)).toBe(Number(due));
  });
});

describe('what is set for later', () => {
  test('a downgrade happens with the period, and costs nothing before', async () => {
    const { id } = await subscribe(pro);
    surface.clock.now = MIDDLE;
    const step = { step: 'change', at: 'period_end', plan_version_id: basic.id };
    const { pending_change } = await take(id, step);
    expect(pending_change).toEqual({
      kind: 'change',
      at: new Date(END).toISOString(),
      plan_version_id: basic.id,
    });
    await pass(END - 1);
    expect((await get(id)).plan_version_id).toBe(pro.id);
    const last = await lastChange(surface.sql, 'facts');
    await pass(END);
    expect(await get(id)).toMatchObject({ plan_version_id: basic.id, pending_change: null });
    expect((await granted()).rate_limit).toMatchObject({ rate_per_second: 3000 });
    const told = (await changesAfter(surface.sql, 'facts', last)).map(({ subjectId }) => subjectId);
    expect(told.filter((one) => one === customer.id)).toHaveLength(1);
    expect(await charges(id)).toEqual(['start 9000']);
  });

  test('happens as of its time, however late somebody looks, and once', async () => {
    const { id } = await subscribe();
    await take(id, { step: 'cancel', at: 'period_end' });
    surface.clock.now = END + 7 * DAY_MS;
    expect(await get(id)).toMatchObject({ state: 'canceled' });

    await Promise.all([settleDue(due()), settleDue(due()), settleDue(due())]);
    expect(await get(id)).toMatchObject({ canceled_at: new Date(END).toISOString() });
    expect((await granted()).subscription).toBeNull();
    const audits = await surface.sql`select from audit_entries
      where subject_id = ${id} and action = 'subscription.cancel'`;
    expect(audits).toHaveLength(1);
    customer = { id: customer.id };
    expect(await subscribe()).toMatchObject({ state: 'active' });
  });

  test('a cancel is taken back', async () => {
    const { id } = await subscribe();
    await take(id, { step: 'cancel', at: 'period_end' });
    const kept = await surface.send<Subscription>('DELETE', at(id, 'pending-change'));
    expect(kept.body).toMatchObject({ pending_change: null, state: 'active' });
    await pass(END + DAY_MS);
    expect(await get(id)).toMatchObject({ state: 'active' });
    const again = { method: 'DELETE', path: at(id, 'pending-change'), name: 'again' };
    await expectRefused(surface, { ...again, status: 409, code: 'state_conflict' });
  });

  test('a cancel in a trial ends with it, and nothing is ever charged', async () => {
    const { id } = await subscribe(tried);
    expect(await take(id, { step: 'cancel', at: 'period_end' })).toMatchObject({
      pending_change: { at: new Date(MIDDLE).toISOString() },
    });
    await pass(END);
    expect(await get(id)).toMatchObject({ canceled_at: new Date(MIDDLE).toISOString() });
    expect(await charges(id)).toEqual([]);
  });

  test('a trial that goes on charges what is left of its period, once', async () => {
    const { id } = await subscribe(tried);
    await pass(MIDDLE);
    await pass(MIDDLE + DAY_MS);
    expect(await charges(id)).toEqual(['trial_end 1500']);
  });

  test('a time in the middle of a minute is the next minute', async () => {
    const { id } = await subscribe();
    const { pending_change } = await take(id, { step: 'pause', at: '2026-04-10T10:00:01Z' });
    expect(pending_change?.at).toBe('2026-04-10T10:01:00.000Z');
  });
});

describe('a pause', () => {
  test('refuses requests until it ends by itself', async () => {
    const { id } = await subscribe();
    surface.clock.now = MIDDLE;
    const until = new Date(MIDDLE + 5 * DAY_MS).toISOString();
    expect(await take(id, { step: 'pause', resumes_at: until })).toMatchObject({
      state: 'paused',
      pending_change: { kind: 'resume', at: until },
    });
    expect((await granted()).subscription).toBeNull();
    await pass(MIDDLE + 5 * DAY_MS);
    expect(await get(id)).toMatchObject({ state: 'active', paused_at: null });
    expect((await granted()).subscription).toMatchObject({ id });
    expect(await charges(id)).toEqual(['start 3000', 'pause -1500', 'resume 1000']);
  });
});

test('the timeline tells what happened and what it came to, newest first', async () => {
  const { id } = await subscribe();
  surface.clock.now = MIDDLE;
  await take(id, { step: 'change', plan_version_id: pro.id });
  surface.clock.now = END + DAY_MS;
  await surface.send('POST', at(id, 'cancel'));
  expect(await timeline(id)).toMatchObject([
    { ended: true, phase: null, fees: [] },
    { ended: false, phase: { plan_version_id: pro.id }, causes: ['change'], total: '3000' },
    { phase: { plan_version_id: basic.id, paused: false }, causes: ['start'], total: '3000' },
  ]);
});

test('an audit entry has what was and what is, of what changed', async () => {
  const { id } = await subscribe();
  await take(id, { step: 'change', plan_version_id: pro.id });
  const [entry] = await surface.sql`select detail from audit_entries
    where subject_id = ${id} and action = 'subscription.change'`;
  expect(entry?.['detail']).toEqual({
    customer_id: customer.id,
    plan_version_id: pro.id,
    before: { plan_id: basic.plan_id, plan_version_id: basic.id },
    after: { plan_id: pro.plan_id, plan_version_id: pro.id },
  });
});

test('charges and the audit only grow, whoever asks', async () => {
  const { id } = await subscribe();
  const { sql } = surface;
  for (const statement of [
    sql`update subscription_charges set amount = 1 where subscription_id = ${id}`,
    sql`delete from subscription_charges`,
    sql`truncate subscription_charges`,
    sql`update audit_entries set actor_id = 'nobody'`,
    sql`delete from audit_entries`,
    sql`truncate audit_entries`,
  ]) {
    await expect(statement).rejects.toMatchObject({ code: '23000' });
  }
});
