import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { customerWith, person } from '../../src/test/core.ts';
import { openRig, type Rig } from '../stripe/rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await openRig('leaks');
});
afterAll(() => rig.close());

let told = 0;
/** What Stripe tells, by its webhook. Out: what is kept of it. */
async function tell(type: string, object: object, previous?: object): Promise<string> {
  const id = `evt_leak${++told}`;
  const at = Math.floor(rig.core.clock.now / 1_000);
  const data = { object, ...(previous && { previous_attributes: previous }) };
  const event = { id, object: 'event', type, created: at, livemode: false, data };
  const body = JSON.stringify({ ...event, api_version: 'x' });
  const signed = createHmac('sha256', 'whsec_of_the_rig').update(`${at}.${body}`).digest('hex');
  const headers = { 'stripe-signature': `t=${at},v1=${signed}` };
  const answer = await rig.core.call('POST', '/webhooks/stripe', {
    body,
    headers: { ...headers, 'content-type': 'application/json' },
  });
  expect(answer.status, answer.text).toBe(200);
  return kept(id);
}
async function kept(id: string): Promise<string> {
  const [row] = await rig.core.sql<{ text: string }[]>`
    select payload::text as text from stripe_events where id = ${id}`;
  return row?.text ?? '';
}
async function erased(id: string): Promise<void> {
  const { admin } = rig.core;
  const { name } = (await admin('GET', `/v1/customers/${id}`)).body;
  await admin('DELETE', `/v1/customers/${id}`);
  await rig.settle();
  const answer = await admin('POST', `/v1/customers/${id}/erasure`, { name });
  expect(answer.status, answer.text).toBe(200);
}

test('what Stripe told, and tells, of a card that was taken off is kept bare', async () => {
  const id = await rig.customer('pm_card_visa');
  const invoice = await rig.invoice(id, [{ description: 'x', amount: '1000' }]);
  await rig.settle();
  expect((await rig.read(invoice.id)).state).toBe('paid');
  const [payer] = await rig.core.sql<{ stripe_id: string }[]>`
    select stripe_id from stripe_customers where customer_id = ${id}`;
  const off = { customer: payer?.stripe_id };
  const card = (pm: string, name: string) => ({
    ...{ id: pm, object: 'payment_method', customer: null },
    billing_details: { name, email: 'leaky@leak.test' },
  });
  expect(await tell('payment_method.detached', card('pm_before', 'Leaky'), off)).toContain('Leaky');
  const before = `evt_leak${told}`;
  await tell('payment_method.detached', card('pm_other', 'Stays'), { customer: 'cus_other' });
  await erased(id);
  expect(await kept(before)).toContain('pm_before');
  expect(await kept(before)).not.toMatch(/leak[y@]/i);
  expect(await kept(`evt_leak${told}`)).toContain('Stays');
  const after = await tell('payment_method.detached', card('pm_after', 'Leaky'), off);
  expect(after).toContain('pm_after');
  expect(after).not.toMatch(/leaky/i);
});

test('of a dispute nothing is kept that says who paid, whoever it is', async () => {
  const who = { customer_name: 'Leaky', customer_email_address: 'leaky@leak.test' };
  const dispute = {
    ...{ id: 'du_leak', object: 'dispute', charge: 'ch_1', payment_intent: 'pi_nobody' },
    evidence: { ...who, billing_address: 'Leaky street' },
    billing_details: { name: 'Leaky' },
    payment_method_details: { type: 'paypal', paypal: { payer_email: 'leaky@leak.test' } },
  };
  const text = await tell('charge.dispute.updated', dispute, { evidence: who });
  expect(text).toContain('pi_nobody');
  expect(text).not.toMatch(/leaky/i);
});

test('attempts of an address that ends like the one that is erased go on counting', async () => {
  const { sql } = rig.core;
  const [one, other] = [await person(rig.core), await person(rig.core)];
  await sql`update users set email = 'n@short.test' where id = ${one.id}`;
  await sql`update users set email = 'ann@short.test' where id = ${other.id}`;
  const { id } = await customerWith(rig.core, { owner: one });
  await sql`insert into rate_limits (key, count, started_at) values
    ('sign-in:account|n@short.test', 3, 0), ('sign-in:account|ann@short.test', 3, 0)`;
  await sql`insert into verifications (id, identifier, value, expires_at) values
    ('ver_1', 'any:n@short.test', 'x', now()), ('ver_2', 'any:ann@short.test', 'x', now()),
    ('ver_3', 'reset-password:x', ${one.id}, now())`;
  await erased(id);
  const keys = await sql`select key from rate_limits where key like '%short.test'`;
  expect(keys).toEqual([{ key: 'sign-in:account|ann@short.test' }]);
  const left = await sql`select id from verifications where id like 'ver__'`;
  expect(left).toEqual([{ id: 'ver_2' }]);
});
