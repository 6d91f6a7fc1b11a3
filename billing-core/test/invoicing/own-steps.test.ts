import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { plansHttp } from '../../src/catalog/plans-http.ts';
import type { OwnPreview, OwnSubscription } from '../../src/contract/own-subscription.ts';
import type { PlanVersion } from '../../src/contract/plan.ts';
import type { Subscription, SubscriptionPreview } from '../../src/contract/subscription.ts';
import { newId } from '../../src/kit/id.ts';
import { hold, somebodyWaits } from '../../src/test/core.ts';
import { portalSubscriptionHttp } from '../../src/invoicing/own-steps-http.ts';
import { previewHttp } from '../../src/invoicing/preview-http.ts';
import { subscriptionsHttp } from '../../src/subscriptions/http.ts';
import { kindOfChange } from '../../src/subscriptions/own-steps.ts';
import { publishedOn } from '../published.ts';
import { expectRefused, invalid, NO_BODIES } from '../refused.ts';
import { openSurface, seedCustomer, type Surface } from '../surface.ts';

// Customers move their own subscription: what costs more at once, what costs less with the period.

const START = Date.parse('2026-04-01T00:00:00Z');
const HALF = Date.parse('2026-04-16T00:00:00Z');
const END = '2026-05-01T00:00:00.000Z';
const OWN = '/portal/v1/customers/:customer_id';
let surface: Surface;
let basic: PlanVersion;
let pro: PlanVersion;
let hidden: PlanVersion;
let mine: { id: string };
let sub: string;

async function offered(amount: string, patch: object = {}): Promise<PlanVersion> {
  const version = await publishedOn(surface, amount);
  const path = `/v1/plans/${version.plan_id}`;
  await surface.send('PATCH', path, { self_serve: true, ...patch });
  return version;
}

beforeAll(async () => {
  surface = await openSurface({
    [OWN]: portalSubscriptionHttp(),
    '/v1': subscriptionsHttp().route('/', previewHttp()).route('/', plansHttp()),
  });
  basic = await offered('3000', { pausable: true });
  pro = await offered('9000');
  hidden = await publishedOn(surface, '1');
});
afterAll(() => surface.close());
beforeEach(async () => {
  surface.clock.now = START;
  mine = await seedCustomer(surface);
  surface.caller.customer = { id: mine.id, role: 'billing' };
  const wanted = { customer_id: mine.id, plan_version_id: basic.id };
  sub = (await surface.send<Subscription>('POST', '/v1/subscriptions', wanted)).body.id;
});

const at = (rest: string) => `/portal/v1/customers/${mine.id}/subscription${rest}`;
const own = async () => (await surface.send<OwnSubscription>('GET', at(''))).body;
const preview = async (step: object) =>
  (await surface.send<OwnPreview>('POST', at('/preview'), step)).body;
const take = (step: object) => surface.send<Subscription>('POST', at('/steps'), step);
const to = (version: PlanVersion) => ({ step: 'change', plan_version_id: version.id });

test('an upgrade is taken now, for what its preview said to the cent, as an admin’s', async () => {
  surface.clock.now = HALF;
  const seen = await preview(to(pro));
  expect(seen).toMatchObject({ kind: 'upgrade', begins: 'now', due_now: { due: '3000' } });
  const admins = await surface.send<SubscriptionPreview>(
    'POST',
    `/v1/subscriptions/${sub}/preview`,
    {
      ...to(pro),
      at: 'now',
    },
  );
  const { kind: _, begins: __, ...same } = seen;
  expect(same).toEqual(admins.body);
  const taken = await take({ ...to(pro), expected_due: seen.due_now.due });
  expect(taken).toMatchObject({ status: 200, body: { plan_version_id: pro.id } });
});

test('of two steps at once the second is judged by what the first one left', async () => {
  const best = await offered('20000');
  surface.clock.now = HALF;
  const seen = await preview(to(pro));
  const held = await hold(
    surface.sql,
    (tx) => tx`select from customers where id = ${mine.id} for update`,
  );
  const first = take(to(best));
  await somebodyWaits(surface.sql);
  const second = take({ ...to(pro), expected_due: seen.due_now.due });
  await held.commit();
  const [up, down] = await Promise.all([first, second]);
  expect(up.body).toMatchObject({ plan_version_id: best.id });
  // An upgrade when it was asked for, a downgrade when it is taken: that waits.
  expect(down.body).toMatchObject({
    plan_version_id: best.id,
    pending_change: { at: END, plan_version_id: pro.id },
  });
});

test('a downgrade waits for the end of the period, and can be taken back', async () => {
  await take(to(pro));
  surface.clock.now = HALF;
  expect(await preview(to(basic))).toMatchObject({
    kind: 'downgrade',
    begins: 'later',
    at: END,
    due_now: { due: '0' },
  });
  const taken = await take(to(basic));
  expect(taken.body).toMatchObject({
    plan_version_id: pro.id,
    pending_change: { kind: 'change', at: END, plan_version_id: basic.id },
  });
  expect((await own()).next_plan).toMatchObject({ id: basic.plan_id });
  const back = await surface.send<Subscription>('DELETE', at('/pending-change'));
  expect(back.body).toMatchObject({ pending_change: null });
});

