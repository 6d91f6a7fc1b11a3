import { afterAll, beforeAll, expect, test } from 'vitest';
import type {
  Figures,
  RecurringFigures,
  RecurringSubscription,
  RevenueFigures,
  UnbilledFigures,
} from '../../src/contract/figures.ts';
import type { Invoice } from '../../src/contract/invoice.ts';
import { openScene, type Scene } from '../invoicing/scene.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const START = Date.UTC(2027, 0, 1);
const meter_id = 'mtr_requests';

let scene: Scene;
beforeAll(async () => {
  scene = await openScene(START);
});
afterAll(() => scene.core.close());

async function read<Body>(path: string): Promise<Body> {
  const answer = await scene.core.admin('GET', `/v1${path}`);
  expect(answer.status, answer.text).toBe(200);
  return answer.body as unknown as Body;
}
const post = async (path: string, body: object): Promise<Invoice> => {
  const answer = await scene.core.admin('POST', `/v1${path}`, body);
  expect(answer.status, answer.text).toBeLessThan(300);
  return answer.body as unknown as Invoice;
};

const flat = (amount: string, billed = 'in_advance') => ({ model: 'flat', amount, billed });
const used = (unit_amount: string) => ({ model: 'per_unit', meter_id, unit_amount });

test('with nothing there, nothing is zero that is not known', async () => {
  const { money, has_customers, traffic, ingest, books } = await read<Figures>('/figures');
  expect([money, has_customers, books]).toEqual([[], false, null]);
  expect(traffic).toMatchObject({ requests: 0, failed: 0, refused: 0 });
  expect(ingest).toMatchObject({ lag_ms: null, furthest: null, live_boots: 0 });
  expect((await read<UnbilledFigures>('/figures/unbilled')).totals).toEqual([]);
  expect((await read<RevenueFigures>('/figures/revenue')).rows).toEqual([]);
});

let monthly = '';
let subscription = '';
let payer = '';

test('recurring revenue is a month of flat fees, to the cent, of who is paid for now', async () => {
  monthly = await scene.plan([flat('2900'), flat('550', 'in_arrears'), used('0.25')]);
  const yearly = await scene.plan([flat('100000')], { interval_months: 12 });
  const trial = await scene.plan([flat('7700')], { trial_days: 14 });
  const euros = await scene.plan([flat('4900')], { currency: 'EUR' });
  const addOn = await post('/plans', { slug: 'pack', name: 'Pack', kind: 'add_on' });
  const content = { currency: 'USD', prices: [flat('333')], entitlements: [] };
  const pack = await post(`/plans/${addOn.id}/versions`, content);
  await post(`/plan-versions/${pack.id}/publish`, {});

  payer = await scene.customer();
  subscription = await scene.subscribe(payer, monthly);
  await scene.subscribe(await scene.customer(), yearly);
  await scene.subscribe(await scene.customer(), trial);
  const paused = await scene.subscribe(await scene.customer(), monthly);
  const gone = await scene.subscribe(await scene.customer(), monthly);
  const german = await post('/customers', { name: 'Grün', currency: 'EUR' });
  await scene.subscribe(german.id, euros);
  const bought = { step: 'add_on', plan_version_id: pack.id, quantity: 3 };
  await post(`/subscriptions/${subscription}/steps`, bought);
  await post(`/subscriptions/${paused}/steps`, { step: 'pause' });
  await post(`/subscriptions/${gone}/steps`, { step: 'cancel', at: 'period_end' });

  const { totals, plans } = await read<RecurringFigures>('/figures/recurring');
  // 2900 + 550 + 3 × 333, a twelfth of 100000 (8333.33…), and 3450 of who ends later.
  const dollars = 2_900 + 550 + 999 + 8_333 + 3_450;
  expect(totals).toEqual([
    { currency: 'EUR', amount: '4900', subscriptions: 1 },
    { currency: 'USD', amount: String(dollars), subscriptions: 3 },
  ]);
  const ofPlans = plans.filter(({ currency }) => currency === 'USD');
  expect(ofPlans.reduce((sum, { amount }) => sum + Number(amount), 0)).toBe(dollars);
  const list = await read<{ data: RecurringSubscription[] }>(
    '/figures/recurring/subscriptions?currency=USD',
  );
  expect(list.data.map(({ amount, add_ons }) => [amount, add_ons]).toSorted()).toEqual(
    [
      ['4449', '999'],
      ['8333', '0'],
      ['3450', '0'],
    ].toSorted(),
  );
  await scene.bill();
  await scene.go(START + 15 * DAY);
  const later = await read<RecurringFigures>('/figures/recurring');
  expect(later.totals[1]).toMatchObject({ amount: String(dollars + 7_700), subscriptions: 4 });
  await scene.go(START + 31 * DAY + HOUR);
  const end = await read<RecurringFigures>('/figures/recurring');
  expect(end.totals[1]).toMatchObject({ amount: String(dollars + 7_700 - 3_450) });
});

