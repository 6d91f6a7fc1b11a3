import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Invoice } from '../../src/contract/invoice.ts';
import type { NextInvoice, SubscriptionPreview } from '../../src/contract/subscription.ts';
import { person } from '../../src/test/core.ts';
import { openScene, type Scene } from './scene.ts';

// What is used so far, and what it falls short of a minimum, is in the preview of a step: if
// nothing more is used, the invoices come to what it says, to the cent.

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const START = Date.UTC(2027, 0, 31);
const PERIOD_END = Date.UTC(2027, 1, 28);
const meter_id = 'mtr_requests';

let scene: Scene;
let versions: Record<string, string>;
let vat: string;
let made = 0;

const created = async (path: string, body: object): Promise<string> => {
  const answer = await scene.core.admin('POST', path, body);
  expect(answer.status, answer.text).toBeLessThan(300);
  return answer.body['id'] as string;
};

beforeAll(async () => {
  scene = await openScene(START);
  const flat = { model: 'flat', amount: '2900' };
  const unit = { model: 'per_unit', meter_id, unit_amount: '0.37', included_units: '100' };
  const tiers = [
    { up_to: '500', unit_amount: '1.5', flat_amount: '250' },
    { up_to: null, unit_amount: '0.75' },
  ];
  versions = {
    plain: await scene.plan([flat]),
    minimum: await scene.plan([flat, { ...unit, minimum_amount: '5000' }]),
    high: await scene.plan([{ ...unit, minimum_amount: '123457' }], { proration: 'day' }),
    tiered: await scene.plan([
      { model: 'flat', amount: '333', billed: 'in_arrears' },
      { model: 'graduated', meter_id, tiers, minimum_amount: '1234', maximum_amount: '9999' },
    ]),
    yearly: await scene.plan([{ ...unit, minimum_amount: '77777' }], { interval_months: 12 }),
    early: await scene.plan([{ ...unit, minimum_amount: '4000' }], { threshold_amount: '50' }),
  };
  vat = await created('/v1/tax-rates', { name: 'VAT', percent: '8.875', inclusive: false });
});
afterAll(() => scene.core.close());

async function previewed(subscription: string, step: object): Promise<SubscriptionPreview> {
  const answer = await scene.core.admin('POST', `/v1/subscriptions/${subscription}/preview`, step);
  expect(answer.status, answer.text).toBe(200);
  return answer.body as unknown as SubscriptionPreview;
}
async function take(subscription: string, step: object): Promise<void> {
  const answer = await scene.core.admin('POST', `/v1/subscriptions/${subscription}/steps`, step);
  expect(answer.status, answer.text).toBe(200);
}

type Sum = SubscriptionPreview['due_now'];
const sum = (all: readonly { amount: string }[]): string =>
  all.reduce((total, { amount }) => total + BigInt(amount), 0n).toString();
const ofPreview = ({ subtotal, discounts, taxes, total, from_balance, due, usage }: Sum) => ({
  ...{ subtotal, discount: sum(discounts), tax: sum(taxes), total, from_balance, due },
  usage: usage.map(({ quantity, amount }) => [quantity, amount]),
});
const ofInvoice = ({ subtotal, discount, tax, total, from_balance, due, lines }: Invoice) => ({
  ...{ subtotal, discount, tax, total, from_balance, due },
  usage: lines
    .filter(({ kind, quantity, amount }) => kind === 'usage' && `${quantity} ${amount}` !== '0 0')
    .map(({ quantity, amount }) => [quantity, amount]),
});

/** A customer on this version since the start, whose usage of so long after is there. */
async function begun(
  version: string,
  used: readonly { after: number; requests: number }[],
  billing_zone = 'UTC',
) {
  await scene.go(START);
  const customer = await created('/v1/customers', { name: 'Acme', billing_zone });
  const subscription = await scene.subscribe(customer, versions[version] ?? '');
  await scene.bill();
  if (used.length > 0) {
    await scene.use(
      customer,
      ...used.map(({ after, requests }) => ({ at: START + after, requests })),
    );
  }
  return { customer, subscription };
}

