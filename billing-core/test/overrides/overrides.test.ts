import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openLog } from '../../src/kit/log.ts';
import { newId } from '../../src/kit/id.ts';
import { endDue } from '../../src/overrides/due.ts';
import { openCore, type Answer, type Core } from '../../src/test/core.ts';
import {
  buyer,
  done,
  drain,
  facts,
  LIMIT,
  ms,
  plan,
  windowOf,
  type Buyer,
} from '../quotas/buyer.ts';

// A quota is raised for one customer, for a time: gateways are lent so much, and no unit beyond.

const NOON = '2026-11-22T12:00:00Z';
const ONE_PM = '2026-11-22T13:00:00.000Z';
const DAY = [{ window: 'day' as const }];
let core: Core;
beforeAll(async () => {
  core = await openCore();
});
afterAll(() => core.close());

const wish = ({ id }: Buyer, over: object = {}) => ({
  customer_id: id,
  ...{ meter_id: 'mtr_requests', window: 'day', limit: '150', reason: 'Launch week' },
  ...over,
});
const raise = (who: Buyer, over: object = {}): Promise<Answer> =>
  core.admin('POST', '/v1/quota-overrides', wish(who, over));
const told = ({ status, body }: Answer) => [status, body['code']];
const limitOf = async (who: Buyer) => (await facts(core, who)).customer.quotas[0]?.limit;
const due = () => endDue({ ...core, clock: () => core.clock.now, log: openLog('test', 'silent') });
const titles = async ({ id }: Buyer) =>
  (await core.sql`select title from notices where customer_id = ${id} order by id`).map(
    ({ title }) => title as string,
  );
const changes = async ({ id }: Buyer) =>
  (await core.sql`select from changes where kind = 'customer' and subject_id = ${id}`).length;

test('so much is lent and no unit more, at once, and everybody is told', async () => {
  const acme = await buyer(core, DAY, { at: NOON });
  const before = await changes(acme);
  const made = await raise(acme);
  expect(made).toMatchObject({
    status: 201,
    body: { state: 'active', plan_limit: String(LIMIT), limit: '150', ends_at: null },
  });
  expect(await changes(acme)).toBe(before + 1);
  const fact = await facts(core, acme);
  expect(fact.customer.quotas[0]?.limit).toBe(150);
  expect(await drain(core, windowOf(fact, core.clock.now).id)).toBe(150);
  expect(await titles(acme)).toEqual(['Your quota of requests is now 150 a day']);
  const { text } = await core.admin('GET', `/v1/audit?subject_id=${made.body['id'] as string}`);
  expect(text).toContain('quota_override.create');
});

describe('at its end', () => {
  test('nothing is lent beyond the plan from that millisecond on, without any job', async () => {
    const acme = await buyer(core, DAY, { at: NOON });
    await raise(acme, { ends_at: ONE_PM });
    const { id } = windowOf(await facts(core, acme), core.clock.now);
    core.clock.now = ms(ONE_PM) - 1;
    expect(await limitOf(acme)).toBe(150);
    core.clock.now = ms(ONE_PM);
    expect(await limitOf(acme)).toBe(LIMIT);
    expect(await drain(core, id)).toBe(LIMIT);
  });

  test('all are told once, however many cores look, and it ended then', async () => {
    const acme = await buyer(core, DAY, { at: NOON });
    const { body } = await raise(acme, { ends_at: ONE_PM });
    core.clock.now = ms(ONE_PM) - 1;
    const before = await changes(acme);
    expect(await due()).toBe(0);
    core.clock.now = ms(ONE_PM) + 90_000;
    await Promise.all([due(), due(), due()]);
    expect(await due()).toBe(0);
    expect(await changes(acme)).toBe(before + 1);
    expect((await titles(acme)).at(-1)).toBe('Your quota of requests is 100 a day again');
    expect(await titles(acme)).toHaveLength(2);
    const seen = await core.admin('GET', `/v1/quota-overrides/${body['id'] as string}`);
    expect(seen.body).toMatchObject({ state: 'ended', ends_at: ONE_PM, ended_at: ONE_PM });
  });

  test('another one can be made before anybody was told', async () => {
    const acme = await buyer(core, DAY, { at: NOON });
    await raise(acme, { ends_at: ONE_PM });
    core.clock.now = ms(ONE_PM);
    expect((await raise(acme, { limit: '200' })).status).toBe(201);
    await due();
    expect(await limitOf(acme)).toBe(200);
  });

  test('what gateways were lent before stays lent, and nothing more is', async () => {
    const acme = await buyer(core, DAY, { at: NOON });
    await raise(acme, { ends_at: ONE_PM });
    const { id } = windowOf(await facts(core, acme), core.clock.now);
    expect(await drain(core, id)).toBe(150);
    core.clock.now = ms(ONE_PM);
    expect(await drain(core, id)).toBe(0);
  });
});

test('one that is ended by hand ends then, once', async () => {
  const acme = await buyer(core, DAY, { at: NOON });
  const { body } = await raise(acme);
  const end = `/v1/quota-overrides/${body['id'] as string}/end`;
  core.clock.now += 60_000;
  expect((await core.admin('POST', end)).body).toMatchObject({ state: 'ended' });
  expect(await limitOf(acme)).toBe(LIMIT);
  expect(told(await core.admin('POST', end))).toEqual([409, 'state_conflict']);
  expect((await titles(acme)).at(-1)).toBe('Your quota of requests is 100 a day again');
});

