import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DAY_MS, MINUTE_MS } from '../../src/kit/clock.ts';
import { openLog } from '../../src/kit/log.ts';
import { lookAround, Watcher } from '../../src/notices/watch.ts';
import { openScene, type Scene } from '../invoicing/scene.ts';

// Customers are told when much of what they have is used, and when all of it is; once.

const START = Date.parse('2026-04-01T00:00:00Z');
const REQUESTS = 'mtr_requests';
let scene: Scene;
let now: number;

beforeAll(async () => {
  scene = await openScene(START);
  now = START;
});
afterAll(() => scene.core.close());

/** One core's memory, through all tests. */
const watcher = new Watcher();
const log = openLog('test', 'silent');
/** Notices are listed by their time. */
const look = (who = watcher) => {
  const { sql, clock } = scene.core;
  clock.now += 1;
  return lookAround({ sql, clock: () => clock.now, log, send: async () => {}, watcher: who });
};
const told = async (customer: string) =>
  [
    ...(await scene.core.sql<{ kind: string; percent: string | null; limit: string | null }[]>`
      select kind, detail ->> 'percent' as percent, detail ->> 'limit' as limit from notices
       where customer_id = ${customer} order by id`),
  ].map(({ kind, percent, limit }) => [kind, percent, limit]);

const quota = (limit: string | null, more: object = {}) => ({
  ...{ kind: 'quota', meter_id: REQUESTS, limit, window: 'month', enforcement: 'hard' },
  ...more,
});
const included = (units: string) => ({
  ...{ model: 'per_unit', meter_id: REQUESTS, unit_amount: '1', included_units: units },
});

/** A new customer on a plan with this. */
async function on(terms: { prices?: object[]; entitlements?: object[]; trial_days?: number }) {
  now += MINUTE_MS;
  await scene.go(now);
  const { prices = [], ...rest } = terms;
  const version = await scene.plan(prices, rest);
  const customer = await scene.customer();
  const subscription = await scene.subscribe(customer, version);
  const use = async (requests: number, at = scene.core.clock.now, more: object = {}) => {
    await scene.use(customer, { requests, at, ...more });
    await look();
  };
  return { customer, subscription, version, use };
}
const pass = async (ms: number): Promise<void> => {
  now += ms;
  await scene.go(now);
};

describe('a quota', () => {
  test('is told of at 80 % and at its end, each once, to the unit', async () => {
    const { customer, use } = await on({ entitlements: [quota('100')] });
    await use(79);
    expect(await told(customer)).toEqual([]);
    await use(1);
    expect(await told(customer)).toEqual([['quota', '80', '100']]);
    await use(19);
    expect(await told(customer)).toHaveLength(1);
    await use(1);
    await use(50);
    await look();
    expect(await told(customer)).toEqual([
      ['quota', '80', '100'],
      ['quota', '100', '100'],
    ]);
  });

  test('says how much of what, and until when', async () => {
    const { customer, use } = await on({ entitlements: [quota('1000')] });
    await use(812);
    const [notice] = await scene.core.sql`
      select title, body, path, detail from notices where customer_id = ${customer}`;
    expect(notice).toEqual({
      title: '80 % of the quota of requests is used',
      body: `812 of 1,000 requests are used.
What goes beyond it is refused until 1 May 2026 at 00:00 (UTC), when it begins anew.`,
      path: '/usage',
      detail: {
        ...{ percent: '80', meter_id: REQUESTS, used: '812', limit: '1000', enforcement: 'hard' },
        ...{ start: '2026-04-01T00:00:00.000Z', end: '2026-05-01T00:00:00.000Z' },
      },
    });
  });

  test('that is passed at once is told of once, as used up', async () => {
    const { customer, use } = await on({ entitlements: [quota('100')] });
    await use(250);
    expect(await told(customer)).toEqual([['quota', '100', '100']]);
  });

  test('is told of once by many cores that look at once', async () => {
    const { customer } = await on({ entitlements: [quota('100')] });
    await scene.use(customer, { requests: 90, at: now });
    await Promise.all(Array.from({ length: 5 }, () => look()));
    await look();
    expect(await told(customer)).toEqual([['quota', '80', '100']]);
  });

  test('is told of though the same usage is looked at again, as after a restart', async () => {
    const { customer, use } = await on({ entitlements: [quota('100')] });
    await use(90);
    await scene.core.sql`update notice_watch set roll = 0, customer_id = ''`;
    await look();
    expect(await told(customer)).toEqual([['quota', '80', '100']]);
  });

  test('used up while nobody looked is told of by the next core', async () => {
    const { customer } = await on({ entitlements: [quota('100')] });
    await scene.use(customer, { requests: 90, at: now });
    await scene.use(customer, { requests: 10, at: now });
    await look(new Watcher());
    expect(await told(customer)).toEqual([['quota', '100', '100']]);
  });

  test('of many customers with usage in one roll is told of to each', async () => {
    const all = await Promise.all(Array.from({ length: 3 }, () => scene.customer()));
    const version = await scene.plan([], { entitlements: [quota('10')] });
    for (const customer of all) await scene.subscribe(customer, version);
    for (const customer of all) await scene.use(customer, { requests: 8, at: now });
    await look();
    for (const customer of all) expect(await told(customer)).toEqual([['quota', '80', '10']]);
  });

  test('begins anew with its window, and is told of again', async () => {
    const { customer, use } = await on({ entitlements: [quota('10', { window: 'day' })] });
    await use(10);
    await pass(DAY_MS);
    await use(1);
    expect(await told(customer)).toHaveLength(1);
    await use(7);
    expect(await told(customer)).toEqual([
      ['quota', '100', '10'],
      ['quota', '80', '10'],
    ]);
  });

  test('is told of for usage that came just after its end, not for much later', async () => {
    const { customer, use } = await on({ entitlements: [quota('10', { window: 'day' })] });
    const midnight = Math.ceil(now / DAY_MS) * DAY_MS;
    await pass(midnight + MINUTE_MS - now);
    await use(8, midnight - MINUTE_MS);
    expect(await told(customer)).toEqual([['quota', '80', '10']]);
    await pass(10 * MINUTE_MS);
    await use(2, midnight - MINUTE_MS);
    expect(await told(customer)).toHaveLength(1);
  });

  test('that was raised is told of anew at what it is now', async () => {
    const { customer, subscription, use } = await on({ entitlements: [quota('10')] });
    await use(9);
    const larger = await scene.plan([], { entitlements: [quota('100')] });
    const path = `/v1/subscriptions/${subscription}/change`;
    const answer = await scene.core.admin('POST', path, { plan_version_id: larger });
    expect(answer.status).toBe(200);
    await use(50);
    expect(await told(customer)).toEqual([['quota', '80', '10']]);
    await use(30);
    expect(await told(customer)).toEqual([
      ['quota', '80', '10'],
      ['quota', '80', '100'],
    ]);
  });

  test('of each key is told of by key', async () => {
    const { customer, use } = await on({ entitlements: [quota('10', { scope: 'key' })] });
    const made = await scene.core.admin('POST', `/v1/customers/${customer}/keys`, { name: 'Mine' });
    await use(9, now, { key_id: made.body['id'] as string });
    const [notice] = await scene.core.sql`
      select title, detail ->> 'key_id' as key from notices where customer_id = ${customer}`;
    expect(notice).toEqual({
      title: '80 % of the quota of requests of the key Mine is used',
      key: made.body['id'],
    });
  });

  test.each([
    ['a minute', quota('10', { window: 'minute' })],
    ['an hour', quota('10', { window: 'hour' })],
    ['no limit', quota(null, { enforcement: 'unlimited' })],
    ['nothing at all', quota('0')],
  ])('of %s is not told of', async (_name, entitlement) => {
    const { customer, use } = await on({ entitlements: [entitlement] });
    await use(100);
    expect(await told(customer)).toEqual([]);
  });
});

