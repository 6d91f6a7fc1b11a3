import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { invoicingJobs } from '../../src/invoicing/jobs.ts';
import { openSending, startJobs } from '../../src/kit/jobs.ts';
import { openLog } from '../../src/kit/log.ts';
import { brief, openScene, type Scene } from './scene.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const START = Date.UTC(2027, 0, 31, 10, 30);
/** The 31st comes back after February. */
const ENDS = [Date.UTC(2027, 1, 28, 10, 30), Date.UTC(2027, 2, 31, 10, 30)] as const;

const base = { model: 'flat', amount: '2900' };
const calls = {
  model: 'per_unit',
  meter_id: 'mtr_requests',
  unit_amount: '0.2',
  included_units: '1000',
};

let scene: Scene;
let version: string;
beforeAll(async () => {
  scene = await openScene(START);
  version = await scene.plan([base, calls]);
});
afterAll(() => scene.core.close());

async function subscribed(of = version): Promise<string> {
  const customer = await scene.customer();
  await scene.subscribe(customer, of);
  await scene.bill();
  return customer;
}

async function boot(name: string, watermark: number): Promise<void> {
  const { sql } = scene.core;
  await sql`insert into gateways (id) values ('gw_1') on conflict do nothing`;
  await sql`insert into boots (gateway_id, boot_id, fingerprint, watermark)
    values ('gw_1', ${name}, 'f', ${watermark})
    on conflict (gateway_id, boot_id) do update set watermark = excluded.watermark`;
}
const seal = () => scene.core.sql`update boots set state = 'sealed'`;

test('a month: the fee ahead at once, then its usage and the next fee on one invoice', async () => {
  await scene.go(START);
  const customer = await subscribed();
  const [first] = await scene.invoices(customer);
  expect(first).toMatchObject({ reason: 'fees', state: 'open', total: '2900' });

  // Minutes at both ends, hours in between, the first minute and the last one.
  await scene.use(
    customer,
    { at: START, requests: 400 },
    { at: START + 5 * DAY, requests: 700 },
    { at: ENDS[0] - MINUTE, requests: 400 },
    { at: ENDS[0], requests: 9_000 },
    { at: START + DAY, requests: 5_000, outcome: 'upstream_error' as never, billable: false },
  );
  await scene.go(ENDS[0] - MINUTE);
  await scene.bill();
  expect(await scene.invoices(customer)).toHaveLength(1);

  await scene.go(ENDS[0] + 5 * MINUTE);
  await scene.bill();
  const [, second, ...more] = await scene.invoices(customer);
  expect(more).toEqual([]);
  expect(second && brief(second)).toEqual([
    ['fee', null, '2900'],
    ['usage', '1500', '100'],
  ]);
  expect(second).toMatchObject({ reason: 'period', total: '3000', closing: { by: 'watermark' } });
  expect(second?.period).toEqual({
    start: new Date(START).toISOString(),
    end: new Date(ENDS[0]).toISOString(),
  });
  expect(second?.lines[1]?.description).toBe(
    '1,500 requests: 1,000 included + 500 × $0.002 = $1.00',
  );
  // A run more, and a run beside another, bill nothing more.
  await Promise.all([scene.bill(), scene.bill(), scene.bill()]);
  expect(await scene.invoices(customer)).toHaveLength(2);
});

