import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Invoice } from '@tollgate/billing-core/contract/invoice.ts';
import { testDatabase, type TestDatabase } from '../../../scripts/test/database.ts';
import { Shop } from './shop.ts';

// One customer's clock is ahead, at a gateway that serves others, too: its windows, the time of its
// usage, the end of its keys and its invoices are those of its clock; its rate is that of all.

const TEST_MS = 300_000;
const PATIENT = { timeout: 60_000, interval: 100 };
/** Invoices come with the next run of a job that runs each minute. */
const BILLED = { timeout: 150_000, interval: 500 };
const DAY_MS = 86_400_000;
const LIMIT = 20;
const usage = { model: 'per_unit', meter_id: 'mtr_requests', unit_amount: '10' };
const quota = {
  ...{ kind: 'quota', meter_id: 'mtr_requests', limit: String(LIMIT) },
  ...{ window: 'billing_period', enforcement: 'hard' },
};

let database: TestDatabase;
let shop: Shop;
beforeAll(async () => {
  database = await testDatabase();
  shop = await Shop.open(database.url, () => database.url, { TEST_CLOCK: 'on' });
  await shop.openRoute();
  await shop.startGateway(0);
}, TEST_MS);
afterAll(async () => {
  await shop.close();
  await database.drop();
}, TEST_MS);

const iso = (at: number): string => new Date(at).toISOString();
type Moved = { now: string; ahead_ms: number };
const advance = (id: string, byMs: number, from = Date.now()): Promise<Moved> =>
  shop.api<Moved>(`/customers/${id}/test-clock/advance`, { to: iso(from + byMs) });
/** Requests of a customer in the ledger by the day that they are of, oldest first. */
const days = (id: string) =>
  shop.sql(async (sql) => {
    const rows = await sql<{ day: number; requests: number }[]>`
      select (minute / 1440)::int as day, sum(requests)::int as requests from usage_entries
       where customer_id = ${id} and meter_id = 'mtr_requests' group by 1 order by 1`;
    return [...rows];
  });

test(
  'windows, usage, keys and invoices are of the customer’s time, and others stay',
  async () => {
    const version = await shop.offer({ prices: [usage], entitlements: [quota] });
    const [ahead, other] = [await shop.subscriber(version), await shop.subscriber(version)];
    const expires_at = iso(Date.now() + 10 * DAY_MS);
    const expiring = async (id: string): Promise<string> => {
      const body = { name: 'for ten days', expires_at };
      return (await shop.api<{ secret: string }>(`/customers/${id}/keys`, body)).secret;
    };
    const [itsKey, othersKey] = [await expiring(ahead.id), await expiring(other.id)];
    expect(await shop.ask(0, itsKey)).toBe(200);
    expect(await shop.ask(0, othersKey)).toBe(200);
    expect(await shop.exhaust(ahead.key)).toBe(LIMIT - 1);
    expect(await shop.exhaust(other.key)).toBe(LIMIT - 1);
    await vi.waitFor(async () => expect(await shop.recorded()).toBe(2 * LIMIT), PATIENT);

    const { ahead_ms } = await advance(ahead.id, 32 * DAY_MS);
    await vi.waitFor(async () => expect(await shop.ask(0, ahead.key)).toBe(200), PATIENT);
    expect(await shop.ask(0, itsKey)).toBe(401);
    expect(await shop.ask(0, othersKey)).toBe(429);
    expect(await shop.exhaust(ahead.key)).toBe(LIMIT - 1);
    expect(await shop.exhaust(other.key)).toBe(0);
    await vi.waitFor(async () => expect(await shop.recorded()).toBe(3 * LIMIT), PATIENT);
    const [before, after] = await days(ahead.id);
    expect([before?.requests, after?.requests]).toEqual([LIMIT, LIMIT]);
    expect((after?.day ?? 0) - (before?.day ?? 0)).toBeGreaterThanOrEqual(32);
    expect((await days(other.id)).map(({ requests }) => requests)).toEqual([LIMIT]);

    // Gateways vouch for what was before; ten minutes of everybody's are over for that.
    await shop.api('/test-clock/advance', { to: iso(Date.now() + 10 * 60_000) });
    const invoices = async (id: string): Promise<Invoice[]> => {
      const { data } = await shop.api<{ data: Invoice[] }>(`/invoices?customer_id=${id}`);
      return Promise.all(data.map((one) => shop.api<Invoice>(`/invoices/${one.id}`)));
    };
    await vi.waitFor(async () => expect(await invoices(ahead.id)).toHaveLength(1), BILLED);
    const [invoice] = await invoices(ahead.id);
    expect(invoice).toMatchObject({ total: String(10 * LIMIT), closing: { by: 'watermark' } });
    expect(invoice?.lines.map(({ quantity }) => quantity)).toEqual([String(LIMIT)]);
    expect(await invoices(other.id)).toEqual([]);
    const shown = await shop.api<Moved>(`/customers/${ahead.id}/test-clock`);
    expect(shown.ahead_ms).toBe(ahead_ms);
  },
  TEST_MS,
);

test(
  'a rate limit stays what it is, while the clock is moved too',
  async () => {
    const limit = { kind: 'rate_limit', rate_per_second: '5', burst: 20 };
    const { id, key } = await shop.subscriber(await shop.offer({ entitlements: [limit] }));
    await advance(id, 40 * DAY_MS);
    const began = performance.now();
    let served = 0;
    let refused = 0;
    const client = async (): Promise<void> => {
      while (performance.now() - began < 3_000) {
        const status = await shop.ask(0, key);
        if (status === 200) served += 1;
        else if (status === 429) refused += 1;
        else throw new Error(`answered ${status}`);
      }
    };
    const moving = advance(id, 100 * DAY_MS);
    await Promise.all([moving, client(), client(), client(), client()]);
    const seconds = (performance.now() - began) / 1_000;
    expect(served).toBeLessThanOrEqual(Math.ceil(20 + 5 * seconds));
    expect(served).toBeGreaterThanOrEqual(5);
    expect(refused).toBeGreaterThan(0);
  },
  TEST_MS,
);
