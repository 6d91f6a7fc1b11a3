import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Debt } from '../../src/contract/debt.ts';
import type { Dunning, UnpaidAction } from '../../src/contract/dunning.ts';
import type { Invoice } from '../../src/contract/invoice.ts';
import type { Subscription } from '../../src/contract/subscription.ts';
import { dunAll } from '../../src/invoicing/dun-run.ts';
import { customersToDun } from '../../src/invoicing/dunning-store.ts';
import { lastChange } from '../../src/kit/changes.ts';
import { openLog } from '../../src/kit/log.ts';
import { entitlementsOf } from '../../src/subscriptions/store.ts';
import { person } from '../../src/test/core.ts';
import { openScene, type Scene } from './scene.ts';

const DAY = 86_400_000;
const MINUTE = 60_000;
const START = Date.UTC(2027, 3, 1);
const RATE = { kind: 'rate_limit', rate_per_second: '50', burst: 100 };

const log = openLog('test', 'silent');
const { signal } = new AbortController();

let scene: Scene;
const plans: Partial<Record<UnpaidAction, { plan: string; version: string }>> = {};
beforeAll(async () => {
  scene = await openScene(START);
  for (const action of ['keep', 'limit', 'block'] as const) {
    const version = await scene.plan([{ model: 'flat', amount: '1000' }], { entitlements: [RATE] });
    const [{ plan }] = await scene.core.sql<[{ plan: string }]>`
      select plan_id as plan from plan_versions where id = ${version}`;
    const unpaid_rate_per_second = action === 'limit' ? '2.5' : null;
    const patch = { unpaid_action: action, unpaid_rate_per_second };
    const { status } = await scene.core.admin('PATCH', `/v1/plans/${plan}`, patch);
    if (status !== 200) throw new Error(`the plan answered ${status}`);
    plans[action] = { plan, version };
  }
});
afterAll(() => scene.core.close());

type Debtor = { customer: string; subscription: string; invoice: string; due: number };

/** A customer with an invoice; when that is due, ms. */
async function debtor(action: UnpaidAction): Promise<Debtor> {
  const customer = await scene.customer();
  const subscription = await scene.subscribe(customer, plans[action]?.version ?? '');
  await scene.bill();
  const [invoice] = await scene.invoices(customer);
  const due = Date.parse(invoice?.due_at ?? '');
  expect(due).toBe(scene.core.clock.now + 14 * DAY);
  return { customer, subscription, invoice: invoice?.id ?? '', due };
}
const dun = () => dunAll({ sql: scene.core.sql, log, now: scene.core.clock.now }, signal);
const at = async (time: number): Promise<void> => {
  await scene.go(time);
  await dun();
};
const post = (id: string, verb: string, body?: object) =>
  scene.core.admin('POST', `/v1/invoices/${id}/${verb}`, body);
async function dunning(id: string): Promise<Dunning | null> {
  const { body } = await scene.core.admin('GET', `/v1/invoices/${id}`);
  return (body as unknown as Invoice).dunning;
}
const steps = async (id: string) =>
  ((await dunning(id))?.steps ?? []).map(({ kind, after_days, tells }) =>
    [kind, after_days, tells ? 'tells' : '']
      .filter((part) => part !== '' && part !== null)
      .join(' '),
  );
async function state(subscription: string): Promise<Subscription['state']> {
  const { body } = await scene.core.admin('GET', `/v1/subscriptions/${subscription}`);
  return (body as unknown as Subscription).state;
}
const granted = (customer: string) =>
  entitlementsOf(scene.core.sql, customer, scene.core.clock.now);