describe('a gateway that has not spoken for the whole period', () => {
  test('is waited for until the grace time is over: the invoice says which', async () => {
    await scene.go(START);
    const customer = await subscribed();
    await boot('b1', ENDS[0] - 10 * MINUTE);
    await boot('b2', ENDS[0] + HOUR);
    await scene.go(ENDS[0] + HOUR);
    await scene.bill();
    expect(await scene.invoices(customer)).toHaveLength(1);
    await scene.go(ENDS[0] + DAY - MINUTE);
    await scene.bill();
    expect(await scene.invoices(customer)).toHaveLength(1);
    await scene.go(ENDS[0] + DAY);
    await scene.bill();
    const [, second] = await scene.invoices(customer);
    expect(second?.closing).toMatchObject({ by: 'grace', not_awaited: ['gw_1/b1'] });
    await seal();
  });

  test('closes the period as soon as it speaks', async () => {
    await scene.go(START);
    const customer = await subscribed();
    await boot('b3', ENDS[0] - 1);
    await scene.go(ENDS[0] + HOUR);
    await scene.bill();
    await scene.use(customer, { at: ENDS[0] - 2 * MINUTE, requests: 2_000 });
    await boot('b3', ENDS[0]);
    await scene.bill();
    const [, second] = await scene.invoices(customer);
    expect(second && brief(second)[1]).toEqual(['usage', '2000', '200']);
    expect(second?.closing).toMatchObject({ by: 'watermark', not_awaited: [] });
    await seal();
  });
});

describe('usage that comes late', () => {
  test('is on the next invoice: what all comes to, less what was billed', async () => {
    await scene.go(START);
    const customer = await subscribed();
    await scene.use(customer, { at: START + DAY, requests: 900 });
    await scene.go(ENDS[0] + HOUR);
    await scene.bill();
    // 900 were included; of 300 more 100 are, so that 200 cost.
    await scene.use(customer, { at: START + DAY, requests: 300 });
    await scene.use(customer, { at: ENDS[0] + DAY, requests: 1_500 });
    await scene.bill();
    expect(await scene.invoices(customer)).toHaveLength(2);
    await scene.go(ENDS[1] + HOUR);
    await scene.bill();
    const [, , third] = await scene.invoices(customer);
    expect(third && brief(third)).toEqual([
      ['fee', null, '2900'],
      ['usage', '1500', '100'],
      ['late_usage', '300', '40'],
    ]);
    expect(third?.lines[2]).toMatchObject({ starts_at: new Date(START).toISOString() });
    // And it comes once.
    await scene.go(ENDS[1] + 31 * DAY);
    await scene.bill();
    const [, , , fourth] = await scene.invoices(customer);
    expect(fourth && brief(fourth).map(([kind]) => kind)).toEqual(['fee', 'usage']);
  });

  test('can be below zero: a correction gives back what was billed too much', async () => {
    await scene.go(START);
    const customer = await subscribed();
    await scene.use(customer, { at: START + DAY, requests: 3_000 });
    await scene.go(ENDS[0] + HOUR);
    await scene.bill();
    await scene.use(customer, { at: START + DAY, requests: 0, quantity: -1_500 });
    await scene.go(ENDS[1] + HOUR);
    await scene.bill();
    const [, , third] = await scene.invoices(customer);
    expect(third && brief(third)[2]).toEqual(['late_usage', '-1500', '-300']);
  });

  test('for a subscription that is over makes an invoice of its own, once', async () => {
    await scene.go(START);
    const customer = await scene.customer();
    const subscription = await scene.subscribe(customer, version);
    await scene.use(customer, { at: START + DAY, requests: 1_100 });
    await scene.go(START + 2 * DAY);
    await scene.core.admin('POST', `/v1/subscriptions/${subscription}/cancel`, {});
    await scene.go(START + 2 * DAY + HOUR);
    await scene.bill();
    const before = await scene.invoices(customer);
    expect(before.at(-1)).toMatchObject({ reason: 'period' });
    await scene.use(customer, { at: START + DAY, requests: 50 });
    await scene.bill();
    await scene.bill();
    const after = await scene.invoices(customer);
    expect(after).toHaveLength(before.length + 1);
    expect(after.at(-1)).toMatchObject({ reason: 'late', total: '10' });
  });
});

