import { afterAll, beforeAll, expect, test } from 'vitest';
import { openScene, type Scene } from './scene.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await openScene(Date.UTC(2027, 0, 31));
});
afterAll(() => scene.core.close());

async function owing(): Promise<{ customer: string; invoice: string }> {
  const customer = await scene.customer();
  const lines = [{ description: 'Work', amount: '5000' }];
  const draft = await scene.core.admin('POST', '/v1/invoices', { customer_id: customer, lines });
  const invoice = draft.body['id'] as string;
  await scene.core.admin('POST', `/v1/invoices/${invoice}/finalize`);
  return { customer, invoice };
}
const remove = (customer: string) => scene.core.admin('DELETE', `/v1/customers/${customer}`);

test.each([
  ['voided', 'void', {}],
  ['given up', 'uncollectible', {}],
  ['paid', 'payments', { amount: '5000', method: 'bank_transfer' }],
])('a customer that owes is not archived until its invoice is %s', async (_how, deed, body) => {
  const { customer, invoice } = await owing();
  const refused = await remove(customer);
  expect([refused.status, refused.body['code']]).toEqual([409, 'customer_owes']);
  expect(refused.body['detail']).toMatch(/^It has 1 open invoice: /);
  const kept = await scene.core.admin('GET', `/v1/customers/${customer}`);
  expect(kept.body['state']).toBe('active');
  const ended = await scene.core.admin('POST', `/v1/invoices/${invoice}/${deed}`, body);
  expect(ended.status, ended.text).toBeLessThan(300);
  expect((await remove(customer)).status).toBe(204);
});

const draftOf = async (customer: string): Promise<string> => {
  const lines = [{ description: 'Work', amount: '5000' }];
  const draft = await scene.core.admin('POST', '/v1/invoices', { customer_id: customer, lines });
  return draft.body['id'] as string;
};

test.each([
  ['discarded', 'DELETE', ''],
  ['finalized and paid', 'POST', '/finalize'],
] as const)('a customer with a draft is not archived until it is %s', async (_how, verb, deed) => {
  const customer = await scene.customer();
  const draft = await draftOf(customer);
  const refused = await remove(customer);
  expect([refused.status, refused.body['code']]).toEqual([409, 'state_conflict']);
  expect(refused.body['detail']).toBe(
    'It has a draft invoice: finalize it, to bill it, or discard it',
  );
  const path = `/v1/invoices/${draft}`;
  expect((await scene.core.admin(verb, `${path}${deed}`)).status).toBeLessThan(300);
  if (verb === 'POST') {
    expect((await remove(customer)).body['code']).toBe('customer_owes');
    await scene.core.admin('POST', `${path}/payments`, {});
  }
  expect((await remove(customer)).status).toBe(204);
});

test('a draft of who was archived before that is not finalized, and can be discarded', async () => {
  const customer = await scene.customer();
  const draft = await draftOf(customer);
  await scene.core.sql`update customers set state = 'archived' where id = ${customer}`;
  const refused = await scene.core.admin('POST', `/v1/invoices/${draft}/finalize`);
  expect([refused.status, refused.body['detail']]).toEqual([
    409,
    'The customer is archived: discard the draft',
  ]);
  const read = await scene.core.admin('GET', `/v1/invoices/${draft}`);
  expect([read.body['state'], read.body['number']]).toEqual(['draft', null]);
  expect((await scene.core.admin('DELETE', `/v1/invoices/${draft}`)).status).toBe(204);
});

test('a draft and an archiving at the same moment: one of them is refused', async () => {
  for (let round = 0; round < 10; round++) {
    const customer = await scene.customer();
    const draft = await draftOf(customer);
    const answers = await Promise.all([
      remove(customer),
      scene.core.admin('POST', `/v1/invoices/${draft}/finalize`),
      draftOf(customer),
    ]);
    expect([answers[0].status, answers[1].status]).toEqual([409, 200]);
    const later = await scene.customer();
    await Promise.all([remove(later), draftOf(later).catch(() => undefined)]);
    const [left] = await scene.core.sql<{ odd: number }[]>`
      select count(*)::int as odd from invoices join customers on customers.id = customer_id
       where invoices.state = 'draft' and customers.state = 'archived' and customers.id = ${later}`;
    expect(left?.odd).toBe(0);
  }
});

test('usage of who has left is billed all the same, by itself', async () => {
  const meter_id = 'mtr_requests';
  const version = await scene.plan([{ model: 'per_unit', meter_id, unit_amount: '100' }]);
  const customer = await scene.customer();
  const subscription = await scene.subscribe(customer, version);
  const start = scene.core.clock.now;
  await scene.go(start + 3_600_000);
  await scene.use(customer, { at: start + 60_000, requests: 3 });
  const path = `/v1/subscriptions/${subscription}/steps`;
  await scene.core.admin('POST', path, { step: 'cancel' });
  expect((await remove(customer)).status).toBe(204);
  await scene.go(start + 7_200_000);
  await scene.bill();
  expect((await scene.invoices(customer)).map(({ state, total }) => [state, total])).toEqual([
    ['open', '300'],
  ]);
});
