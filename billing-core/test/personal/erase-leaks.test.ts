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

const WHO = { name: 'Leaky', email: 'leaky@leak.test', address: { line1: 'Leaky street' } };

// Forms of Stripe's that name people; of some nothing says which customer that is.
test.each([
  ['customer.updated', { id: 'cus_l', object: 'customer', ...WHO }],
  [
    'payment_method.detached',
    { id: 'pm_l', object: 'payment_method', customer: null, billing_details: WHO },
  ],
  [
    'refund.created',
    { id: 're_l', object: 'refund', payment_intent: 'pi_l', instructions_email: WHO.email },
  ],
  ['review.opened', { id: 'prv_l', object: 'review', payment_intent: 'pi_l', ip_address: 'leaky' }],
  [
    'charge.dispute.updated',
    { id: 'du_l', object: 'dispute', payment_intent: 'pi_l', evidence: { customer_name: 'Leaky' } },
  ],
  ['invoice.paid', { id: 'in_l', object: 'invoice', customer: 'cus_l', customer_name: 'Leaky' }],
])('of %s nothing is kept but which object it is about', async (type, object) => {
  const text = await tell(type, object, { evidence: WHO, name: 'Leaky' });
  expect(text).toContain(object.id);
  expect(text).toContain(type);
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
