import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { changesAfter, lastChange } from '../../src/kit/changes.ts';
import { person } from '../../src/test/core.ts';
import { openScene, type Scene } from './scene.ts';

const START = Date.UTC(2027, 0, 1);

let scene: Scene;
let version: string;
let before: { facts: bigint; money: bigint };
beforeAll(async () => {
  scene = await openScene(START);
  version = await scene.plan([{ model: 'flat', amount: '1000' }]);
});
afterAll(() => scene.core.close());

const mark = async () => {
  const { sql } = scene.core;
  before = { facts: await lastChange(sql, 'facts'), money: await lastChange(sql, 'money') };
};
beforeEach(mark);

/** What whoever passes on money is told since the last mark. */
async function told(): Promise<string[]> {
  const changes = await changesAfter(scene.core.sql, 'money', before.money);
  return changes.map(({ kind, subjectId }) => `${kind} ${subjectId}`);
}
async function post(path: string, body: object = {}): Promise<string> {
  const answer = await scene.core.admin('POST', path, body);
  expect(answer.status, answer.text).toBeLessThan(300);
  return answer.body['id'] as string;
}

/** A customer with an open invoice of 10.00; nothing is told yet of what comes. */
async function owing(): Promise<{ customer: string; invoice: string }> {
  const customer = await scene.customer();
  await scene.subscribe(customer, version);
  await scene.bill();
  const [invoice] = await scene.invoices(customer);
  await mark();
  return { customer, invoice: invoice?.id ?? '' };
}

test('an invoice is told when it is final, and not while it is a draft', async () => {
  const customer = await scene.customer();
  await scene.subscribe(customer, version);
  await scene.bill();
  const [billed] = await scene.invoices(customer);
  expect(await told()).toEqual([`invoice ${billed?.id}`]);
  await mark();
  const lines = [{ description: 'Advice', amount: '500' }];
  const draft = await post('/v1/invoices', { customer_id: customer, lines });
  expect(await told()).toEqual([]);
  await post(`/v1/invoices/${draft}/finalize`);
  expect(await told()).toEqual([`invoice ${draft}`]);
});

test.each(['void', 'uncollectible'])('an invoice that becomes %s is told', async (state) => {
  const { invoice } = await owing();
  await post(`/v1/invoices/${invoice}/${state}`);
  expect(await told()).toEqual([`invoice ${invoice}`]);
});

test('money that comes and goes back is told, with the invoice it was for', async () => {
  const { invoice } = await owing();
  const paid = await post(`/v1/invoices/${invoice}/payments`, { method: 'bank' });
  expect(await told()).toEqual([`invoice ${invoice}`, `payment ${paid}`]);
  await mark();
  const refund = { method: 'bank', kind: 'refund', amount: '400' };
  const back = await post(`/v1/invoices/${invoice}/payments`, refund);
  expect(await told()).toEqual([`invoice ${invoice}`, `payment ${back}`]);
});

test('a credit note is told, with the invoice it credits', async () => {
  const { invoice } = await owing();
  await post(`/v1/invoices/${invoice}/credit-notes`, { reason: 'kindness', amount: '100' });
  const [{ id }] = await scene.core.sql<[{ id: string }]>`
    select id from credit_notes where invoice_id = ${invoice}`;
  expect(await told()).toEqual([`invoice ${invoice}`, `credit_note ${id}`]);
});

test('what is refused is not told', async () => {
  const { invoice } = await owing();
  const path = `/v1/invoices/${invoice}/payments`;
  const answer = await scene.core.admin('POST', path, { method: 'bank', amount: '1001' });
  expect(answer.status).toBe(409);
  expect(await told()).toEqual([]);
});

test('who pays is told when invoices would say something else, or go elsewhere', async () => {
  const customer = await scene.customer();
  const patch = (change: object) => scene.core.admin('PATCH', `/v1/customers/${customer}`, change);
  await patch({ metadata: { tier: 'gold' } });
  expect(await told()).toEqual([]);
  await patch({ billing_address: 'Main Street 1', tax_number: 'DE1' });
  await patch({ name: 'Renamed' });
  await patch({ name: 'Renamed' });
  const settings = { addresses: ['bills@example.test'], mailed: [] };
  await scene.core.admin('PUT', `/v1/customers/${customer}/notice-settings`, settings);
  const { id: user_id } = await person(scene.core);
  const member = await post(`/v1/customers/${customer}/memberships`, { user_id, role: 'viewer' });
  await scene.core.admin('PATCH', `/v1/memberships/${member}`, { role: 'billing' });
  await scene.core.admin('DELETE', `/v1/memberships/${member}`);
  expect(await told()).toEqual(Array(6).fill(`payer ${customer}`));
});

test('gateways hear nothing of money, and are not woken by it', async () => {
  const { customer, invoice } = await owing();
  const token = await scene.core.mint(['sync']);
  const heard = async (waitMs: number) => {
    const path = `/internal/v1/changes?after=${before.facts}&wait_ms=${waitMs}`;
    const headers = { authorization: `Bearer ${token}` };
    return (await scene.core.call('GET', path, { headers })).body;
  };
  const waiting = heard(20_000);
  await post(`/v1/invoices/${invoice}/payments`, { method: 'bank' });
  expect(await told()).toHaveLength(2);
  expect(await lastChange(scene.core.sql, 'facts')).toBe(before.facts);
  expect(await heard(0)).toEqual({ last: String(before.facts), changes: [] });
  await scene.core.admin('PATCH', `/v1/customers/${customer}`, { metadata: { tier: 'gold' } });
  const last = await lastChange(scene.core.sql, 'facts');
  const changes = [{ number: String(last), kind: 'customer', id: customer }];
  expect(await waiting).toEqual({ last: String(last), changes });
});
