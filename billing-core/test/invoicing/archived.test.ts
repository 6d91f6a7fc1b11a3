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