describe('the preview of a step', () => {
  test('has the minimum of a period in which nothing was used', async () => {
    const { subscription } = await begun('minimum', []);
    await scene.go(START + DAY);
    const step = { step: 'change', plan_version_id: versions['plain'], at: 'period_end' };
    const { next_invoice } = await previewed(subscription, step);
    expect(next_invoice?.usage).toMatchObject([{ quantity: '0', amount: '5000' }]);
    expect(next_invoice).toMatchObject({ subtotal: '7900', total: '7900', due: '7900' });
  });

  test('has minimums by the time of each plan, where it changes now', async () => {
    const { subscription } = await begun('minimum', [{ after: 60 * MINUTE, requests: 200 }]);
    await scene.go(START + 14 * DAY);
    const step = { step: 'change', plan_version_id: versions['tiered'] };
    const { due_now, next_invoice } = await previewed(subscription, step);
    expect(due_now.usage).toEqual([]);
    expect(next_invoice?.usage.map(({ amount }) => amount)).toEqual(['2500', '617']);
    expect(next_invoice?.at).toBe(new Date(PERIOD_END).toISOString());
  });

  test('has usage and minimum of a period that the step itself ends', async () => {
    const { subscription } = await begun('minimum', []);
    await scene.go(START + 14 * DAY);
    const { due_now, next_invoice } = await previewed(subscription, { step: 'cancel' });
    expect(due_now.usage).toMatchObject([{ quantity: '0', amount: '2500' }]);
    expect(next_invoice).toBeNull();
  });

  test('has what of the period was not billed at an amount already', async () => {
    const { customer, subscription } = await begun('early', [{ after: DAY, requests: 1_000 }]);
    await scene.go(START + 2 * DAY);
    await scene.bill();
    const billed = (await scene.invoices(customer)).map(({ reason, total }) => [reason, total]);
    expect(billed).toEqual([['threshold', '333']]);
    const { next_invoice } = await previewed(subscription, {
      ...{ step: 'change', plan_version_id: versions['plain'], at: 'period_end' },
    });
    expect(next_invoice?.usage).toMatchObject([{ quantity: '0', amount: '3667' }]);
  });
});

test('a member sees the invoice to come, with the change that is set for then', async () => {
  await scene.go(START);
  const [ann, bob] = [await person(scene.core), await person(scene.core)];
  const customer = await scene.customer();
  await scene.core.sql`insert into memberships (id, customer_id, user_id, role, created_at)
    select 'mem_' || substr(${customer}, 5), ${customer}, id, 'viewer', now() from users
     where email = ${ann.email}`;
  const subscription = await scene.subscribe(customer, versions['minimum'] ?? '');
  await scene.bill();
  await scene.use(customer, { at: START + DAY, requests: 300 });
  await take(subscription, {
    ...{ step: 'change', plan_version_id: versions['plain'], at: 'period_end' },
  });
  await scene.go(START + 2 * DAY);
  const path = `/portal/v1/customers/${customer}/next-invoice`;
  const { currency, invoice } = (await ann.call('GET', path)).body as unknown as NextInvoice;
  expect([currency, invoice?.usage.map(({ quantity, amount }) => [quantity, amount])]).toEqual([
    'USD',
    [['300', '5000']],
  ]);
  expect((await bob.call('GET', path)).status).toBe(404);
  await scene.go(PERIOD_END + 10 * MINUTE);
  await scene.bill();
  const [bill] = (await scene.invoices(customer)).slice(1);
  expect(bill && ofInvoice(bill)).toEqual(invoice && ofPreview(invoice));
  await take(subscription, { step: 'cancel' });
  expect((await ann.call('GET', path)).body).toEqual({ currency: 'USD', invoice: null });
});

