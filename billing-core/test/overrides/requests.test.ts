import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Page } from '../../src/contract/page.ts';
import type { QuotaRequest } from '../../src/contract/quota-request.ts';
import { newId } from '../../src/kit/id.ts';
import { portalQuotaRequestsHttp, quotaRequestsHttp } from '../../src/overrides/requests-http.ts';
import { expectRefused, invalid, NO_BODIES } from '../refused.ts';
import { openSurface, seedCustomer, type Surface } from '../surface.ts';
import { seedPlan } from '../quotas/plan.ts';

// What a customer asks for is seen by admins, answered once, and raises what the answer says.

const OWN = '/portal/v1/customers/:customer_id';
let surface: Surface;
let mine: { id: string };
let path: string;

beforeAll(async () => {
  surface = await openSurface({ [OWN]: portalQuotaRequestsHttp(), '/v1': quotaRequestsHttp() });
  const user = { id: newId('usr', 0), name: 'Ada', email: 'ada@example.test' };
  await surface.sql`insert into users ${surface.sql({ ...user, email_verified: true })}`;
  Object.assign(surface.caller.user, user);
});
afterAll(() => surface.close());
beforeEach(async () => {
  mine = await seedCustomer(surface);
  surface.caller.customer = { id: mine.id, role: 'developer' };
  path = `/portal/v1/customers/${mine.id}/quota-requests`;
  await seedPlan(surface, mine.id, [
    { limit: 100, window: 'day' },
    { limit: 10, window: 'day', scope: 'key' },
    { limit: null, window: 'month' },
  ]);
});

const MORE = { meter_id: 'mtr_requests', window: 'day', limit: '250', reason: 'Launch week' };
const ask = (over: object = {}) => surface.send<QuotaRequest>('POST', path, { ...MORE, ...over });
const answer = (id: string, body: object) =>
  surface.send<QuotaRequest>('POST', `/v1/quota-requests/${id}/answer`, body);

test('a request is seen by admins with who asks, of which quota, for what', async () => {
  const asked = await ask();
  expect(asked).toMatchObject({ status: 201, body: { state: 'open', limit_then: '100' } });
  const open = await surface.send<Page<QuotaRequest>>('GET', '/v1/quota-requests?state=open');
  expect(open.body.data.find(({ id }) => id === asked.body.id)).toMatchObject({
    customer: { id: mine.id },
    asked_by: { email: 'ada@example.test' },
    meter: { slug: 'requests' },
    window: 'day',
    scope: 'customer',
    limit: '250',
    reason: 'Launch week',
    answered_at: null,
  });
  const of = await surface.send<Page<QuotaRequest>>(
    'GET',
    `/v1/quota-requests?customer_id=${newId('cus', 0)}`,
  );
  expect(of.body.data).toEqual([]);
});

test('the customer sees what it was answered, and may ask again', async () => {
  const { id } = (await ask()).body;
  const told = { decision: 'declined', answer: 'Pro has that much' };
  expect(await answer(id, told)).toMatchObject({ status: 200 });
  const own = await surface.send<Page<QuotaRequest>>('GET', path);
  expect(own.body.data).toMatchObject([{ id, state: 'declined', answer: 'Pro has that much' }]);
  expect((await ask()).status).toBe(201);
});

test('a request is answered once, and not after it was withdrawn', async () => {
  const { id } = (await ask()).body;
  const both = await Promise.all(
    ['granted', 'declined'].map((decision) => answer(id, { decision })),
  );
  expect(both.map(({ status }) => status).toSorted()).toEqual([200, 409]);
  const again = (await ask()).body.id;
  const withdrawn = await surface.send('POST', `${path}/${again}/withdraw`);
  expect(withdrawn).toMatchObject({ status: 200, body: { state: 'withdrawn' } });
  const late = `/v1/quota-requests/${again}/answer`;
  const conflict = { status: 409, code: 'state_conflict' };
  const body = { decision: 'granted' };
  await expectRefused(surface, { name: 'late', method: 'POST', path: late, body, ...conflict });
});

test('of one quota one request is open, however many come at once', async () => {
  const all = await Promise.all(Array.from({ length: 6 }, () => ask()));
  expect(all.map(({ status }) => status).toSorted()).toEqual([201, 409, 409, 409, 409, 409]);
  expect((await ask({ scope: 'key', limit: '11' })).status).toBe(201);
});

test('whoever asked may be deleted; the request stays', async () => {
  const user = { id: newId('usr', 0), name: 'Bo', email: 'bo@example.test', email_verified: true };
  await surface.sql`insert into users ${surface.sql(user)}`;
  const before = { ...surface.caller.user };
  surface.caller.user.id = user.id;
  const { id } = (await ask()).body;
  Object.assign(surface.caller.user, before);
  await surface.sql`delete from users where id = ${user.id}`;
  const left = await surface.send<QuotaRequest>('GET', `/v1/quota-requests/${id}`);
  expect(left.body).toMatchObject({ id, asked_by: null });
});