const unbilledOf = async (customer: string) =>
  (await read<UnbilledFigures>('/figures/unbilled')).customers.find(
    (one) => one.customer.id === customer,
  );

test('what is not billed yet is what the next invoices have, to the cent', async () => {
  await scene.use(payer, { at: START + 3 * DAY, requests: 1_001, route_id: 'rte_a' });
  await scene.use(payer, { at: START + 4 * DAY, requests: 500, route_id: 'rte_b' });
  // January is over and on no invoice: its usage and arrears, the trial's end, February's fees.
  const [last] = await scene.core.sql<[{ id: string }]>`select max(id) as id from invoices`;
  const due = await read<UnbilledFigures>('/figures/unbilled');
  await scene.bill();
  const lines = await scene.core.sql<{ currency: string; sum: string }[]>`
    select currency, sum(subtotal)::text as sum from invoices where id > ${last.id}
     group by 1 order by 1`;
  expect(due.totals.map(({ currency, amount }) => [currency, amount])).toEqual(
    lines.map(({ currency, sum }) => [currency, sum]),
  );
  expect(due.totals.map(({ currency }) => currency)).toEqual(['EUR', 'USD']);
  const theirs = due.customers.find(({ customer }) => customer.id === payer);
  // 1501 × 0.25, half away from zero.
  expect(theirs?.usage).toBe('375');
});

test('in a running period it is usage at its prices; arrears come at its end', async () => {
  const start = START + 31 * DAY;
  await scene.go(start + 7 * DAY);
  await scene.use(payer, { at: start + 6 * DAY, requests: 1_000 });
  expect(await unbilledOf(payer)).toMatchObject({ usage: '250', fees: '0', amount: '250' });
  await scene.use(payer, { at: start + 6 * DAY + MINUTE, requests: 3, outcome: 'client_error' });
  expect(await unbilledOf(payer)).toMatchObject({ usage: '250' });
});

test('revenue is invoices less credit notes, without tax and what is void', async () => {
  const before = await read<RevenueFigures>('/figures/revenue');
  const rate = await post('/tax-rates', { name: 'VAT', percent: '19' });
  const customer = await scene.customer();
  const path = `/v1/customers/${customer}/tax-rates`;
  await scene.core.admin('PUT', path, { tax_rate_ids: [rate.id] });
  const made = async (amount: string): Promise<string> => {
    const lines = [{ description: 'Work', amount }];
    const { id } = await post('/invoices', { customer_id: customer, lines });
    await post(`/invoices/${id}/finalize`, {});
    return id;
  };
  const [kept, voided] = [await made('10000'), await made('777')];
  await post(`/invoices/${voided}/void`, {});
  // With tax: 2380 is 2000 and 380.
  await post(`/invoices/${kept}/credit-notes`, { reason: 'Agreed', amount: '2380' });
  const after = await read<RevenueFigures>('/figures/revenue?currency=USD');
  const manual = after.groups.find(({ group }) => group.id === 'manual');
  expect(manual).toMatchObject({ invoiced: '10000', credited: '2000', net: '8000' });
  const total = (figures: RevenueFigures) =>
    BigInt(figures.totals.find(({ currency }) => currency === 'USD')?.net ?? '0');
  expect(total(after) - total(before)).toBe(8_000n);
});

test.each(['kind', 'meter', 'plan', 'route', 'customer'])(
  'by %s, parts add up to the whole, and steps do',
  async (group) => {
    const all = await read<RevenueFigures>('/figures/revenue');
    const parts = await read<RevenueFigures>(`/figures/revenue?group_by=${group}`);
    const months = await read<RevenueFigures>(`/figures/revenue?group_by=${group}&interval=month`);
    expect(parts.totals).toEqual(all.totals);
    expect(months.groups).toEqual(parts.groups);
    for (const { currency, net } of all.totals) {
      const of = <Row extends { currency: string; net: string }>(rows: readonly Row[]) =>
        rows
          .filter((row) => row.currency === currency)
          .reduce((sum, row) => sum + BigInt(row.net), 0n);
      expect([of(parts.groups), of(parts.rows), of(months.rows)]).toEqual(
        [net, net, net].map(BigInt),
      );
    }
  },
);

