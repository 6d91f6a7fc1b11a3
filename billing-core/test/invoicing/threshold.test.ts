import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Invoice } from '../../src/contract/invoice.ts';
import { billThresholds } from '../../src/invoicing/threshold.ts';
import { DYING, dyingAt } from './faulty.ts';
import { brief, openScene, type Scene, type Use } from './scene.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = Date.UTC(2027, 3, 1);
const [MAY, JUNE] = [Date.UTC(2027, 4, 1), Date.UTC(2027, 5, 1)];
const meter_id = 'mtr_requests';
const { signal } = new AbortController();

const TIERS = [
  { up_to: '500', unit_amount: '2', flat_amount: '150' },
  { up_to: '900', unit_amount: '1.25' },
  { up_to: null, unit_amount: '0.5', flat_amount: '75' },
];
const PRICES: Record<string, object> = {
  'per unit with included units': { model: 'per_unit', unit_amount: '1.37', included_units: '300' },
  graduated: { model: 'graduated', tiers: TIERS },
  volume: { model: 'volume', tiers: TIERS },
  package: { model: 'package', package_size: '100', package_amount: '199' },
  'a minimum': { model: 'per_unit', unit_amount: '0.9', minimum_amount: '5000' },
  'a maximum and a discount': {
    ...{ model: 'graduated', tiers: TIERS },
    ...{ maximum_amount: '1000', discount_percent: '7.5' },
  },
};

let scene: Scene;
beforeAll(async () => {
  scene = await openScene(START);
});
afterAll(() => scene.core.close());

const plan = (price: object, threshold_amount: string | null) =>
  scene.plan([{ ...price, meter_id }], { threshold_amount });

type Pair = { early: string; plain: string; subscription: string };

/** Two customers who do the same, one on a plan that bills early. */
async function pair(price: object): Promise<Pair> {
  const [early, plain] = [await scene.customer(), await scene.customer()];
  const subscription = await scene.subscribe(early, await plan(price, '400'));
  await scene.subscribe(plain, await plan(price, null));
  return { early, plain, subscription };
}
async function use({ early, plain }: Pair, ...uses: Use[]): Promise<void> {
  await scene.use(early, ...uses);
  await scene.use(plain, ...uses);
}
const subtotals = async (customer: string): Promise<bigint> =>
  (await scene.invoices(customer)).reduce((sum, { subtotal }) => sum + BigInt(subtotal), 0n);
/** What all lines together bill; each entry of the ledger is in one of them. */
const units = async (customer: string): Promise<number> =>
  (await scene.invoices(customer))
    .flatMap(({ lines }) => lines)
    .reduce((sum, { quantity }) => sum + Number(quantity), 0);
const early = async (customer: string): Promise<Invoice[]> =>
  (await scene.invoices(customer)).filter(({ reason }) => reason === 'threshold');

