import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Attention } from '../../src/contract/attention.ts';
import type { Invoice } from '../../src/contract/invoice.ts';
import { runClosing } from '../../src/invoicing/jobs.ts';
import { objectionTo } from '../../src/stripe/invoice-form.ts';
import { customerWith, person } from '../../src/test/core.ts';
import { allOf, comparedIn, line, openRig, type Rig } from './rig.ts';

// What Stripe cannot take is known before an invoice is final, and holds up nothing after it.

vi.setConfig({ testTimeout: 60_000 });
const CARD = 'pm_card_visa';
const LARGE = 100_000_000;
const SAID = 'Stripe takes no amount of 100000000 minor units of USD: 99999999 at most';

let rig: Rig;
beforeAll(async () => {
  rig = await openRig('not-collectable');
});
afterAll(() => rig.close());

async function draft(customer_id: string, ...amounts: number[]): Promise<Invoice> {
  const lines = amounts.map((amount) => line(amount));
  const { body } = await rig.core.admin('POST', '/v1/invoices', { customer_id, lines });
  return body as unknown as Invoice;
}
const waiting = async (): Promise<number | undefined> => {
  const { body } = await rig.core.admin('GET', '/v1/attention');
  return (body as unknown as Attention).stripe?.not_collected;
};
const atStripe = ({ id }: Invoice) =>
  allOf(rig.sim, 'invoice').find(({ metadata }) => metadata?.['tollgate_invoice'] === id);

test.each([
  ['USD', 99_999_999n, 99_999_999n, undefined],
  ['USD', 100_000_000n, 100_000_000n, SAID],
  ['USD', 1n, 100_000_000n, SAID],
  ['ISK', 1n, 1n, 'Stripe writes ISK in another unit: collect it another way'],
  ['KWD', 1_010n, 1_005n, undefined],
  ['KWD', 1_005n, 1_005n, 'Stripe takes no amount of 1005 thousandths of KWD'],
])('%s %s with an amount of %s on it: %s', (currency, due, largest, said) => {
  expect(objectionTo({ currency, due, largest })).toBe(said);
});

describe('an invoice that is too large for Stripe', () => {
  test.each([
    ['a total', [LARGE]],
    ['a line, of a small total', [LARGE, 1_000 - LARGE]],
  ])('is refused as a draft by %s, and takes no number', async (_what, amounts) => {
    const customer = await rig.customer(CARD);
    const made = await draft(customer, ...amounts);
    expect(made.not_collected).toBe(SAID);
    expect((await rig.read(made.id)).not_collected).toBe(SAID);
    const { status, body } = await rig.post(made.id, 'finalize');
    expect([status, body['code'], body['detail']]).toEqual([409, 'not_collectable', SAID]);
    expect(await rig.read(made.id)).toMatchObject({ state: 'draft', number: null });
    const [before, after] = [await rig.invoice(customer), await rig.invoice(customer)];
    const number = (text: string | null) => Number(text?.split('-')[1]);
    expect(number(after.number)).toBe(number(before.number) + 1);
  });

  test('is final when an admin says so, is told to nobody, and holds up nothing', async () => {
    const customer = await rig.customer(CARD);
    const made = await draft(customer, LARGE);
    const final = await rig.post(made.id, 'finalize?uncollected=allow');
    expect([final.status, final.body['not_collected']]).toEqual([200, SAID]);
    const next = await rig.invoice(customer);
    await rig.settle();
    expect(atStripe(made)).toBeUndefined();
    expect(await rig.read(next.id)).toMatchObject({ state: 'paid', not_collected: null });
    expect((await comparedIn(rig)).data).toEqual([]);
    expect(await waiting()).toBe(1);
    const listed = await rig.core.admin('GET', '/v1/invoices?state=open&only=not_collected');
    expect((listed.body['data'] as unknown as Invoice[]).map(({ id }) => id)).toEqual([made.id]);
    await rig.post(made.id, 'payments', { method: 'transfer' });
    await rig.settle();
    expect(await waiting()).toBe(0);
    expect((await comparedIn(rig)).data).toEqual([]);
  });

  test('has no page on which it is paid, and says why', async () => {
    const owner = await person(rig.core);
    const { id: customer } = await customerWith(rig.core, { owner });
    const made = await draft(customer, LARGE);
    await rig.post(made.id, 'finalize?uncollected=allow');
    const path = `/portal/v1/customers/${customer}`;
    const page = { page: 'invoice', invoice_id: made.id };
    for (const [where, body] of [
      ['/payment-pages', page],
      [`/invoices/${made.id}/charge`, undefined],
    ] as const) {
      const answer = await owner.call('POST', path + where, body);
      expect([answer.status, answer.body['code']]).toEqual([409, 'state_conflict']);
      expect(answer.body['detail']).toContain('paid another way');
    }
    await rig.post(made.id, 'void');
  });

  test.each(['no', '', 'true', 'allow%00'])('is not final by uncollected=%s', async (said) => {
    const made = await draft(await rig.customer(), LARGE);
    const { status } = await rig.post(made.id, `finalize?uncollected=${said}`);
    expect(status).toBe(400);
  });

  test('asks nobody where all of it comes from the customer’s credit', async () => {
    const customer = await rig.customer();
    await rig.invoice(customer, [line(-LARGE)]);
    const made = await draft(customer, LARGE);
    expect(made.not_collected).toBeNull();
    expect((await rig.post(made.id, 'finalize')).body['state']).toBe('paid');
  });
});

test('a period that comes to too much is closed beside the others, and says why', async () => {
  const made = async (path: string, body: object): Promise<string> => {
    const answer = await rig.core.admin('POST', path, body);
    expect(answer.status, answer.text).toBeLessThan(300);
    return answer.body['id'] as string;
  };
  const subscribed = async (slug: string, amount: number): Promise<string> => {
    const plan = await made('/v1/plans', { slug, name: slug });
    const prices = [{ model: 'flat', amount: String(amount) }];
    const content = { currency: 'USD', prices, entitlements: [] };
    const plan_version_id = await made(`/v1/plans/${plan}/versions`, content);
    await made(`/v1/plan-versions/${plan_version_id}/publish`, {});
    const customer_id = await rig.customer(CARD);
    await made('/v1/subscriptions', { customer_id, plan_version_id });
    return customer_id;
  };
  const customers = [await subscribed('large', LARGE), await subscribed('small', 1_000)];
  const { sql, log, send } = rig.kit;
  const close = () =>
    runClosing(
      { sql, log, send, now: rig.core.clock.now, objectionTo },
      new AbortController().signal,
    );
  expect(await close()).toBe(2);
  expect(await close()).toBe(0);
  await rig.settle();
  const shown = await Promise.all(
    customers.map(async (id) => {
      const { body } = await rig.core.admin('GET', `/v1/invoices?customer_id=${id}`);
      const [one] = body['data'] as unknown as Invoice[];
      return rig.read(one?.id ?? '');
    }),
  );
  expect(shown.map(({ state, not_collected }) => [state, not_collected])).toEqual([
    ['open', SAID],
    ['paid', null],
  ]);
  expect((await comparedIn(rig)).data).toEqual([]);
  expect(await waiting()).toBe(1);
});
