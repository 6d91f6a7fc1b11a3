import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { pruneChanges } from '../../../billing-core/src/kit/prune-changes.ts';
import { testDatabase, type TestDatabase } from '../../../scripts/test/database.ts';
import { Shop } from './shop.ts';

// A gateway that was away for longer than changes are kept reads all anew: it neither serves what
// was forbidden meanwhile nor refuses what was allowed.

const TEST_MS = 240_000;
const PATIENT = { timeout: 60_000, interval: 50 };
const LIMIT = 20;
const KEEP_MS = 86_400_000;
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
  await shop.startGateway(0);
}, TEST_MS);
afterAll(async () => {
  await shop.close();
  await database.drop();
}, TEST_MS);

type Away = { begin(): Promise<void>; end(): Promise<void> };
const gateway = () => shop.gateways[0]?.child;
const AWAY: [string, Away][] = [
  [
    'stopped, and started anew on its spool',
    { begin: () => shop.stopGateway(0), end: () => shop.startGateway(0) },
  ],
  [
    'frozen with all that it knew, and going on',
    {
      begin: async () => void gateway()?.kill('SIGSTOP'),
      end: async () => void gateway()?.kill('SIGCONT'),
    },
  ],
];

test.each(AWAY)(
  '%s',
  async (_how, away) => {
    const plan = await shop.offer({ entitlements: [quota(LIMIT)] });
    const more = await shop.offer({ entitlements: [quota(LIMIT)] }, 'add_on');
    const { id, subscription, key } = await shop.subscriber(plan);
    type Key = { id: string; secret: string };
    const other = await shop.api<Key>(`/customers/${id}/keys`, { name: 'other' });
    shop.key = key;
    expect(await shop.ask(0, other.secret)).toBe(200);
    expect(await shop.exhaust()).toBe(LIMIT - 1);

    await away.begin();
    // Of somebody else: what the gateway missed of this customer nothing else tells it.
    const change = () => shop.subscriber(plan);
    // A question that waits in the feed is answered with this one.
    await change();
    await shop.api(`/keys/${other.id}/revoke`, {});
    const asked = { step: 'add_on', plan_version_id: more, quantity: 1 };
    await shop.api(`/subscriptions/${subscription}/steps`, asked);
    await shop.sql(
      (sql) => sql`update changes set at = clock_timestamp() - ${2 * KEEP_MS} * interval '1 ms'`,
    );
    await change();
    const gone = await shop.sql((sql) => pruneChanges(sql, { keepMs: KEEP_MS, readUntil: {} }));
    expect(gone.facts).toBeGreaterThan(3);
    await away.end();

    await vi.waitFor(async () => expect(await shop.ask(0, other.secret)).toBe(401), PATIENT);
    let served = 0;
    await vi.waitFor(async () => {
      served += await shop.exhaust();
      expect(served).toBe(LIMIT);
    }, PATIENT);
  },
  TEST_MS,
);