test('a change of plan: each segment is rated by itself, fees fall due apart', async () => {
  await scene.go(START);
  const bigger = await scene.plan([
    { ...base, amount: '9900' },
    { ...calls, unit_amount: '0.1', included_units: '0' },
  ]);
  const customer = await scene.customer();
  const subscription = await scene.subscribe(customer, version);
  await scene.bill();
  const half = START + 14 * DAY;
  await scene.use(customer, { at: half - MINUTE, requests: 1_000 });
  await scene.go(half);
  const change = { plan_version_id: bigger };
  const path = `/v1/subscriptions/${subscription}/change`;
  expect((await scene.core.admin('POST', path, change)).status).toBe(200);
  await scene.use(customer, { at: half + MINUTE, requests: 1_000 });
  await scene.bill();
  const [, second] = await scene.invoices(customer);
  // Half of 9900 less half of 2900.
  expect(second).toMatchObject({ reason: 'fees', total: '3500' });
  await scene.go(ENDS[0] + HOUR);
  await scene.bill();
  const [, , third] = await scene.invoices(customer);
  expect(third && brief(third)).toEqual([
    ['fee', null, '9900'],
    // Half of the period includes 500.
    ['usage', '1000', '100'],
    ['usage', '1000', '100'],
  ]);
});

test('several periods behind are billed one by one, each by itself', async () => {
  await scene.go(START);
  const customer = await subscribed();
  await scene.use(
    customer,
    { at: START + DAY, requests: 2_000 },
    { at: ENDS[0] + DAY, requests: 3_000 },
  );
  await scene.go(ENDS[1] + HOUR);
  await scene.bill();
  const all = await scene.invoices(customer);
  expect(all.map((invoice) => brief(invoice).filter(([kind]) => kind === 'usage'))).toEqual([
    [],
    [['usage', '2000', '200']],
    [['usage', '3000', '400']],
  ]);
});

test('what cannot be closed keeps nobody else from it, and waits as a job', async () => {
  await scene.go(START);
  const [bad, good] = [await subscribed(), await subscribed()];
  const { sql } = scene.core;
  const [row] = await sql<{ id: string }[]>`
    select id from subscriptions where customer_id = ${bad}`;
  const id = row?.id ?? '';
  await sql.unsafe(`alter table invoice_lines
    add constraint a_fault check (subscription_id <> '${id}') not valid`);
  await scene.go(ENDS[0] + HOUR);
  await scene.bill();
  expect(await scene.invoices(good)).toHaveLength(2);
  expect(await scene.invoices(bad)).toHaveLength(1);
  expect(scene.sent).toEqual([{ name: 'invoicing.close-one', data: { subscription_id: id } }]);
  await scene.bill();
  expect(scene.sent).toHaveLength(1);

  await sql`alter table invoice_lines drop constraint a_fault`;
  expect(await scene.billOne(id)).toBe(1);
  expect(await scene.invoices(bad)).toHaveLength(2);
  expect(await sql`select from billing_cycles where is_stuck`).toHaveLength(0);
});

test('the job that a core works on bills, and one by one what could not be', async () => {
  await scene.go(START);
  const customer = await subscribed();
  const { sql, clock } = scene.core;
  const [row] = await sql<{ id: string }[]>`
    select id from subscriptions where customer_id = ${customer}`;
  const log = openLog('test', 'silent');
  const kit = { sql, log, clock: () => clock.now };
  const jobs = startJobs(kit, invoicingJobs(sql, log), { retryFirstS: 0 });
  await jobs.begun;
  const send = openSending(sql);
  const billed = (count: number) =>
    vi.waitFor(async () => expect(await scene.invoices(customer)).toHaveLength(count), 15_000);
  await scene.go(ENDS[0] + HOUR);
  await sql.begin((tx) => send(tx, 'invoicing.close', {}));
  await billed(2);
  await scene.go(ENDS[1] + HOUR);
  const data = { subscription_id: row?.id ?? '' };
  await sql.begin((tx) => send(tx, 'invoicing.close-one', data));
  await billed(3);
  await jobs.stop();
});
