import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Invoice } from '../../src/contract/invoice.ts';
import type { SubscriptionPreview } from '../../src/contract/subscription.ts';
import { openScene, type Scene } from './scene.ts';

const MINUTE = 60_000;
const START = Date.UTC(2027, 0, 31);
const PERIOD_END = Date.UTC(2027, 1, 28);

let scene: Scene;
let versions: { a: string; b: string; yearly: string; seats: string };
let rates: Record<string, string>;
let now = START;
let made = 0;

async function created(path: string, body: object): Promise<string> {
  const answer = await scene.core.admin('POST', path, body);
  expect(answer.status, answer.text).toBeLessThan(300);
  return answer.body['id'] as string;
}

async function addOn(amount: string): Promise<string> {
  const plan = await created('/v1/plans', { slug: 'seats', name: 'Seats', kind: 'add_on' });
  const prices = [{ model: 'flat', amount }];
  const content = { currency: 'USD', prices, entitlements: [] };
  const version = await created(`/v1/plans/${plan}/versions`, content);
  await created(`/v1/plan-versions/${version}/publish`, {});
  return version;
}

beforeAll(async () => {
  scene = await openScene(START);
  const flat = (amount: string, billed = 'in_advance') => ({ model: 'flat', amount, billed });
  versions = {
    a: await scene.plan([flat('2900')]),
    b: await scene.plan([flat('9999'), flat('333', 'in_arrears')]),
    yearly: await scene.plan([flat('77777')], { interval_months: 12 }),
    seats: await addOn('777'),
  };
  rates = {};
  for (const [name, percent, inclusive] of [
    ['VAT', '20', false],
    ['City', '8.875', false],
    ['MwSt', '19', true],
  ] as const) {
    rates[name] = await created('/v1/tax-rates', { name, percent, inclusive });
  }
});
afterAll(() => scene.core.close());

async function redeem(customer: string, coupon: object): Promise<void> {
  made += 1;
  const coupon_id = await created('/v1/coupons', {
    slug: `c-${made}`,
    name: `C${made}`,
    ...coupon,
  });
  await created(`/v1/customers/${customer}/coupons`, { coupon_id });
}
const tax = (customer: string, names: readonly string[]) =>
  scene.core.admin('PUT', `/v1/customers/${customer}/tax-rates`, {
    tax_rate_ids: names.map((name) => rates[name]),
  });

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
const ofInvoice = ({ subtotal, discount, tax: taxed, total, from_balance }: Invoice) => ({
  subtotal,
  discount,
  tax: taxed,
  total,
  from_balance,
});
const added = (all: readonly { amount: string }[]): string =>
  all.reduce((sum, { amount }) => sum + BigInt(amount), 0n).toString();
const ofPreview = ({ subtotal, discounts, taxes, total, from_balance }: Sum) => ({
  subtotal,
  discount: added(discounts),
  tax: added(taxes),
  total,
  from_balance,
});

const NOTHING = { subtotal: '0', discount: '0', tax: '0', total: '0', from_balance: '0' };

/** The invoices that came since there were so many. */
const since = async (customer: string, before: number) =>
  (await scene.invoices(customer)).slice(before);