const NAMES = ['plain', 'minimum', 'high', 'tiered', 'yearly', 'early'] as const;
const given = fc.record({
  on: fc.constantFrom(...NAMES),
  to: fc.constantFrom(...NAMES),
  what: fc.constantFrom('change', 'change', 'cancel', 'pause'),
  at: fc.constantFrom('now', 'now', 'period_end'),
  used: fc.array(
    fc.record({
      part: fc.integer({ min: 1, max: 999 }),
      requests: fc.integer({ min: 1, max: 900 }),
    }),
    { maxLength: 3 },
  ),
  after: fc.integer({ min: 2 * MINUTE, max: PERIOD_END - START - 3 * MINUTE }),
  coupons: fc.array(
    fc.constantFrom<object>(
      { percent_off: '33.333' },
      { percent_off: '7', invoices: 1 },
      { amount_off: '500', currency: 'USD' },
    ),
    { maxLength: 2 },
  ),
  taxed: fc.boolean(),
  zone: fc.constantFrom('UTC', 'America/New_York', 'Pacific/Kiritimati', 'Asia/Kolkata'),
  credit: fc.constantFrom(0, 1, 1_000, 50_000),
});

test('for any step, usage, coupons, taxes, credit: previewed is what is invoiced', async () => {
  await fc.assert(
    fc.asyncProperty(given, async (one) => {
      const { what, at } = one;
      if (what === 'change' && one.on === one.to) return;
      const used = one.used.map(({ part, requests }) => ({
        ...{ after: Math.floor((one.after * part) / 1_000), requests },
      }));
      const { customer, subscription } = await begun(one.on, used, one.zone);
      if (one.taxed) {
        const path = `/v1/customers/${customer}/tax-rates`;
        await scene.core.admin('PUT', path, { tax_rate_ids: [vat] });
      }
      for (const coupon of one.coupons) {
        made += 1;
        const named = { slug: `c-${made}`, name: `C${made}`, ...coupon };
        const coupon_id = await created('/v1/coupons', named);
        await created(`/v1/customers/${customer}/coupons`, { coupon_id });
      }
      if (one.credit > 0) {
        const lines = [{ description: 'Sorry', amount: `-${one.credit}` }];
        const draft = await created('/v1/invoices', { customer_id: customer, lines });
        await created(`/v1/invoices/${draft}/finalize`, {});
      }
      await scene.go(START + one.after);
      // What is billed at an amount is billed before it is asked.
      await scene.bill();
      const before = (await scene.invoices(customer)).length;
      const step = {
        ...{ step: what, at },
        ...(what === 'change' && { plan_version_id: versions[one.to] }),
      };
      const { due_now, next_invoice } = await previewed(subscription, step);
      await take(subscription, step);
      await scene.go(START + one.after + 3 * MINUTE);
      await scene.bill();
      const now = (await scene.invoices(customer)).slice(before);
      const NOTHING = { subtotal: '0', discount: '0', tax: '0', total: '0', from_balance: '0' };
      const isNothing = due_now.fees.length + due_now.usage.length === 0;
      // Usage of before that is billed at an amount now is on an invoice of its own.
      const bills = now.filter(({ reason }) => reason !== 'threshold');
      expect(bills.length).toBeLessThanOrEqual(1);
      const [bill] = bills;
      const found = bill ? ofInvoice(bill) : { ...NOTHING, due: '0', usage: [] };
      expect(isNothing && !bill ? found : ofPreview(due_now)).toEqual(found);
      if (next_invoice === null || now.length > bills.length) return;
      const until = Date.parse(next_invoice.at);
      // A year would be one of all the other customers, too.
      if (until > START + 62 * DAY) return;
      await scene.go(until + 10 * MINUTE);
      await scene.bill();
      const [next] = (await scene.invoices(customer)).slice(before + now.length);
      expect(next ? ofInvoice(next) : { ...NOTHING, due: '0', usage: [] }).toEqual(
        ofPreview(next_invoice),
      );
    }),
    { numRuns: 12 },
  );
}, 300_000);