describe('an invoice that is not paid in time', () => {
  test('is reminded of, and then the plan’s choice holds until it is paid', async () => {
    const { customer, subscription, invoice, due } = await debtor('block');
    await at(due - 1);
    expect([await state(subscription), await dunning(invoice)]).toEqual(['active', null]);
    await at(due);
    expect(await state(subscription)).toBe('past_due');
    const next = { kind: 'reminder', at: new Date(due + 3 * DAY).toISOString() };
    expect(await dunning(invoice)).toMatchObject({ state: 'running', acted: false, next });
    await at(due + 3 * DAY);
    await at(due + 7 * DAY);
    expect((await granted(customer)).subscription).toMatchObject({ id: subscription });
    await at(due + 14 * DAY);
    expect(await steps(invoice)).toEqual([
      'past_due 0 tells',
      'reminder 3 tells',
      'reminder 7 tells',
      'effect 14 tells',
    ]);
    const notices = await scene.core.sql<{ kind: string; title: string }[]>`
      select kind, title from notices where customer_id = ${customer} order by at`;
    const [, , , last] = notices;
    expect(notices.map(({ kind }) => kind)).toEqual([
      ...['payment_reminder', 'payment_reminder', 'payment_reminder', 'access_ended'],
    ]);
    expect(last?.title).toMatch(/^Requests are refused: invoice INV-\d{6} is not paid$/);
    expect(await state(subscription)).toBe('past_due');
    expect((await granted(customer)).subscription).toBe(null);
    const before = await lastChange(scene.core.sql, 'facts');
    expect((await post(invoice, 'payments', { amount: '999' })).status).toBe(201);
    expect((await granted(customer)).subscription).toBe(null);
    expect((await post(invoice, 'payments')).status).toBe(201);
    // Gateways are told in the transaction of the payment.
    const told = await scene.core.sql`select from changes
      where number > ${before} and kind = 'customer' and subject_id = ${customer}`;
    expect(told.length).toBeGreaterThan(0);
    expect((await granted(customer)).subscription).toMatchObject({ id: subscription });
    expect(await state(subscription)).toBe('active');
    expect(await dunning(invoice)).toMatchObject({ state: 'ended', next: null });
  });

  test('leaves a lower rate where the plan limits, and all of it where it keeps', async () => {
    const [limited, kept] = [await debtor('limit'), await debtor('keep')];
    await at(limited.due + 14 * DAY);
    expect(await state(limited.subscription)).toBe('past_due');
    expect((await granted(limited.customer)).rate_limit).toMatchObject({
      rate_per_second: 2.5,
      burst: 3,
    });
    expect(await state(kept.subscription)).toBe('past_due');
    const full = { rate_per_second: 50, burst: 100 };
    expect((await granted(kept.customer)).rate_limit).toMatchObject(full);
    await post(limited.invoice, 'credit-notes', { reason: 'Agreed' });
    expect((await granted(limited.customer)).rate_limit).toMatchObject(full);
  });

  test('has each step once, however many cores look and however late', async () => {
    const { invoice, due } = await debtor('block');
    await scene.go(due + 20 * DAY);
    await Promise.all([dun(), dun(), dun()]);
    await dun();
    expect(await steps(invoice)).toEqual([
      'past_due 0 tells',
      'reminder 3',
      'reminder 7 tells',
      'effect 14 tells',
    ]);
    const round = { customerId: null, now: scene.core.clock.now, dated: Number };
    expect(await customersToDun(scene.core.sql, { round, but: [], limit: 10 })).toEqual([]);
  });

  test.each([
    ['voided', 'void', undefined, 'active'],
    ['credited', 'credit-notes', { reason: 'x' }, 'active'],
    ['given up', 'uncollectible', undefined, 'past_due'],
  ])('and is %s: its subscription is %s', async (_what, verb, body, wanted) => {
    const { customer, subscription, invoice, due } = await debtor('block');
    await at(due + 14 * DAY);
    expect((await post(invoice, verb, body)).status).toBeLessThan(300);
    expect(await state(subscription)).toBe(wanted);
    // Nobody expects money any more, but nothing is given for it either.
    expect((await granted(customer)).subscription === null).toBe(wanted === 'past_due');
    expect((await dunning(invoice))?.next).toBe(null);
  });

  test('begins anew when money for it goes back', async () => {
    const { subscription, invoice, due } = await debtor('block');
    await at(due + 5 * DAY);
    await post(invoice, 'payments');
    await scene.go(due + 40 * DAY);
    expect((await post(invoice, 'payments', { kind: 'refund', amount: '10' })).status).toBe(201);
    expect(await state(subscription)).toBe('past_due');
    const next = { kind: 'reminder', at: new Date(due + 43 * DAY).toISOString() };
    expect(await dunning(invoice)).toMatchObject({ state: 'running', acted: false, next });
  });
});