test('a cancel waits for the end of the period, with its reason, and can be undone', async () => {
  surface.clock.now = HALF;
  const step = { step: 'cancel', reason: 'too_expensive', comment: '<img src=x onerror=alert(1)>' };
  expect((await take(step)).body.pending_change).toMatchObject({ kind: 'cancel', at: END });
  const [told] = await surface.sql`select detail from audit_entries
    where subject_id = ${sub} and action = 'subscription.cancel_reason'`;
  expect(told).toEqual({ detail: { reason: 'too_expensive', comment: step.comment } });
  expect((await own()).steps).toEqual([]);
  await surface.send('DELETE', at('/pending-change'));
  expect((await own()).steps).toEqual(['change', 'cancel', 'pause']);
});

test('where the plan allows it, a pause begins with the next period', async () => {
  surface.clock.now = HALF;
  expect((await take({ step: 'pause' })).body.pending_change).toMatchObject({ kind: 'pause' });
  surface.clock.now = Date.parse(END) + 1;
  expect(await own()).toMatchObject({
    subscription: { state: 'paused' },
    steps: ['resume', 'cancel'],
  });
  expect((await take({ step: 'resume' })).body.state).toBe('active');
});

test('nobody pays more than was shown', async () => {
  surface.clock.now = HALF;
  const { due } = (await preview(to(pro))).due_now;
  // A day earlier there is more left of the period: what was shown is too little.
  surface.clock.now = HALF - 86_400_000;
  const conflict = { status: 409, code: 'state_conflict' };
  const body = { ...to(pro), expected_due: due };
  await expectRefused(surface, { name: '', method: 'POST', path: at('/steps'), body, ...conflict });
  surface.clock.now = HALF + 60_000;
  expect((await take(body)).status).toBe(200);
});

test.each([
  ['more a month', [3000, 1], [3001, 1], 'upgrade'],
  ['less a month', [3000, 1], [2999, 1], 'downgrade'],
  ['as much a month', [3000, 1], [3000, 1], 'upgrade'],
  ['less a month, by the year', [3000, 1], [30_000, 12], 'downgrade'],
  ['more a month, from the year', [30_000, 12], [3000, 1], 'upgrade'],
  ['nothing, from nothing', [0, 1], [0, 1], 'upgrade'],
] as const)('%s is the right way', (_, [from, fromMonths], [dear, months], kind) => {
  const priced = (amount: number, interval_months: number) =>
    ({ prices: [{ id: '', model: 'flat', amount: String(amount) }], interval_months }) as never;
  expect(kindOfChange(priced(from, fromMonths), priced(dear, months))).toBe(kind);
});

describe('refused is', () => {
  const change = { step: 'change' };
  test.each([
    ['a change to nowhere', change, 'plan_version_id'],
    ['a change to what is no version', { ...change, plan_version_id: 'pro' }, 'plan_version_id'],
    ['a change with a reason', { ...change, reason: 'other' }, 'reason'],
    ['a reason that nobody knows', { step: 'cancel', reason: 'because' }, 'reason'],
    ['a comment with NUL', { step: 'cancel', comment: 'a\u0000' }, 'comment'],
    ['a comment without end', { step: 'cancel', comment: 'x'.repeat(1_001) }, 'comment'],
    ['a time of one’s own', { step: 'cancel', at: 'now' }, 'at'],
    ['money back', { step: 'cancel', credit_unused: true }, 'credit_unused'],
    ['an add-on', { step: 'add_on' }, 'step'],
    ['an amount with a point', { step: 'resume', expected_due: '1.5' }, 'expected_due'],
    ['an amount as a number', { step: 'resume', expected_due: 1 }, 'expected_due'],
  ])('%s', async (name, body, field) => {
    for (const path of [at('/preview'), at('/steps')]) {
      await expectRefused(surface, { name, method: 'POST', path, body, ...invalid, at: field });
    }
  });

  test.each(NO_BODIES)('a step of $name', async ({ name, body, headers, refusal }) => {
    for (const path of [at('/preview'), at('/steps')]) {
      const post = { name, method: 'POST', path, body, ...(headers && { headers }) };
      await expectRefused(surface, { ...post, ...refusal });
    }
  });

  test('a plan that is not on offer, an old version, and terms of somebody else', async () => {
    const absent = { method: 'POST', status: 404, code: 'not_found' };
    for (const id of [hidden.id, newId('plv', 0)]) {
      const body = { step: 'change', plan_version_id: id };
      await expectRefused(surface, { name: id, path: at('/steps'), body, ...absent });
    }
  });

  test('a pause where the plan has none, and what its state has no place for', async () => {
    const conflict = { method: 'POST', status: 409, code: 'state_conflict' };
    await take(to(pro));
    for (const step of ['pause', 'resume']) {
      const body = { step };
      await expectRefused(surface, { name: step, path: at('/steps'), body, ...conflict });
    }
    const method = 'DELETE';
    await expectRefused(surface, { ...conflict, name: '', method, path: at('/pending-change') });
  });

  test.each(['developer', 'viewer'] as const)('a step by a %s', async (role) => {
    surface.caller.customer.role = role;
    const forbidden = { method: 'POST', status: 403, code: 'forbidden' };
    for (const path of [at('/preview'), at('/steps')]) {
      await expectRefused(surface, { name: role, path, body: { step: 'cancel' }, ...forbidden });
    }
    expect((await own()).subscription).toMatchObject({ id: sub });
  });

  test('a step of a customer without a subscription', async () => {
    mine = await seedCustomer(surface);
    surface.caller.customer.id = mine.id;
    const absent = { method: 'POST', status: 404, code: 'not_found' };
    const body = { step: 'cancel' };
    await expectRefused(surface, { name: '', path: at('/steps'), body, ...absent });
    expect(await own()).toMatchObject({ subscription: null, steps: [] });
  });
});
