import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CustomerEvent } from '../../src/contract/customer-event.ts';
import { openScene, type Scene } from '../invoicing/scene.ts';

const DAY = 86_400_000;
const START = Date.UTC(2027, 0, 1);

let scene: Scene;
let customer = '';
let other = '';
beforeAll(async () => {
  scene = await openScene(START);
  const { admin } = scene.core;
  const version = await scene.plan([{ model: 'flat', amount: '2900' }]);
  customer = await scene.customer();
  other = await scene.customer();
  const subscription = await scene.subscribe(customer, version);
  await scene.subscribe(other, version);
  const key = await admin('POST', `/v1/customers/${customer}/keys`, { name: 'Laptop' });
  await scene.bill();
  await scene.go(START + DAY);
  await admin('POST', `/v1/keys/${key.body['id']}/revoke`, {});
  const [invoice] = await scene.invoices(customer);
  await admin('POST', `/v1/invoices/${invoice?.id}/credit-notes`, {
    reason: 'Agreed',
    amount: '900',
  });
  await scene.go(START + 2 * DAY);
  await admin('POST', `/v1/invoices/${invoice?.id}/payments`, { kind: 'payment', method: 'bank' });
  await admin('PATCH', `/v1/customers/${customer}`, { name: 'Renamed' });
  await scene.go(START + 3 * DAY);
  await admin('POST', `/v1/subscriptions/${subscription}/steps`, { step: 'pause' });
  await scene.go(START + 4 * DAY);
  await admin('POST', `/v1/subscriptions/${subscription}/steps`, { step: 'resume' });
  await scene.go(START + 5 * DAY);
  await admin('POST', `/v1/subscriptions/${subscription}/steps`, { step: 'cancel' });
});
afterAll(() => scene.core.close());

type List = { data: CustomerEvent[]; next_cursor: string | null };
async function page(id: string, query = ''): Promise<List> {
  const answer = await scene.core.admin('GET', `/v1/customers/${id}/events?${query}`);
  expect(answer.status, answer.text).toBe(200);
  return answer.body as unknown as List;
}

test('all that happened is in one order, the newest first, whatever book it is in', async () => {
  const { data } = await page(customer);
  const kinds = data.map(({ kind, note }) => (kind === 'admin.deed' ? note : `${kind} ${note}`));
  const told = kinds.filter((kind) => !kind.startsWith('dunning'));
  expect(told.slice(0, 3)).toEqual([
    'subscription.ended ',
    'subscription.phase resumed',
    'subscription.phase paused',
  ]);
  for (const kind of [
    'payment.payment bank',
    'invoice.paid fees',
    'customer.update',
    'credit_note.created Agreed',
    'key.revoked ',
    'key.created ',
    'invoice.finalized fees',
    'subscription.phase began',
    'customer.created ',
  ]) {
    expect(told).toContain(kind);
  }
  const times = data.map(({ at }) => at);
  expect(times).toEqual(times.toSorted().toReversed());
  const note = data.find(({ kind }) => kind === 'credit_note.created');
  expect(note).toMatchObject({ name: 'CN-000001', amount: '900', currency: 'USD' });
});

test('page by page it is the same list, none twice and none left out', async () => {
  const { data: all } = await page(customer);
  const found: CustomerEvent[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const some: List = await page(customer, `limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`);
    found.push(...some.data);
    cursor = some.next_cursor;
  }
  expect(found).toEqual(all);
});

test('a topic leaves the others out, and nobody sees what is another’s', async () => {
  const { data } = await page(customer, 'topic=money');
  expect(new Set(data.map(({ topic }) => topic))).toEqual(new Set(['money']));
  const { data: theirs } = await page(other);
  expect(theirs.some(({ kind }) => kind === 'credit_note.created')).toBe(false);
});

test.each([
  ['topic=secrets', 'topic'],
  ['cursor=bm90IG91cnM', 'cursor'],
  ['cursor=MTIzIGE%00', 'cursor'],
  ['limit=0', 'limit'],
  ['q=x', 'q'],
])('a question like %s is refused at its field', async (query, field) => {
  const answer = await scene.core.admin('GET', `/v1/customers/${customer}/events?${query}`);
  expect([answer.status, answer.body['errors'][0]?.['path']]).toEqual([400, field]);
});

test('of a customer that there is not it says so', async () => {
  const nobody = `cus_${'0'.repeat(24)}`;
  const answer = await scene.core.admin('GET', `/v1/customers/${nobody}/events`);
  expect(answer.status).toBe(404);
});
