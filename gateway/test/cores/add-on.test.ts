import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../scripts/test/database.ts';
import { Shop } from './shop.ts';

// An add-on raises a hard quota at gateways that run: to the last unit, and not by one more.

const TEST_MS = 240_000;
const PATIENT = { timeout: 60_000, interval: 50 };
const PLAN = 60;
const EACH = 40;
const quota = (limit: number) => ({
  ...{ kind: 'quota', meter_id: 'mtr_requests', limit: String(limit) },
  ...{ window: 'billing_period', enforcement: 'hard' },
});

let database: TestDatabase;
let shop: Shop;
beforeAll(async () => {
  database = await testDatabase();
  shop = await Shop.open(database.url, () => database.url);
  await shop.openRoute();
  await Promise.all([shop.startGateway(0), shop.startGateway(1)]);
}, TEST_MS);
afterAll(async () => {
  await shop.close();
  await database.drop();
}, TEST_MS);

/** Units of the customer's window that are spent or held, as core has it. */
const lent = (customer: string): Promise<number> =>
  shop.sql(async (sql) => {
    const [row] = await sql`select lent::int from quota_windows where customer_id = ${customer}`;
    return row?.['lent'] as number;
  });

test(
  'plan and n × add-on are spent to the last unit; fewer of it bite at once, more unlock',
  async () => {
    const plan = await shop.offer({ entitlements: [quota(PLAN)] });
    const more = await shop.offer({ entitlements: [quota(EACH)] }, 'add_on');
    const { id, subscription, key } = await shop.subscriber(plan);
    shop.key = key;
    const step = (quantity: number) => {
      const asked = { step: 'add_on', plan_version_id: more, quantity };
      return shop.api(`/subscriptions/${subscription}/steps`, asked);
    };
    let served = await shop.serve(PLAN / 2);
    await step(3);
    served += await shop.exhaust();
    expect(served).toBe(PLAN + 3 * EACH);

    await step(5);
    // Both gateways hold some when there are fewer: they go back, and nothing is served any more.
    for (const at of [0, 1]) {
      await vi.waitFor(async () => expect(await shop.ask(at)).toBe(200), PATIENT);
    }
    served = shop.reached;
    expect(served).toBeGreaterThan(PLAN + 3 * EACH);
    expect(served).toBeLessThan(PLAN + 5 * EACH);
    await step(1);
    await vi.waitFor(async () => expect(await lent(id)).toBe(served), PATIENT);
    expect(await shop.exhaust()).toBe(0);
    await step(0);
    expect(await shop.exhaust()).toBe(0);

    await step(6);
    await vi.waitFor(async () => {
      served += await shop.exhaust();
      expect(served).toBe(PLAN + 6 * EACH);
    }, PATIENT);
    await vi.waitFor(async () => expect(await shop.recorded()).toBe(served), PATIENT);
    expect(shop.reached).toBe(served);
  },
  TEST_MS,
);
