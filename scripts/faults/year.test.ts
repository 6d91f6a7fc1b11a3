import { afterAll, beforeAll, expect, test } from 'vitest';
import { segmentsIn } from '../../billing-core/src/subscriptions/segments.ts';
import { timedSubscriptions } from '../../billing-core/src/subscriptions/bulk-store.ts';
import { feesAfter, feesAhead, usageCharges } from '../../billing-core/src/invoicing/cycle.ts';
import { Terms } from '../../billing-core/src/invoicing/facts.ts';
import { rate } from '../../billing-core/src/rating/rate.ts';
import { openScene, type Scene, type Use } from '../../billing-core/test/invoicing/scene.ts';
import { chance } from './chance.ts';
import { patience, report, sized } from './size.ts';
import { Money } from './year-money.ts';

const CUSTOMERS = sized(12, 1_000);
const MONTHS = 12;
const BATCH_CUSTOMERS = 50;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const START = Date.UTC(2027, 0, 5);
const SEED = 20_270_105;

const meter_id = 'mtr_requests';
const PLANS: readonly (readonly [prices: object[], terms?: object])[] = [
  [
    [
      { model: 'flat', amount: '2900' },
      { model: 'per_unit', meter_id, unit_amount: '0.37', included_units: '1000' },
    ],
  ],
  [
    [
      { model: 'flat', amount: '9900', billed: 'in_arrears' },
      {
        model: 'graduated',
        meter_id,
        tiers: [
          { up_to: '500', unit_amount: '1.5', flat_amount: '250' },
          { up_to: null, unit_amount: '0.75' },
        ],
        minimum_amount: '1234',
      },
    ],
    { proration: 'day' },
  ],
  [
    [
      { model: 'flat', amount: '4999' },
      {
        model: 'volume',
        meter_id,
        tiers: [
          { up_to: '1000', unit_amount: '1' },
          { up_to: null, unit_amount: '0.61' },
        ],
        discount_percent: '7.5',
        maximum_amount: '3000',
      },
    ],
    { trial_days: 10 },
  ],
];

type Member = { customer: string; subscription: string };

let scene: Scene;
let members: Member[];
let money: Money;
let taken = 0;
const dice = chance(SEED);

beforeAll(async () => {
  scene = await openScene(START);
  money = new Money(scene, dice);
});
afterAll(() => scene.core.close());

const post = async (path: string, body: object): Promise<number> =>
  (await scene.core.admin('POST', path, body)).status;

/** An add-on of so much a month, with so many units of it included, that is published. */
async function pack(): Promise<string> {
  const { admin } = scene.core;
  const plan = await admin('POST', '/v1/plans', { slug: 'pack', name: 'Pack', kind: 'add_on' });
  const content = {
    ...{ currency: 'USD', prices: [{ model: 'flat', amount: '777' }] },
    entitlements: [{ kind: 'included_units', meter_id, units: '130' }],
  };
  const version = await admin('POST', `/v1/plans/${plan.body['id']}/versions`, content);
  await post(`/v1/plan-versions/${version.body['id']}/publish`, {});
  return version.body['id'];
}

async function begin(versions: readonly string[]): Promise<void> {
  members = [];
  for (let n = 0; n < CUSTOMERS; n++) {
    await scene.go(START + Math.floor((n / CUSTOMERS) * 3 * DAY));
    const customer = await scene.customer();
    const version = versions[dice.below(versions.length)] ?? '';
    members.push({ customer, subscription: await scene.subscribe(customer, version) });
  }
}

/** Use of this month, and some of the one before that comes late. */
const usesOf = (month: number): Use[] =>
  Array.from({ length: 4 }, () => {
    const isLate = month > 0 && dice.one(8);
    const at = START + (month - (isLate ? 1 : 0)) * 30 * DAY + dice.below(27 * 24 * 60) * MINUTE;
    const isFree = dice.one(9);
    return {
      at,
      requests: 1 + dice.below(600),
      ...(isFree && { outcome: 'upstream_error' as never, billable: false }),
    };
  });

