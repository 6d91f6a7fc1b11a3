import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eraseAgain } from '../../src/personal/erase.ts';
import { CARRIED_METHOD } from '../../src/stripe/carried.ts';
import { DISPUTE_METHOD } from '../../src/stripe/dispute-store.ts';
import { STRIPE_METHOD } from '../../src/stripe/work-store.ts';
import { customerWith, openCore, type Core } from '../../src/test/core.ts';
import { tablesWith } from './traces.ts';

// How money came or went is what operators type: an erasure leaves no name in it.

const WHO = 'Leaky';
const MIGRATION = new URL('../../migrations/0083_erased_methods.sql', import.meta.url);
let core: Core;
beforeAll(async () => {
  core = await openCore();
});
afterAll(() => core.close());

async function created(path: string, body: object): Promise<string> {
  const answer = await core.admin('POST', `/v1${path}`, body);
  expect(answer.status, answer.text).toBe(201);
  return answer.body['id'] as string;
}
async function sent(customer_id: string): Promise<string> {
  const lines = [{ description: 'Work', amount: '1000' }];
  const id = await created('/invoices', { customer_id, lines });
  await core.admin('POST', `/v1/invoices/${id}/finalize`);
  return id;
}

/** Somebody who paid in ways that name people, was paid out in one, and owes nothing. */
async function payer(): Promise<string> {
  const { id } = await customerWith(core, {});
  const [first, second] = [await sent(id), await sent(id)];
  await created(`/invoices/${first}/payments`, { amount: '400', method: `${WHO}'s cheque` });
  await created(`/invoices/${first}/payments`, { method: 'Bank transfer' });
  await created(`/invoices/${second}/payments`, { method: `cash of ${WHO}` });
  await created(`/invoices/${second}/credit-notes`, {
    reason: 'Agreed',
    to_balance: '500',
    amount: '500',
  });
  const out = { amount: '500', method: `envelope for ${WHO}`, reference: '' };
  await created(`/customers/${id}/balance/payouts`, out);
  await core.admin('DELETE', `/v1/customers/${id}`);
  return id;
}

const methods = async (id: string): Promise<string[]> =>
  (
    await core.sql<{ method: string }[]>`
      select method from payments where customer_id = ${id}
       union all
      select method from customer_balance_entries where customer_id = ${id} and method is not null
       order by 1`
  ).map(({ method }) => method);
const erase = (id: string) => core.admin('POST', `/v1/customers/${id}/erasure`, { name: 'Acme' });

test('a method somebody typed goes from payments and payouts; a usual word stays', async () => {
  const id = await payer();
  expect(await tablesWith(core.sql, WHO)).not.toEqual([]);
  const erased = await erase(id);
  expect(erased.status, erased.text).toBe(200);
  expect(await methods(id)).toEqual(['Bank transfer', 'other', 'other', 'other']);
  expect(await tablesWith(core.sql, WHO)).toEqual([]);
});

test('so it is where an erasure is applied to what a backup brought back', async () => {
  const id = await payer();
  await core.sql.begin((tx) => eraseAgain(tx, id, core.clock.now));
  expect(await methods(id)).toEqual(['Bank transfer', 'other', 'other', 'other']);
});

test('documents that keep their name keep it; what is on none does not', async () => {
  await core.admin('PUT', '/v1/erasure-settings', { keep_documents_days: 365 });
  const id = await payer();
  expect((await erase(id)).status).toBe(200);
  expect(await methods(id)).toEqual([
    'Bank transfer',
    `${WHO}'s cheque`,
    `cash of ${WHO}`,
    'other',
  ]);
});

test('those who were erased before lose it by the migration', async () => {
  const id = await payer();
  await core.admin('PUT', '/v1/erasure-settings', { keep_documents_days: 0 });
  await erase(id);
  await core.sql.begin(async (tx) => {
    await tx`select set_config('tollgate.erasing', ${id}, true)`;
    await tx`update payments set method = ${WHO} where customer_id = ${id}`;
    await tx`update customer_balance_entries set method = ${WHO}
      where customer_id = ${id} and method is not null`;
  });
  const text = readFileSync(MIGRATION, 'utf8');
  await core.sql.begin((tx) => tx.unsafe(text.slice(text.indexOf('do $$'))));
  expect(await methods(id)).toEqual(['other', 'other', 'other', 'other']);
});

test('what programs write stays: they look for it', async () => {
  const words = [STRIPE_METHOD, DISPUTE_METHOD, CARRIED_METHOD, 'beside stripe', 'manual', 'other'];
  const known = await core.sql<{ word: string }[]>`
    select word from unnest(${words}::text[]) word where is_known_method(word)`;
  expect(known.map(({ word }) => word)).toEqual(words);
});
