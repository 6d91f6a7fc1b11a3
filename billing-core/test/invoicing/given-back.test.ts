import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Invoice } from '../../src/contract/invoice.ts';
import type { SubscriptionPreview } from '../../src/contract/subscription.ts';
import { openScene, type Scene } from './scene.ts';

// What was charged less is given back less: nobody gains by changing plans under a coupon.

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const START = Date.UTC(2027, 3, 1);

let scene: Scene;
let versions: Record<string, string>;
let made = 0;
beforeAll(async () => {
  scene = await openScene(START);
  const flat = (amount: string) => [{ model: 'flat', amount }];
  versions = {
    free: await scene.plan(flat('0')),
    small: await scene.plan(flat('3000')),
    large: await scene.plan(flat('9000')),
    odd: await scene.plan(flat('3333'), { proration: 'day' }),
    yen: await scene.plan(flat('999'), { currency: 'JPY' }),
  };
});
afterAll(() => scene.core.close());

const created = async (path: string, body: object): Promise<string> => {
  const answer = await scene.core.admin('POST', path, body);
  expect(answer.status, answer.text).toBeLessThan(300);
  return answer.body['id'] as string;
};
async function redeem(customer: string, coupon: object): Promise<void> {
  made += 1;
  const coupon_id = await created('/v1/coupons', { slug: `c-${made}`, name: 'Off', ...coupon });
  await created(`/v1/customers/${customer}/coupons`, { coupon_id });
}
const take = (subscription: string, step: object) =>
  scene.core.admin('POST', `/v1/subscriptions/${subscription}/steps`, step);
const change = (name: string) => ({ step: 'change', plan_version_id: versions[name] });

/** A customer on the large plan since the start, after whatever is done before it is billed. */
async function begun(before: (customer: string) => Promise<void> = async () => {}) {
  await scene.go(START);
  const customer = await scene.customer();
  await before(customer);
  const subscription = await scene.subscribe(customer, versions['large'] ?? '');
  await scene.bill();
  return { customer, subscription };
}
async function after(days: number, customer: string): Promise<Invoice | undefined> {
  await scene.go(START + days * DAY + 5 * MINUTE);
  await scene.bill();
  return (await scene.invoices(customer)).at(-1);
}

describe('what is given back of a period that was paid ahead', () => {
  test.each([
    ['half, where a coupon took half', { percent_off: '50' }, '-2250'],
    [
      'less by its part, where one took an amount',
      { amount_off: '1000', currency: 'USD' },
      '-4000',
    ],
    ['nothing, where one took all', { percent_off: '100' }, '0'],
  ])('is %s', async (_what, coupon, total) => {
    const { customer, subscription } = await begun((id) => redeem(id, coupon));
    await scene.go(START + 15 * DAY);
    const step = { step: 'cancel', credit_unused: true };
    const path = `/v1/subscriptions/${subscription}/preview`;
    const { due_now } = (await scene.core.admin('POST', path, step))
      .body as unknown as SubscriptionPreview;
    expect(due_now).toMatchObject({ subtotal: '-4500', total });
    await take(subscription, step);
    const invoice = await after(15, customer);
    expect(invoice).toMatchObject({ subtotal: '-4500', total });
    expect(invoice?.discounts).toMatchObject([
      {
        name: 'Never charged of what is given back',
        amount: (BigInt(invoice?.subtotal ?? 0) - BigInt(total)).toString(),
      },
    ]);
  });

  test('is all of it, where a coupon came later, which is off the new plan alone', async () => {
    const { customer, subscription } = await begun();
    await redeem(customer, { percent_off: '50' });
    await scene.go(START + 15 * DAY);
    await take(subscription, change('small'));
    expect(await after(15, customer)).toMatchObject({ subtotal: '-3000', total: '-3750' });
  });

  test('is nothing, where its invoice was void', async () => {
    const { customer, subscription } = await begun();
    const [first] = await scene.invoices(customer);
    await scene.core.admin('POST', `/v1/invoices/${first?.id}/void`);
    await scene.go(START + 15 * DAY);
    await take(subscription, { step: 'cancel', credit_unused: true });
    expect(await after(15, customer)).toMatchObject({ subtotal: '-4500', total: '0' });
  });

  test('is less, where it was credited in part already', async () => {
    const { customer, subscription } = await begun();
    const [first] = await scene.invoices(customer);
    const note = { reason: 'An outage', amount: '3000' };
    await created(`/v1/invoices/${first?.id}/credit-notes`, note);
    await scene.go(START + 15 * DAY);
    await take(subscription, { step: 'cancel', credit_unused: true });
    expect(await after(15, customer)).toMatchObject({ subtotal: '-4500', total: '-3000' });
  });

  test('is what it was, where the charge is on the same invoice', async () => {
    await scene.go(START);
    const customer = await scene.customer();
    await redeem(customer, { percent_off: '50' });
    const subscription = await scene.subscribe(customer, versions['large'] ?? '');
    await take(subscription, change('small'));
    expect(await after(0, customer)).toMatchObject({ subtotal: '3000', total: '1500' });
  });
});

const coupon = fc.constantFrom<object>(
  { percent_off: '50' },
  { percent_off: '100' },
  { percent_off: '33.333' },
  { percent_off: '10', invoices: 1 },
  { amount_off: '500', currency: 'USD' },
  { amount_off: '99999', currency: 'USD', invoices: 1 },
);
const deed = fc.oneof(
  fc.record({ what: fc.constantFrom('small', 'large', 'odd', 'free', 'void', 'credit') }),
  fc.record({ what: fc.constant('coupon'), coupon }),
);

test('whatever is done in a period, nobody is given back more than was charged', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(coupon, { maxLength: 2 }),
      fc.array(deed, { minLength: 1, maxLength: 5 }),
      async (first, deeds) => {
        const { customer, subscription } = await begun(async (id) => {
          for (const one of first) await redeem(id, one);
        });
        for (const [at, one] of deeds.entries()) {
          await scene.go(START + (3 + at * 4) * DAY);
          const last = (await scene.invoices(customer)).at(-1);
          if (one.what === 'coupon' && 'coupon' in one) await redeem(customer, one.coupon);
          else if (one.what === 'void') {
            await scene.core.admin('POST', `/v1/invoices/${last?.id}/void`);
          } else if (one.what === 'credit') {
            const path = `/v1/invoices/${last?.id}/credit-notes`;
            await scene.core.admin('POST', path, { reason: 'x', amount: '700' });
          } else await take(subscription, change(one.what));
          await scene.bill();
        }
        await scene.go(START + 26 * DAY);
        await take(subscription, { step: 'cancel', credit_unused: true });
        await scene.go(START + 26 * DAY + 5 * MINUTE);
        await scene.bill();
        const all = await scene.invoices(customer);
        const charged = all
          .filter(({ state }) => state !== 'void')
          .reduce((sum, { total, credited }) => sum + BigInt(total) - BigInt(credited), 0n);
        // Each line is rounded once: a cent for each that was.
        expect(charged).toBeGreaterThanOrEqual(BigInt(-deeds.length - 1));
      },
    ),
    { numRuns: 15 },
  );
}, 300_000);