describe('dunning', () => {
  test('is paused: nothing comes or is refused; resumed, the pause does not count', async () => {
    const { customer, subscription, invoice, due } = await debtor('block');
    expect((await post(invoice, 'dunning/pause')).status).toBe(409);
    await at(due + 14 * DAY);
    expect((await granted(customer)).subscription).toBe(null);
    expect((await post(invoice, 'dunning/pause')).body['dunning']).toMatchObject({
      state: 'paused',
      acted: false,
    });
    expect((await post(invoice, 'dunning/pause')).status).toBe(409);
    expect((await granted(customer)).subscription).toMatchObject({ id: subscription });
    expect(await state(subscription)).toBe('past_due');
    expect((await post(invoice, 'dunning/resume')).status).toBe(200);
    expect((await granted(customer)).subscription).toBe(null);

    const other = await debtor('block');
    await at(other.due + DAY);
    await post(other.invoice, 'dunning/pause');
    await at(other.due + 30 * DAY);
    expect(await steps(other.invoice)).toEqual(['past_due 0 tells', 'paused']);
    await post(other.invoice, 'dunning/resume');
    expect((await post(other.invoice, 'dunning/resume')).status).toBe(409);
    const next = { kind: 'reminder', at: new Date(other.due + 32 * DAY).toISOString() };
    expect(await dunning(other.invoice)).toMatchObject({ state: 'running', next });
  });

  test('reminds when somebody asks for it, and tells who owes what', async () => {
    const { customer, invoice, due } = await debtor('keep');
    const never = (await post(invoice, 'dunning/remind')).body;
    expect(never).toMatchObject({ status: 409, detail: 'It is not past due' });
    await scene.go(due + MINUTE);
    expect((await post(invoice, 'dunning/remind')).status).toBe(200);
    expect(await steps(invoice)).toEqual(['past_due 0 tells', 'asked_reminder tells']);
    const path = `/v1/customers/${customer}/debt`;
    const debt = (await scene.core.admin('GET', path)).body as unknown as Debt;
    expect(debt).toMatchObject({ due: '1000', effect: 'none', invoices: [{ id: invoice }] });
    expect(debt.owed_since).toBe(new Date(due).toISOString());
    const ann = await person(scene.core);
    const theirs = `/portal/v1/customers/${customer}/debt`;
    expect((await ann.call('GET', theirs)).status).toBe(404);
    const member = { user_id: ann.id, role: 'viewer' };
    await scene.core.admin('POST', `/v1/customers/${customer}/memberships`, member);
    expect((await ann.call('GET', theirs)).body).toEqual(debt);
  });

  test('follows a plan that chooses otherwise, and a new subscription', async () => {
    const { customer, subscription, due } = await debtor('keep');
    await at(due + 14 * DAY);
    const path = `/v1/plans/${plans.keep?.plan}`;
    await scene.core.admin('PATCH', path, { unpaid_action: 'block' });
    expect(await dun()).toBeGreaterThan(0);
    expect((await granted(customer)).subscription).toBe(null);
    await scene.core.admin('PATCH', path, { unpaid_action: 'keep' });
    await dun();
    expect((await granted(customer)).subscription).toMatchObject({ id: subscription });
    await scene.core.admin('POST', `/v1/subscriptions/${subscription}/cancel`, {});
    await scene.go(scene.core.clock.now + MINUTE);
    // From its first moment on, whether or not the job looks.
    const next = await scene.subscribe(customer, plans.block?.version ?? '');
    expect(await state(next)).toBe('past_due');
    expect((await granted(customer)).subscription).toBe(null);
    expect(await dun()).toBe(0);
  });

  test('goes with who changes plans: each plan’s own choice holds from the change on', async () => {
    const { customer, subscription, due } = await debtor('block');
    await at(due + 14 * DAY);
    const change = async (action: UnpaidAction, when: string) => {
      const body = { plan_version_id: plans[action]?.version ?? '', at: when };
      const path = `/v1/subscriptions/${subscription}/change`;
      const answer = await scene.core.admin('POST', path, body);
      expect(answer.status, answer.text).toBe(200);
    };
    await change('keep', 'now');
    expect((await granted(customer)).subscription).toMatchObject({ id: subscription });
    await change('limit', 'now');
    expect((await granted(customer)).rate_limit).toMatchObject({ rate_per_second: 2.5 });
    await change('block', 'period_end');
    expect((await granted(customer)).rate_limit).toMatchObject({ rate_per_second: 2.5 });
    await scene.go(scene.core.clock.now + 31 * DAY);
    expect((await granted(customer)).subscription).toBe(null);
    expect(await state(subscription)).toBe('past_due');
  });

  test('of who has no subscription is known to the next one, and payment, too', async () => {
    const { customer, subscription, invoice, due } = await debtor('block');
    await scene.core.admin('POST', `/v1/subscriptions/${subscription}/cancel`, {});
    await at(due + 14 * DAY);
    const next = await scene.subscribe(customer, plans.block?.version ?? '');
    expect([await state(next), (await granted(customer)).subscription]).toEqual(['past_due', null]);
    await post(invoice, 'payments');
    expect(await state(next)).toBe('active');
    expect((await granted(customer)).subscription).toMatchObject({ id: next });
    await scene.core.admin('POST', `/v1/subscriptions/${next}/cancel`, {});
    await scene.go(scene.core.clock.now + MINUTE);
    const last = await scene.subscribe(customer, plans.block?.version ?? '');
    expect(await state(last)).toBe('active');
  });

  test('counts by settings that change, from then on', async () => {
    const { invoice, due } = await debtor('block');
    await at(due);
    const settings = (await scene.core.admin('GET', '/v1/billing-settings')).body as object;
    const put = (change: object) =>
      scene.core.admin('PUT', '/v1/billing-settings', { ...settings, ...change });
    expect((await put({ reminder_days: [1, 2], debt_grace_days: 4 })).status).toBe(200);
    await at(due + 4 * DAY);
    expect(await steps(invoice)).toContain('effect 4 tells');
    expect((await put({})).status).toBe(200);
    for (const bad of [
      { reminder_days: [-1] },
      { reminder_days: [3, 3] },
      { debt_grace_days: 366 },
    ]) {
      expect((await put(bad)).body['code']).toBe('invalid_request');
    }
  });

  test.each([
    ['a limit without a rate', { unpaid_action: 'limit' }],
    ['a rate without a limit', { unpaid_action: 'block', unpaid_rate_per_second: '1' }],
    ['a rate alone', { unpaid_rate_per_second: '1' }],
    ['another word', { unpaid_action: 'nag' }],
  ])('knows no plan with %s', async (_what, patch) => {
    const answer = await scene.core.admin('PATCH', `/v1/plans/${plans.keep?.plan}`, patch);
    expect(answer.body['code']).toBe('invalid_request');
  });
});
