import { afterAll, beforeAll, expect, test } from 'vitest';
import { follow } from '../../src/invoicing/follow.ts';
import { eraseAgain } from '../../src/personal/erase.ts';
import { allOf, comparedIn, openRig, type Rig } from '../stripe/rig.ts';

// What is owed, to a customer or by it, is not lost with its name.

let rig: Rig;
beforeAll(async () => {
  rig = await openRig('erasemoney');
});
afterAll(() => rig.close());

const admin = (method: string, path: string, body?: unknown) => rig.core.admin(method, path, body);
const objections = async (id: string): Promise<string[]> => {
  const { body } = await admin('GET', `/v1/customers/${id}/erasure`);
  return (body['objections'] as unknown as { reason: string }[]).map(({ reason }) => reason);
};
const erase = async (id: string) => {
  const { body } = await admin('GET', `/v1/customers/${id}`);
  return admin('POST', `/v1/customers/${id}/erasure`, { name: body['name'] });
};
const refunds = (): number => allOf(rig.sim, 'refund').length;

/** An archived customer whose invoice was paid by card. */
async function paidAndGone(): Promise<{ id: string; invoice: string }> {
  const id = await rig.customer('pm_card_visa');
  const { id: invoice } = await rig.invoice(id, [{ description: 'It', amount: '1000' }]);
  await rig.settle();
  expect((await rig.read(invoice)).state).toBe('paid');
  await admin('DELETE', `/v1/customers/${id}`);
  await rig.settle();
  return { id, invoice };
}

/** Nobody's: whether there is such a person is not looked at. */
const LATE = 'usr_01m8rjt2g82fv1hem60zhvq3';

const giveBack = async (invoice: string): Promise<void> => {
  const note = { reason: 'agreed', amount: '1000' };
  expect((await admin('POST', `/v1/invoices/${invoice}/credit-notes`, note)).status).toBe(201);
  const refund = { kind: 'refund', method: 'stripe', amount: '1000' };
  expect((await admin('POST', `/v1/invoices/${invoice}/payments`, refund)).status).toBe(201);
};

test('it waits for a refund that was only just asked for', async () => {
  const { id, invoice } = await paidAndGone();
  const before = refunds();
  await giveBack(invoice);
  expect((await erase(id)).body['errors']).toMatchObject([{ path: 'stripe_not_told' }]);
  await rig.settle();
  expect((await erase(id)).status).toBe(200);
  await rig.settle();
  expect(refunds()).toBe(before + 1);
  expect((await comparedIn(rig)).data).toEqual([]);
});

test('a refund that is asked for afterwards gets to Stripe all the same', async () => {
  const { id, invoice } = await paidAndGone();
  const before = refunds();
  expect((await erase(id)).status).toBe(200);
  await rig.settle();
  await giveBack(invoice);
  await rig.settle();
  expect(refunds()).toBe(before + 1);
  expect((await comparedIn(rig)).data).toEqual([]);
});

test('it waits until Stripe has heard that an invoice is void', async () => {
  const id = await rig.customer();
  const { id: invoice } = await rig.invoice(id, [{ description: 'It', amount: '1000' }]);
  await rig.settle();
  await admin('POST', `/v1/invoices/${invoice}/void`, {});
  await admin('DELETE', `/v1/customers/${id}`);
  expect(await objections(id)).toEqual(['stripe_not_told']);
  await rig.settle();
  expect((await erase(id)).status).toBe(200);
  await rig.settle();
  expect((await comparedIn(rig)).data).toEqual([]);
});

test('it waits until what was credited is paid back', async () => {
  const id = await rig.customer();
  const { id: invoice } = await rig.invoice(id, [{ description: 'It', amount: '1000' }]);
  const paid = { amount: '1000', method: 'bank', reference: 'x' };
  await admin('POST', `/v1/invoices/${invoice}/payments`, paid);
  await admin('POST', `/v1/invoices/${invoice}/credit-notes`, { reason: 'agreed', amount: '1000' });
  await rig.settle();
  await admin('DELETE', `/v1/customers/${id}`);
  await rig.settle();
  expect(await objections(id)).toEqual(['money_owed_back']);
});

async function created(path: string, body: unknown): Promise<string> {
  const answer = await admin('POST', path, body);
  expect(answer.status, answer.text).toBe(201);
  return String(answer.body['id']);
}

/** A customer with a live subscription, of a plan of this name. */
async function subscribed(slug: string): Promise<{ id: string; subscription: string }> {
  const plan = await created('/v1/plans', { slug, name: 'Gone' });
  const terms = { currency: 'USD', prices: [], entitlements: [] };
  const version = await created(`/v1/plans/${plan}/versions`, terms);
  await admin('POST', `/v1/plan-versions/${version}/publish`, {});
  const id = await rig.customer();
  const wanted = { customer_id: id, plan_version_id: version };
  return { id, subscription: await created('/v1/subscriptions', wanted) };
}

test('it waits for billing to see that a subscription was there at all', async () => {
  const { sql } = rig.core;
  const { id, subscription } = await subscribed('gone');
  await admin('POST', `/v1/subscriptions/${subscription}/cancel`, {});
  expect((await admin('DELETE', `/v1/customers/${id}`)).status).toBe(204);
  await rig.settle();
  const cycles = () => sql`select due_at from billing_cycles where customer_id = ${id}`;
  expect(await cycles()).toEqual([]);
  expect(await objections(id)).toEqual(['usage_not_closed']);
  await follow(sql);
  // From here on the period itself holds it, until that is closed.
  expect(await cycles()).toMatchObject([{ due_at: expect.any(Date) }]);
  expect(await objections(id)).toEqual(['usage_not_closed']);
});

test('afterwards it takes no name, no member and no address', async () => {
  const { id } = await paidAndGone();
  expect((await erase(id)).status).toBe(200);
  const answers = [
    await admin('PATCH', `/v1/customers/${id}`, { name: 'Back again' }),
    await admin('POST', `/v1/customers/${id}/memberships`, { user_id: LATE, role: 'owner' }),
    await admin('PUT', `/v1/customers/${id}/notice-settings`, {
      addresses: ['late@erase.test'],
      mailed: [],
    }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([409, 409, 409]);
});

test('a subscription that a backup brought back is named, and can be ended', async () => {
  const { sql, clock } = rig.core;
  const { id, subscription } = await subscribed('back');
  const again = await sql.begin((tx) => eraseAgain(tx, id, clock.now));
  expect(again).toEqual({ became: 'erased', open: ['live_subscription', 'usage_not_closed'] });
  const ended = await admin('POST', `/v1/subscriptions/${subscription}/cancel`, {});
  expect(ended.status, ended.text).toBe(200);
});
