import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { copyOf, testDatabase, type TestDatabase } from '../../../scripts/test/database.ts';
import { stateOf } from '../../../stripe-sim/src/control/state.ts';
import { eraseAgain } from '../../src/personal/erase.ts';
import { comparedIn, openRig, type Rig } from '../stripe/rig.ts';
import { fullCustomer, type Full } from './full-customer.ts';
import { booksNow, tablesWith } from './traces.ts';

// The database goes back to before an erasure, with Stripe as it was left by it.

const folder = mkdtempSync(join(tmpdir(), 'erased-again-'));
let database: TestDatabase;
let rig: Rig;
const state = join(folder, 'stripe.json');
const open = async (own: TestDatabase): Promise<void> => {
  rig = await openRig('again', { own, state });
};
const shut = async (): Promise<void> => {
  writeFileSync(state, stateOf(rig.sim.world));
  await rig.close();
};
beforeAll(async () => {
  database = await testDatabase();
  await open(database);
});
afterAll(async () => {
  await rig.close();
  await database.drop();
  rmSync(folder, { recursive: true });
});

async function erased({ id, mark }: Pick<Full, 'id' | 'mark'>): Promise<void> {
  await rig.core.admin('DELETE', `/v1/customers/${id}`);
  await rig.settle();
  const name = `=${mark} GmbH`;
  const done = await rig.core.admin('POST', `/v1/customers/${id}/erasure`, { name });
  expect(done.status, done.text).toBe(200);
  await rig.settle();
}

test('what a backup brings back is erased, drafts among it, and all books agree', async () => {
  const ann = await fullCustomer(rig, 'Backann');
  const draft = await rig.core.admin('POST', '/v1/invoices', {
    ...{ customer_id: ann.id, note: 'for Backann' },
    lines: [{ description: 'Backann work', amount: '7' }],
  });
  await shut();
  const backup = await copyOf(database);
  await open(database);
  const discarded = await rig.core.admin('DELETE', `/v1/invoices/${draft.body['id']}`);
  expect(discarded.status).toBe(204);
  await erased(ann);
  await shut();
  await database.drop();

  database = backup;
  await open(backup);
  const { sql, clock } = rig.core;
  expect(await tablesWith(sql, ann.mark)).toContain('public.users');
  const books = await booksNow(sql);
  const again = await sql.begin((tx) => eraseAgain(tx, ann.id, clock.now));
  expect(again).toEqual({ became: 'erased', open: ['draft_invoices'] });
  await rig.settle();
  expect(await tablesWith(sql, ann.mark)).toEqual([]);
  expect(await booksNow(sql)).toBe(books);
  expect(await sql`select said, is_stuck from stripe_queue`).toEqual([]);
  expect(await comparedIn(rig)).toMatchObject({ state: 'clean', data: [] });
});

test('who has the name that an erasure leaves is erased as well', async () => {
  const { core } = rig;
  const id = await rig.customer();
  const invoice = await rig.core.admin('POST', '/v1/invoices', {
    ...{ customer_id: id, note: 'for Hiddenann' },
    lines: [{ description: 'Hiddenann work', amount: '7' }],
  });
  await core.admin('PATCH', `/v1/customers/${id}`, {
    name: 'Erased customer',
    billing_address: 'Hiddenann Street',
  });
  await rig.post(invoice.body['id'] as string, 'finalize');
  // The second looks like an id of Stripe's, and is none of money.
  for (const [reference, amount] of [
    ['Hiddenann', '3'],
    ['hi_Hiddenann', '4'],
  ]) {
    const paid = await rig.post(invoice.body['id'] as string, 'payments', { reference, amount });
    expect(paid.status, paid.text).toBe(201);
  }
  await rig.settle();
  await core.admin('DELETE', `/v1/customers/${id}`);
  await rig.settle();
  const done = await core.admin('POST', `/v1/customers/${id}/erasure`, { name: 'Erased customer' });
  expect(done.body, done.text).toMatchObject({ counts: { invoices: 1 } });
  await rig.settle();
  expect(await tablesWith(core.sql, 'Hiddenann')).toEqual([]);
});