describe('the preview of a step', () => {
  test('has coupons and taxes: what it says is what the invoice comes to', async () => {
    await scene.go((now = START));
    const customer = await scene.customer();
    await tax(customer, ['VAT']);
    await redeem(customer, { percent_off: '50' });
    const subscription = await scene.subscribe(customer, versions.a);
    await scene.bill();
    const step = { step: 'change', plan_version_id: versions.b };
    const { due_now } = await previewed(subscription, step);
    expect(due_now).toMatchObject({ subtotal: '7099', total: '4259', due: '4259' });
    expect(due_now.taxes).toEqual([
      { name: 'VAT', percent: '20', inclusive: false, amount: '710' },
    ]);
    await take(subscription, step);
    await scene.bill();
    const [invoice] = await since(customer, 1);
    expect(invoice?.total).toBe('4259');
  });

  test('says what comes from credit, and what credit is left for the next invoice', async () => {
    await scene.go((now = START));
    const customer = await scene.customer();
    await tax(customer, ['VAT']);
    const subscription = await scene.subscribe(customer, versions.a);
    await scene.bill();
    const lines = [{ description: 'Sorry', amount: '-1000' }];
    const draft = await created('/v1/invoices', { customer_id: customer, lines });
    await created(`/v1/invoices/${draft}/finalize`, {});
    const step = { step: 'add_on', plan_version_id: versions.seats, quantity: 1 };
    const { due_now, next_invoice } = await previewed(subscription, step);
    expect(due_now).toMatchObject({ total: '932', from_balance: '932', due: '0' });
    expect(next_invoice).toMatchObject({ total: '4412', from_balance: '268', due: '4144' });
  });

  test('counts a coupon once that is for one invoice', async () => {
    await scene.go((now = START));
    const customer = await scene.customer();
    const subscription = await scene.subscribe(customer, versions.a);
    await scene.bill();
    await redeem(customer, { amount_off: '500', currency: 'USD', invoices: 1 });
    const add = { step: 'add_on', plan_version_id: versions.seats, quantity: 1 };
    const atOnce = await previewed(subscription, add);
    expect([atOnce.due_now.total, atOnce.next_invoice?.total]).toEqual(['277', '3677']);
    // Where there is no invoice now the next one has it.
    const later = await previewed(subscription, { ...add, at: 'period_end' });
    expect([later.due_now.total, later.next_invoice?.total]).toEqual(['0', '3177']);
  });

  test.each([
    ['before the last minute', -2 * MINUTE],
    ['in the last minute', -34_000],
    ['once the period is over and on no invoice yet', 20_000],
  ])('%s has the invoice that closes the period', async (_when, from) => {
    await scene.go((now = START));
    const customer = await scene.customer();
    const subscription = await scene.subscribe(customer, versions.a);
    await scene.bill();
    await scene.go((now = PERIOD_END + from));
    const step = { step: 'change', plan_version_id: versions.b };
    const { due_now, next_invoice } = await previewed(subscription, step);
    expect(next_invoice?.at).toBe(new Date(PERIOD_END).toISOString());
    await take(subscription, step);
    await scene.go((now = PERIOD_END + 10 * MINUTE));
    await scene.bill();
    const invoices = await since(customer, 1);
    const total = invoices.reduce((sum, invoice) => sum + BigInt(invoice.total), 0n);
    expect(BigInt(due_now.total) + BigInt(next_invoice?.total ?? 0)).toBe(total);
  });

  test('a cancel in the last minute has the fees in arrears that it ends', async () => {
    await scene.go((now = START));
    const customer = await scene.customer();
    const subscription = await scene.subscribe(customer, versions.b);
    await scene.bill();
    await scene.go((now = PERIOD_END - 30_000));
    const step = { step: 'cancel' };
    const { due_now, next_invoice } = await previewed(subscription, step);
    expect([due_now.total, next_invoice]).toEqual(['333', null]);
    await take(subscription, step);
    await scene.go((now = PERIOD_END + 10 * MINUTE));
    await scene.bill();
    expect((await since(customer, 1)).map(({ total }) => total)).toEqual(['333']);
  });
});

const coupons = fc.array(
  fc.oneof(
    fc.record({ percent_off: fc.constantFrom('10', '33.333', '50', '100') }),
    fc.record({ percent_off: fc.constantFrom('7'), invoices: fc.constantFrom(1, 2) }),
    fc.record({ amount_off: fc.constantFrom('1', '500', '9999'), currency: fc.constant('USD') }),
  ),
  { maxLength: 3 },
);
const steps = fc.oneof(
  fc.constantFrom<object>(
    { step: 'change', plan_version_id: 'b' },
    { step: 'change', plan_version_id: 'yearly' },
    { step: 'cancel', credit_unused: true },
    { step: 'cancel' },
    { step: 'pause' },
  ),
  fc.record({
    step: fc.constant('add_on'),
    plan_version_id: fc.constant('seats'),
    quantity: fc.integer({ min: 1, max: 1000 }),
  }),
);
const given = fc.record({
  coupons,
  taxes: fc.subarray(['VAT', 'City', 'MwSt']),
  credit: fc.constantFrom(0, 1, 1000, 50_000),
  on: fc.constantFrom('a' as const, 'b' as const),
  after: fc.integer({ min: 0, max: PERIOD_END - START - 2 * MINUTE }),
  step: steps,
});

test('for any step, coupons, taxes, credit the preview is the invoice, to the cent', async () => {
  await fc.assert(
    fc.asyncProperty(given, async (one) => {
      // Back again, or all customers of before would have months to be billed.
      await scene.go((now = START));
      const customer = await scene.customer();
      await tax(customer, one.taxes);
      for (const coupon of one.coupons) await redeem(customer, coupon);
      const subscription = await scene.subscribe(customer, versions[one.on]);
      await scene.bill();
      if (one.credit > 0) {
        const lines = [{ description: 'Sorry', amount: `-${one.credit}` }];
        const draft = await created('/v1/invoices', { customer_id: customer, lines });
        await created(`/v1/invoices/${draft}/finalize`, {});
      }
      await scene.go((now = now + one.after));
      const before = (await scene.invoices(customer)).length;
      const { plan_version_id: name } = one.step as { plan_version_id?: keyof typeof versions };
      const step = { ...one.step, ...(name && { plan_version_id: versions[name] }) };
      if (name === one.on) return;
      const { due_now } = await previewed(subscription, step);
      await take(subscription, step);
      await scene.go((now = now + 2 * MINUTE));
      await scene.bill();
      const invoices = await since(customer, before);
      // Where nothing is due there is no invoice, or one of fees that come to nothing.
      expect(invoices.length).toBeLessThanOrEqual(1);
      const [invoice] = invoices;
      expect(invoice ? ofInvoice(invoice) : NOTHING).toEqual(ofPreview(due_now));
    }),
    { numRuns: 10 },
  );
}, 180_000);