describe('included units', () => {
  test('are told of at 80 % and when they are used up', async () => {
    const { customer, use } = await on({ prices: [included('100')] });
    await use(80);
    await use(30);
    expect(await told(customer)).toEqual([
      ['included_units', '80', '100'],
      ['included_units', '100', '100'],
    ]);
  });

  test('of a plan that was changed within the period are what invoices include', async () => {
    const { customer, subscription, use } = await on({ prices: [included('3000')] });
    const [row] = await scene.core.sql<{ at: Date }[]>`
      select anchor_at as at from subscriptions where id = ${subscription}`;
    const start = row?.at.getTime() ?? 0;
    await pass(start + 15 * DAY_MS - now);
    const other = await scene.plan([included('300')]);
    const path = `/v1/subscriptions/${subscription}/change`;
    await scene.core.admin('POST', path, { plan_version_id: other });
    await pass(MINUTE_MS);
    await use(119);
    expect(await told(customer)).toEqual([]);
    await use(1);
    // 15 of 30 days of 300.
    expect(await told(customer)).toEqual([['included_units', '80', '150']]);
  });

  test('are no matter in a trial', async () => {
    const { customer, use } = await on({ prices: [included('10')], trial_days: 1 });
    await use(100);
    expect(await told(customer)).toEqual([]);
  });
});

describe('the end of a trial', () => {
  test('is told of three days before, once', async () => {
    const { customer } = await on({ trial_days: 14 });
    await pass(11 * DAY_MS - MINUTE_MS);
    await look();
    expect(await told(customer)).toEqual([]);
    await pass(MINUTE_MS);
    await Promise.all([look(), look()]);
    await pass(DAY_MS);
    await look();
    expect(await told(customer)).toEqual([['trial_ending', null, null]]);
  });

  test('of a short one is told of in its second half', async () => {
    const { customer } = await on({ trial_days: 2 });
    await look();
    expect(await told(customer)).toEqual([]);
    await pass(DAY_MS);
    await look();
    expect(await told(customer)).toHaveLength(1);
  });

  test('that came while nobody looked is told of late; of a canceled one nothing', async () => {
    const { customer } = await on({ trial_days: 4 });
    const gone = await on({ trial_days: 4 });
    await scene.core.admin('POST', `/v1/subscriptions/${gone.subscription}/cancel`);
    await look();
    await pass(40 * DAY_MS);
    await Promise.all([look(), look(new Watcher())]);
    await pass(DAY_MS);
    await look();
    expect(await told(gone.customer)).toEqual([]);
    const notices = await scene.core.sql<{ title: string; late: string }[]>`
      select title, detail ->> 'late' as late from notices where customer_id = ${customer}`;
    expect(notices.map(({ late }) => late)).toEqual(['true']);
    expect(notices[0]?.title).toMatch(/^Your trial of Plan \d+ ended on /);
  });
});