test('a line of usage is divided among its routes by units', async () => {
  const { groups } = await read<RevenueFigures>('/figures/revenue?group_by=route&currency=USD');
  const net = (id: string) => groups.find(({ group }) => group.id === id)?.net;
  // 375 × 1001 ÷ 1501 = 250.08…
  expect([net('rte_a'), net('rte_b')]).toEqual(['250', '125']);
});

test('past due is what is left of open invoices behind their date', async () => {
  const [open] = await scene.core.sql<[{ due: string; count: number }]>`
    select sum(total - credited - paid)::text as due, count(*)::int as count from invoices
     where state = 'open' and currency = 'USD' and total > credited`;
  const early = await read<Figures>('/figures');
  const usd = (figures: Figures) => figures.money.find(({ currency }) => currency === 'USD');
  expect(usd(early)?.past_due.invoices).toBeLessThan(open.count);
  await scene.go(scene.core.clock.now + 30 * DAY);
  expect(usd(await read<Figures>('/figures'))?.past_due).toEqual({
    amount: open.due,
    invoices: open.count,
  });
  const path = '/invoices?overdue=true&currency=USD&limit=100';
  const { data } = await read<{ data: { due: string }[] }>(path);
  const sum = data.reduce((all, { due }) => all + BigInt(due), 0n);
  expect(sum.toString()).toBe(open.due);
});

test.each([
  ['from=2027-02-01&to=2027-02-01', 'from'],
  ['from=2027-02-02&to=2027-02-01', 'from'],
  ['from=2020-01-01&to=2027-02-01', 'from'],
  ['from=2027-02-30', 'from'],
  ['from=', 'from'],
  ['interval=year', 'interval'],
  ['group_by=secret', 'group_by'],
  ['currency=usd', 'currency'],
  ['currency=%00', 'currency'],
  ['limit=1', 'limit'],
])('a question like %s is refused at its field', async (query, field) => {
  for (const path of ['revenue', 'revenue.csv']) {
    const answer = await scene.core.admin('GET', `/v1/figures/${path}?${query}`);
    expect([answer.status, answer.body['errors'][0]?.['path']]).toEqual([400, field]);
  }
});

test('the file has the rows, safe for spreadsheets', async () => {
  const evil = await post('/customers', { name: '=cmd|calc' });
  const lines = [{ description: 'Work', amount: '150' }];
  const { id } = await post('/invoices', { customer_id: evil.id, lines });
  await post(`/invoices/${id}/finalize`, {});
  const answer = await scene.core.admin('GET', '/v1/figures/revenue.csv?group_by=customer');
  expect(answer.headers.get('content-type')).toContain('text/csv');
  const [head, ...rows] = answer.text.replace('\uFEFF', '').trim().split('\r\n');
  expect(head).toBe('start,group_id,group,currency,minor_digits,invoiced,credited,net');
  expect(rows.some((row) => row.endsWith(`${evil.id},'=cmd|calc,USD,2,150,0,150`))).toBe(true);
});

test('what tables of the page show has lists and files, whole and by currency', async () => {
  const { plans } = await read<RecurringFigures>('/figures/recurring');
  const all = await read<{ data: RecurringFigures['plans'] }>('/figures/recurring/plans');
  expect(plans.length).toBeGreaterThan(1);
  expect(all.data).toEqual(plans);
  const euros = await read<typeof all>('/figures/recurring/plans?currency=EUR');
  expect(euros.data).toEqual(plans.filter(({ currency }) => currency === 'EUR'));
  const { totals } = await read<UnbilledFigures>('/figures/unbilled');
  const owing = await read<{ data: UnbilledFigures['customers'] }>('/figures/unbilled/customers');
  for (const { currency, customers, amount } of totals) {
    const theirs = owing.data.filter((one) => one.currency === currency);
    expect(theirs).toHaveLength(customers);
    const sum = theirs.reduce((whole, one) => whole + BigInt(one.amount), 0n);
    expect(sum.toString()).toBe(amount);
  }
  for (const [path, rows] of [
    ['recurring/plans', plans.length],
    ['unbilled/customers', owing.data.length],
  ] as const) {
    const file = await scene.core.admin('GET', `/v1/figures/${path}.csv`);
    expect(file.headers.get('content-type')).toContain('text/csv');
    expect(file.text.trim().split('\r\n')).toHaveLength(rows + 1);
    expect((await scene.core.admin('GET', `/v1/figures/${path}?currency=usd`)).status).toBe(400);
  }
});