describe('a running period', () => {
  test.each(Object.entries(PRICES))(
    'billed early comes to the same as a whole, whatever comes late between: %s',
    async (_name, price) => {
      await scene.go(START);
      const both = await pair(price);
      for (let day = 1; day < 28; day += 3) {
        // Every other batch is of days that were looked at, and maybe billed, long ago.
        const at = START + (day % 2 === 0 ? day : Math.floor(day / 3)) * DAY;
        await scene.go(START + day * DAY + HOUR);
        await use(both, { at, requests: 40 + ((day * 37) % 160) });
        await scene.bill();
      }
      expect((await early(both.early)).length).toBeGreaterThan(0);
      await scene.go(MAY + DAY);
      await scene.bill();
      expect(await subtotals(both.early)).toBe(await subtotals(both.plain));
      // What comes late is the difference, again.
      await use(both, { at: START + 5 * DAY, requests: 77 });
      await scene.go(JUNE + DAY);
      await scene.bill();
      expect(await subtotals(both.early)).toBe(await subtotals(both.plain));
      expect(await units(both.early)).toBe(await units(both.plain));
      expect(await subtotals(both.plain)).toBeGreaterThan(0n);
    },
    30_000,
  );

  test('is billed each time that so much is not billed yet, and the rest at its end', async () => {
    await scene.go(START);
    const customer = await scene.customer();
    await scene.subscribe(customer, await plan({ model: 'per_unit', unit_amount: '1' }, '100'));
    const bill = async (day: number, requests: number): Promise<void> => {
      await scene.go(START + day * DAY);
      await scene.use(customer, { at: START + day * DAY - HOUR, requests });
      await scene.bill();
      await scene.bill();
    };
    await bill(2, 99);
    expect(await early(customer)).toEqual([]);
    await bill(3, 31);
    await bill(4, 60);
    await bill(5, 55);
    expect((await early(customer)).map(brief)).toEqual([
      [['usage', '130', '130']],
      [['usage', '115', '115']],
    ]);
    await bill(6, 7);
    await scene.go(MAY + DAY);
    await scene.bill();
    const all = await scene.invoices(customer);
    expect(all.map(({ reason }) => reason)).toEqual(['threshold', 'threshold', 'period']);
    expect(all.map(brief).at(-1)).toEqual([['usage', '7', '7']]);
    // Each line still is the sum of its entries in the ledger.
    for (const { id, lines } of all) {
      const hours = await scene.core.admin('GET', `/v1/invoices/${id}/lines/0/hours`);
      const sum = (hours.body['data'] as unknown as { quantity: string }[]).reduce(
        (total, { quantity }) => total + Number(quantity),
        0,
      );
      expect(String(sum)).toBe(lines[0]?.quantity);
    }
  });

  test('has no minimum before its end, and a void does not bill it again', async () => {
    await scene.go(START);
    const both = await pair({ model: 'per_unit', unit_amount: '1', minimum_amount: '3000' });
    await scene.go(START + 2 * DAY);
    await use(both, { at: START + DAY, requests: 450 });
    await scene.bill();
    const [first] = await early(both.early);
    expect(first?.total).toBe('450');
    await scene.core.admin('POST', `/v1/invoices/${first?.id}/void`);
    await scene.go(MAY + DAY);
    await scene.bill();
    const last = (await scene.invoices(both.early)).at(-1);
    expect(last?.total).toBe('2550');
    expect(await subtotals(both.plain)).toBe(3000n);
  });

  test('whose plan changes in its middle comes to the same, each part by itself', async () => {
    await scene.go(START);
    const graduated = { model: 'graduated', tiers: TIERS, included_units: '60' };
    const both = await pair(graduated);
    await scene.go(START + 8 * DAY);
    await use(both, { at: START + 3 * DAY, requests: 800 });
    await scene.bill();
    const next = { model: 'per_unit', unit_amount: '3' };
    for (const [customer, threshold] of [
      [both.early, '400'],
      [both.plain, null],
    ] as const) {
      const list = await scene.core.admin('GET', `/v1/subscriptions?customer_id=${customer}`);
      const id = (list.body['data'] as unknown as { id: string }[])[0]?.id;
      const plan_version_id = await plan(next, threshold);
      const path = `/v1/subscriptions/${id}/change`;
      expect((await scene.core.admin('POST', path, { plan_version_id })).status).toBe(200);
    }
    await scene.go(START + 20 * DAY);
    await use(both, { at: START + 12 * DAY, requests: 321 });
    await scene.bill();
    expect((await early(both.early)).length).toBe(2);
    await scene.go(MAY + DAY);
    await scene.bill();
    expect(await subtotals(both.early)).toBe(await subtotals(both.plain));
  });

  test('is billed once by cores that look at once', async () => {
    await scene.go(START);
    const customer = await scene.customer();
    await scene.subscribe(customer, await plan({ model: 'per_unit', unit_amount: '1' }, '100'));
    await scene.go(START + 2 * DAY);
    await scene.use(customer, { at: START + DAY, requests: 500 });
    await Promise.all([scene.bill(), scene.bill(), scene.bill()]);
    expect((await early(customer)).map(brief)).toEqual([[['usage', '500', '500']]]);
  });

  test('is billed once by a run that dies at any of its statements', async () => {
    const { sql, clock } = scene.core;
    const [{ name }] = await sql<[{ name: string }]>`select current_database() as name`;
    const { user, pass, host, port } = sql.options;
    const url = `postgres://${user}:${String(pass)}@${host[0]}:${port[0]}/${name}`;
    await scene.go(START);
    const customer = await scene.customer();
    await scene.subscribe(customer, await plan({ model: 'per_unit', unit_amount: '1' }, '100'));
    await scene.bill();
    let cuts = 0;
    for (let statement = 1; statement < 60; statement++) {
      await scene.go(START + DAY + statement * HOUR);
      await scene.use(customer, { at: clock.now - HOUR, requests: 100 + statement });
      const dying = dyingAt(url, statement);
      await billThresholds({ sql: dying.sql, now: clock.now }, signal).catch(() => {});
      await dying.end();
      await vi.waitFor(async () => {
        const left = await sql`select from pg_stat_activity where application_name = ${DYING}`;
        expect(left).toHaveLength(0);
      }, 10_000);
      await billThresholds({ sql, now: clock.now }, signal);
      const all = await early(customer);
      expect(all).toHaveLength(statement);
      expect(all.at(-1)?.total).toBe(String(100 + statement));
      if (!dying.died()) break;
      cuts += 1;
    }
    expect(cuts).toBeGreaterThan(10);
    expect(cuts).toBeLessThan(58);
  }, 240_000);
});

test.each(['0', '-1', '1.5', '', '1'.repeat(16), 100])('no plan bills at %j', async (amount) => {
  const made = await scene.core.admin('POST', '/v1/plans', { slug: `bad-${amount}x`, name: 'P' });
  const id = (made.body['id'] as string | undefined) ?? '';
  const content = { currency: 'USD', prices: [], entitlements: [], threshold_amount: amount };
  const path = `/v1/plans/${id || 'pln_000000000000000000000000'}/versions`;
  expect((await scene.core.admin('POST', path, content)).body['code']).toBe('invalid_request');
});