/** Everybody uses something of a month; a batch has that of fifty customers. */
async function use(month: number): Promise<void> {
  for (let at = 0; at < members.length; at += BATCH_CUSTOMERS) {
    const some = members.slice(at, at + BATCH_CUSTOMERS);
    await scene.useAll(
      some.flatMap(({ customer }) => usesOf(month).map((one) => ({ ...one, customer }))),
    );
  }
}

/** Takes a step, where the subscription has a place for it. */
async function take(subscription: string, step: object): Promise<void> {
  const status = await post(`/v1/subscriptions/${subscription}/steps`, step);
  expect([200, 409]).toContain(status);
  if (status === 200) taken += 1;
}

type Offer = { versions: readonly string[]; addOn: string };

/** What people do in a month: change plans, pause, go on, buy more or less of an add-on. */
async function live(month: number, { versions, addOn }: Offer): Promise<void> {
  await scene.go(START + month * 30 * DAY + 14 * DAY + dice.below(600) * MINUTE);
  for (const { subscription } of members) {
    if (dice.one(6)) {
      const plan_version_id = versions[dice.below(versions.length)] ?? '';
      await take(subscription, { step: 'change', plan_version_id });
    } else if (dice.one(15)) await take(subscription, { step: 'pause' });
    else if (dice.one(4)) await take(subscription, { step: 'resume' });
    if (dice.one(4)) {
      const quantity = dice.below(4);
      await take(subscription, { step: 'add_on', plan_version_id: addOn, quantity });
    }
  }
}

async function credit(): Promise<void> {
  const open = await scene.core.sql<{ id: string; total: string }[]>`
    select id, total::text from invoices where total > 100 and credited = 0 order by number
     limit ${Math.ceil(CUSTOMERS / 10)}`;
  for (const { id, total } of open) {
    const amount = dice.one(3) ? undefined : String(1 + dice.below(Number(total)));
    const body = { reason: 'Agreed', ...(amount !== undefined && { amount }) };
    expect(await post(`/v1/invoices/${id}/credit-notes`, body)).toBe(201);
  }
}

type Entry = { customer_id: string; minute: number; quantity: number; requests: number };

/** What a subscription has to come to, from the ledger's entries, its phases and prices alone. */
async function expected(entries: readonly Entry[], end: number): Promise<Map<string, bigint>> {
  const { sql } = scene.core;
  const all = await timedSubscriptions(
    sql,
    members.map(({ subscription }) => subscription),
  );
  const terms = new Terms();
  await terms.load(sql, all);
  const versionOf = (id: string) => terms.version(id);
  const charges = await sql<{ subscription_id: string; amount: string }[]>`
    select subscription_id, sum(amount)::text as amount from subscription_charges group by 1`;
  const result = new Map(charges.map((row) => [row.subscription_id, BigInt(row.amount)]));
  for (const timed of all) {
    const life = { start: timed.started_at.getTime() - MINUTE, end };
    const theirs = entries.filter(({ customer_id }) => customer_id === timed.customer_id);
    let sum = result.get(timed.id) ?? 0n;
    for (const charge of usageCharges(timed, life, versionOf)) {
      const used = theirs.filter(
        ({ minute }) => minute >= charge.fromMinute && minute < charge.toMinute,
      );
      const total = String(used.reduce((all_, { quantity }) => all_ + quantity, 0));
      const { currency } = charge.version;
      const meter = terms.meter(meter_id);
      const events = BigInt(used.length);
      const { share, added } = charge;
      sum += rate(charge.price, { total, events }, { currency, meter, share, added }).amount;
    }
    sum += feesAfter(timed, life, versionOf).reduce((all_, { amount }) => all_ + amount, 0n);
    const ends = new Set(segmentsIn(timed, life).map(({ period }) => period.end));
    for (const at of ends) {
      sum += feesAhead(timed, at, versionOf).reduce((all_, { amount }) => all_ + amount, 0n);
    }
    result.set(timed.id, sum);
  }
  return result;
}