describe('a grant with a raise', () => {
  const limits = () =>
    surface.sql<{ quota_limit: bigint; ends_at: Date | null }[]>`
      select quota_limit, ends_at from quota_overrides
       where customer_id = ${mine.id} and ended_at is null`;
  const notices = () =>
    surface.sql<{ title: string; body: string }[]>`
      select title, body from notices where customer_id = ${mine.id} order by id`;
  const granted = (raise: object) => ({ decision: 'granted', answer: 'Good luck!', raise });

  test('raises the quota with the answer, and tells customer and gateways of both', async () => {
    const { id } = (await ask()).body;
    const changes = async () =>
      (await surface.sql`select from changes where subject_id = ${mine.id}`).length;
    const before = await changes();
    const ends_at = new Date(surface.clock.now + 3_600_000).toISOString();
    const done = await answer(id, granted({ limit: '300', ends_at }));
    expect(done.body).toMatchObject({ state: 'granted', raise: { limit: '300', ends_at } });
    expect([...(await limits())]).toEqual([{ quota_limit: 300n, ends_at: new Date(ends_at) }]);
    expect(await changes()).toBe(before + 1);
    const [told] = await notices();
    expect(told?.title).toBe('Your quota of requests is now 300 a day');
    expect(told?.body).toMatch(/You asked for 250 a day\. .*until .*\n.*100 a day\.\nGood luck!/);
  });

  test('is of one piece: what cannot be raised is not answered either', async () => {
    const { id } = (await ask()).body;
    for (const [raise, at] of [
      [{ limit: '100' }, 'raise.limit'],
      [{ limit: '1.5' }, 'raise.limit'],
      [{ limit: '9007199254740992' }, 'raise.limit'],
      [{ limit: 300 }, 'raise.limit'],
      [{ limit: '300', ends_at: '2020-01-01T00:00:00Z' }, 'raise.ends_at'],
      [{ limit: '300', ends_at: 'soon' }, 'raise.ends_at'],
    ] as const) {
      const post = { method: 'POST', path: `/v1/quota-requests/${id}/answer` };
      await expectRefused(surface, { name: at, ...post, body: granted(raise), ...invalid, at });
    }
    const no = { decision: 'declined', raise: { limit: '300' } };
    const post = { name: 'no', method: 'POST', path: `/v1/quota-requests/${id}/answer` };
    await expectRefused(surface, { ...post, body: no, ...invalid, at: 'raise' });
    expect([...(await limits()), ...(await notices())]).toEqual([]);
    expect((await answer(id, granted({ limit: '300' }))).status).toBe(200);
  });

  test('takes the place of what raised it before, and never lowers it', async () => {
    await answer((await ask()).body.id, granted({ limit: '300' }));
    const { id } = (await ask({ limit: '400' })).body;
    const post = { name: 'less', method: 'POST', path: `/v1/quota-requests/${id}/answer` };
    const body = granted({ limit: '300' });
    await expectRefused(surface, { ...post, body, ...invalid, at: 'raise.limit' });
    await answer(id, granted({ limit: '400' }));
    expect([...(await limits())]).toEqual([{ quota_limit: 400n, ends_at: null }]);
  });
});

test('a request that is declined is told with the reason', async () => {
  await answer((await ask()).body.id, { decision: 'declined', answer: 'Pro has that much' });
  const [told] = await surface.sql<{ title: string; body: string; path: string }[]>`
    select title, body, path from notices where customer_id = ${mine.id}`;
  expect(told).toEqual({
    title: 'Your request for a larger quota of requests was declined',
    body: 'You asked for 250 a day.\nPro has that much',
    path: '/quotas',
  });
});

describe('refused is', () => {
  test.each([
    ['a quota of nothing', { meter_id: newId('mtr', 0) }, 'meter_id'],
    ['what is no meter', { meter_id: 'requests' }, 'meter_id'],
    ['a window that the plan does not limit', { window: 'hour' }, 'meter_id'],
    ['more of what is unlimited', { window: 'month' }, 'meter_id'],
    ['as much as there is', { limit: '100' }, 'limit'],
    ['less than there is', { limit: '99' }, 'limit'],
    ['less than nothing', { limit: '-1' }, 'limit'],
    ['a part of a request', { limit: '100.5' }, 'limit'],
    ['a number', { limit: 250 }, 'limit'],
    ['more than can be counted', { limit: '9007199254740992' }, 'limit'],
    ['no reason', { reason: ' ' }, 'reason'],
    ['a reason with NUL', { reason: 'a\u0000b' }, 'reason'],
    ['a reason without end', { reason: 'x'.repeat(501) }, 'reason'],
    ['a scope of nobody', { scope: 'everyone' }, 'scope'],
    ['an unknown field', { state: 'granted' }, 'state'],
  ])('%s', async (name, over, at) => {
    const body = { ...MORE, ...over };
    await expectRefused(surface, { name, method: 'POST', path, body, ...invalid, at });
  });

  test.each(NO_BODIES)(
    'a request or an answer of $name',
    async ({ name, body, headers, refusal }) => {
      const { id } = (await ask()).body;
      for (const at of [path, `/v1/quota-requests/${id}/answer`]) {
        const post = { name, method: 'POST', path: at, body, ...(headers && { headers }) };
        await expectRefused(surface, { ...post, ...refusal });
      }
    },
  );

  test('a viewer who asks or withdraws, and another customer’s request', async () => {
    const { id } = (await ask()).body;
    const post = { name: '', method: 'POST', body: MORE };
    surface.caller.customer.role = 'viewer';
    const forbidden = { status: 403, code: 'forbidden' };
    await expectRefused(surface, { ...post, path, ...forbidden });
    await expectRefused(surface, { ...post, path: `${path}/${id}/withdraw`, ...forbidden });
    surface.caller.customer = { id: (await seedCustomer(surface)).id, role: 'owner' };
    const absent = { status: 404, code: 'not_found' };
    await expectRefused(surface, { ...post, path: `${path}/${id}/withdraw`, ...absent });
  });
});
