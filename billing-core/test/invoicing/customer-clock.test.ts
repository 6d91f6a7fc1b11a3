import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Invoice } from '../../src/contract/invoice.ts';
import type { Notice } from '../../src/contract/notice.ts';
import type { Subscription } from '../../src/contract/subscription.ts';
import { dunAll } from '../../src/invoicing/dun-run.ts';
import { openLog } from '../../src/kit/log.ts';
import { lookAtTrials, Watcher } from '../../src/notices/watch.ts';
import { brief, openScene, type Scene } from './scene.ts';

// One customer's time goes on: what is its own happens, and everybody else stays.

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const START = Date.UTC(2027, 0, 1, 9);
const { signal } = new AbortController();
const log = openLog('test', 'silent');

let scene: Scene;
let version: string;
beforeAll(async () => {
  scene = await openScene(START, true);
  const usage = { model: 'per_unit', meter_id: 'mtr_requests', unit_amount: '2' };
  const prices = [{ model: 'flat', amount: '3000' }, usage];
  version = await scene.plan(prices, { trial_days: 14 });
});
afterAll(() => scene.core.close());

type Tried = { customer: string; subscription: string };
async function tried(): Promise<Tried> {
  const customer = await scene.customer();
  return { customer, subscription: await scene.subscribe(customer, version) };
}
const iso = (at: number): string => new Date(at).toISOString();
const get = async <Body>(path: string): Promise<Body> =>
  (await scene.core.admin('GET', path)).body as unknown as Body;
const standing = ({ subscription }: Tried) =>
  get<Subscription>(`/v1/subscriptions/${subscription}`);

/** Moves one customer's clock; what happens to it by itself then has happened. */
async function advance({ customer }: Tried, to: number): Promise<void> {
  const path = `/v1/customers/${customer}/test-clock/advance`;
  const answer = await scene.core.admin('POST', path, { to: iso(to) });
  expect(answer.status, answer.text).toBe(200);
  expect(answer.body['now']).toBe(iso(to));
  await scene.go(scene.core.clock.now);
}
const tellOfTrials = () =>
  lookAtTrials({
    ...{ sql: scene.core.sql, clock: () => scene.core.clock.now, log },
    ...{ send: () => Promise.resolve(), watcher: new Watcher() },
  });
/** Jobs run, once gateways have vouched for all that was admitted before now. */
async function work(): Promise<void> {
  await scene.go(scene.core.clock.now + 5 * MINUTE);
  await scene.bill();
  await dunAll({ sql: scene.core.sql, log, now: scene.core.clock.now }, signal);
}

test('from trial to dunning in one customer, while another one stays', async () => {
  const [one, other] = [await tried(), await tried()];
  await tellOfTrials();
  await advance(one, START + 12 * DAY);
  await tellOfTrials();
  const told = async ({ customer }: Tried) =>
    (await get<{ data: Notice[] }>(`/v1/notices?customer_id=${customer}`)).data;
  expect((await told(one)).map(({ kind, at }) => [kind, at])).toEqual([
    ['trial_ending', iso(START + 12 * DAY)],
  ]);

  const paid = START + 15 * DAY;
  await advance(one, paid);
  expect((await standing(one)).state).toBe('active');
  await scene.bill();
  const [fees, ...more] = await scene.invoices(one.customer);
  expect(more).toEqual([]);
  expect(fees).toMatchObject({ reason: 'fees', created_at: iso(paid) });
  expect(fees?.due_at).toBe(iso(paid + 14 * DAY));

  // As gateways date it: the one's by its clock, the other's by the installation's.
  await scene.use(one.customer, { at: paid + HOUR, quantity: 100 });
  await scene.use(other.customer, { at: START, quantity: 7 });
  const renewed = Date.UTC(2027, 1, 1, 9);
  await advance(one, renewed + DAY);
  await scene.bill();
  // Of what was admitted before the clock was moved, some may be on its way.
  expect(await scene.invoices(one.customer)).toHaveLength(1);
  await work();
  const [, month] = await scene.invoices(one.customer);
  expect(month).toMatchObject({
    reason: 'period',
    period: { start: iso(START), end: iso(renewed) },
    created_at: iso(renewed + DAY + 5 * MINUTE),
  });
  expect(brief(month as Invoice)).toEqual([
    ['fee', null, '3000'],
    ['usage', '100', '200'],
  ]);
  expect((await standing(one)).current_period.start).toBe(iso(renewed));

  // The invoice of the trial's end is over its time, and the other customer owes nothing.
  expect((await standing(one)).state).toBe('past_due');
  expect((await told(one)).map(({ kind }) => kind)).toContain('payment_reminder');

  // It comes late by the customer's time, whatever that is elsewhere.
  await scene.use(one.customer, { at: paid + 2 * HOUR, quantity: 10 });
  await advance(one, Date.UTC(2027, 2, 1, 10));
  await work();
  const late = (await scene.invoices(one.customer)).at(-1);
  expect(brief(late as Invoice)).toEqual([
    ['fee', null, '3000'],
    ['usage', '0', '0'],
    ['late_usage', '10', '20'],
  ]);

  expect(await standing(other)).toMatchObject({ state: 'trialing' });
  expect(await scene.invoices(other.customer)).toEqual([]);
  expect(await told(other)).toEqual([]);
});

test('what is asked and done of it is of its time', async () => {
  const one = await tried();
  const there = START + 40 * DAY;
  await advance(one, there);
  const { now } = scene.core.clock;
  const clock = () => get(`/v1/customers/${one.customer}/test-clock`);
  const known = { enabled: true, now: iso(there), ahead_ms: there - now };
  expect(await clock()).toEqual({ ...known, status: 'advancing' });
  await scene.bill();
  const [invoice] = await scene.invoices(one.customer);
  const path = `/v1/invoices/${invoice?.id}/payments`;
  const { body } = await scene.core.admin('POST', path, { amount: '100' });
  expect(body).toMatchObject({ received_at: iso(there), created_at: iso(there) });
  const canceled = await scene.core.admin('POST', `/v1/subscriptions/${one.subscription}/cancel`);
  expect(canceled.body).toMatchObject({ state: 'canceled', canceled_at: iso(there) });
  const again = await scene.subscribe(one.customer, version, { trial_days: 0 });
  const listed = await get<{ data: Subscription[] }>(
    `/v1/subscriptions?customer_id=${one.customer}&state=active`,
  );
  expect(listed.data.map(({ id, started_at }) => [id, started_at])).toEqual([[again, iso(there)]]);
  await work();
  expect(await clock()).toMatchObject({ now: iso(there + 5 * MINUTE), status: 'ready' });
});