/** Bills as three cores would that do not know of one another, more than once. */
async function bill(): Promise<void> {
  await Promise.all([scene.bill(), scene.bill(), scene.bill()]);
  await scene.bill();
}

async function yearOf(offer: Offer): Promise<number> {
  for (let month = 0; month < MONTHS; month++) {
    await use(month);
    await live(month, offer);
    await bill();
    await money.settle(CUSTOMERS);
    await credit();
    await money.settle(CUSTOMERS);
    await scene.go(START + (month + 1) * 30 * DAY + 20 * HOUR);
    await bill();
  }
  const end = scene.core.clock.now;
  for (const { subscription } of members) {
    await take(subscription, { step: 'cancel', credit_unused: dice.one(2) });
  }
  await scene.go(end + 10 * DAY);
  await bill();
  // And once more what came late, when all is over.
  await use(MONTHS - 1);
  await bill();
  await money.settle(CUSTOMERS * MONTHS * 2, true);
  await money.payOut(members.map(({ customer }) => customer));
  return scene.core.clock.now;
}

test(
  'a year of changes, credits, refunds, payouts and late usage: ledger × prices = invoices',
  async () => {
    const versions: string[] = [];
    for (const [prices, terms] of PLANS) versions.push(await scene.plan(prices, terms));
    await begin(versions);
    const end = await yearOf({ versions, addOn: await pack() });
    const { sql } = scene.core;
    const entries = await sql<Entry[]>`
    select customer_id, minute::int, quantity::int, requests::int from usage_entries
     where billable`;
    const due = await expected(entries, end);
    const billed = await sql<{ id: string; amount: string; total: string }[]>`
    select subscription_id as id, sum(subtotal)::text as amount, sum(total)::text as total
      from invoices where state <> 'draft' group by 1`;
    const found = new Map(billed.map((row) => [row.id, BigInt(row.amount)]));
    for (const { subscription } of members) {
      expect([subscription, found.get(subscription) ?? 0n]).toEqual([
        subscription,
        due.get(subscription) ?? 0n,
      ]);
    }
    // What is owed is that less credits, payments and what customers had to their credit.
    const [books] = await sql<[{ even: boolean; dense: boolean; late: number; invoices: number }]>`
    select (select sum(total - from_balance - set_off + to_balance - credited - paid)
              from invoices)
             = (select sum(subtotal) from invoices) - (select sum(total) from credit_notes)
               - (select sum(case kind when 'payment' then amount else -amount end)
                    from payments)
               + (select coalesce(sum(amount), 0) from customer_balance_entries
                   where invoice_id is not null) as even,
           (select max(number) = count(*) and count(distinct number) = count(*) from invoices)
             as dense,
           (select count(*)::int from invoice_lines where kind = 'late_usage') as late,
           (select count(*)::int from invoices) as invoices`;
    expect([books.even, books.dense]).toEqual([true, true]);
    expect(books.late).toBeGreaterThan(0);
    for (const [deed, times] of Object.entries(money.done)) {
      expect([deed, times > 0]).toEqual([deed, true]);
    }
    const [{ added }] = await sql<[{ added: number }]>`
      select count(*)::int as added from invoice_lines
       where description like '%included with add-ons%'`;
    expect(added).toBeGreaterThan(0);
    const sum = (amounts: Map<string, bigint>) => [...amounts.values()].reduce((a, b) => a + b, 0n);
    const seen = `${CUSTOMERS} customers, ${books.invoices} invoices, ${books.late} late lines`;
    const deeds = `${taken} steps, ${JSON.stringify(money.done)}`;
    report(`${seen}, ${deeds}: ledger × prices ${sum(due)}, invoiced ${sum(found)} minor units`);
  },
  patience(),
);