test('a plan with more holds all the same, and what it overtook ends in silence', async () => {
  const acme = await buyer(core, DAY, { at: NOON });
  await raise(acme, { ends_at: ONE_PM });
  const plan_version_id = await plan(core, [{ window: 'day', limit: 500 }]);
  const steps = `/v1/subscriptions/${acme.subscription}/steps`;
  await done(core, ['POST', steps], { step: 'change', plan_version_id });
  expect(await limitOf(acme)).toBe(500);
  core.clock.now = ms(ONE_PM);
  await due();
  expect(await limitOf(acme)).toBe(500);
  expect(await titles(acme)).toHaveLength(1);
});

test('another limit or end is another one, which names the one that it replaces', async () => {
  const acme = await buyer(core, DAY, { at: NOON });
  const first = (await raise(acme)).body['id'] as string;
  expect(told(await raise(acme, { limit: '160' }))).toEqual([409, 'state_conflict']);
  const other = newId('qov', 0);
  expect(told(await raise(acme, { limit: '160', replaces: other }))).toEqual([
    409,
    'state_conflict',
  ]);
  const second = await raise(acme, { limit: '120', replaces: first });
  expect(second.status).toBe(201);
  expect(await limitOf(acme)).toBe(120);
  expect(told(await raise(acme, { limit: '170', replaces: first }))).toEqual([
    409,
    'state_conflict',
  ]);
  const list = (query: string) =>
    core.admin('GET', `/v1/quota-overrides?customer_id=${acme.id}${query}`);
  expect((await list('')).body['data']).toHaveLength(2);
  expect((await list('&state=active')).body['data']).toMatchObject([{ limit: '120' }]);
  expect((await list('&state=ended')).body['data']).toMatchObject([{ id: first, limit: '150' }]);
});

test('of those who raise one quota at once one does', async () => {
  const acme = await buyer(core, DAY, { at: NOON });
  const all = await Promise.all(Array.from({ length: 5 }, () => raise(acme)));
  expect(all.map(({ status }) => status).toSorted()).toEqual([201, 409, 409, 409, 409]);
  expect(await titles(acme)).toHaveLength(1);
});

test('a quota of each key is raised for each key', async () => {
  const acme = await buyer(core, [{ window: 'day', scope: 'key' }], { at: NOON, keys: 2 });
  expect(told(await raise(acme))).toEqual([400, 'invalid_request']);
  await raise(acme, { scope: 'key' });
  for (const at of [0, 1]) {
    const fact = await facts(core, acme, at);
    expect(await drain(core, windowOf(fact, core.clock.now).id)).toBe(150);
  }
});

describe('refused is', () => {
  let acme: Buyer;
  beforeAll(async () => {
    acme = await buyer(core, DAY, { at: NOON });
  });
  test.each([
    ['as much as the plan has', { limit: '100' }, 'limit'],
    ['less than nothing', { limit: '-1' }, 'limit'],
    ['a part of a request', { limit: '150.5' }, 'limit'],
    ['a number', { limit: 150 }, 'limit'],
    ['more than can be counted', { limit: '9007199254740992' }, 'limit'],
    ['an end that is over', { ends_at: NOON }, 'ends_at'],
    ['an end that is none', { ends_at: 'tomorrow' }, 'ends_at'],
    ['a window that the plan does not limit', { window: 'hour' }, 'meter_id'],
    ['a meter that is not there', { meter_id: newId('mtr', 0) }, 'meter_id'],
    ['what is no meter', { meter_id: 'requests' }, 'meter_id'],
    ['no reason', { reason: ' ' }, 'reason'],
    ['a reason with NUL', { reason: 'a\u0000b' }, 'reason'],
    ['a reason without end', { reason: 'x'.repeat(501) }, 'reason'],
    ['what is no override', { replaces: 'qov_1' }, 'replaces'],
    ['an unknown field', { enforcement: 'soft' }, 'enforcement'],
  ])('%s', async (_, over, at) => {
    const before = await changes(acme);
    const answer = await raise(acme, over);
    expect(told(answer)).toEqual([400, 'invalid_request']);
    expect(answer.body['errors']).toContainEqual(expect.objectContaining({ path: at }));
    expect(await changes(acme)).toBe(before);
  });

  test('a customer that is not there, and one on no plan', async () => {
    expect(told(await raise({ ...acme, id: newId('cus', 0) }))).toEqual([404, 'not_found']);
    const other = await done(core, ['POST', '/v1/customers'], { name: 'Nobody' });
    const nobody = { ...acme, id: other['id'] as string };
    expect(told(await raise(nobody))).toEqual([400, 'invalid_request']);
  });

  test('an override that is not there, and a token that may only read', async () => {
    const path = `/v1/quota-overrides/${newId('qov', 0)}`;
    expect(told(await core.admin('GET', path))).toEqual([404, 'not_found']);
    expect(told(await core.admin('POST', `${path}/end`))).toEqual([404, 'not_found']);
    const headers = { authorization: `Bearer ${await core.mint(['read'])}` };
    const made = await core.call('POST', '/v1/quota-overrides', { headers, body: wish(acme) });
    expect(made.status).toBe(403);
  });
});
