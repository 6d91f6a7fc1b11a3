import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Invoice, InvoiceSummary } from '../../billing-core/src/contract/invoice.ts';
import type { Payment } from '../../billing-core/src/contract/payment.ts';
import type { Reconciliation } from '../../billing-core/src/contract/reconciliation.ts';
import { openHistory, type History } from './core.ts';
import { END } from './days.ts';
import { FREE_LIMIT } from './offers.ts';
import type { PersonName } from './people.ts';

let history: History;
beforeAll(async () => {
  history = await openHistory();
}, 180_000);
afterAll(() => history.close());

const list = async <Row>(path: string): Promise<Row[]> =>
  (await history.world.call<{ data: Row[] }>('GET', path)).data;

async function invoicesOf(name: PersonName): Promise<Invoice[]> {
  const path = `/invoices?customer_id=${history.people[name].id}&limit=100`;
  const all = (await list<InvoiceSummary>(path)).toReversed();
  return Promise.all(all.map(({ id }) => history.world.call<Invoice>('GET', `/invoices/${id}`)));
}

test('ends where it says, with all usage rolled and every book saying the same', async () => {
  const { clock, sql } = history.rig.core;
  expect(clock.now).toBe(END);
  const [row] = await sql<[{ left: number; entries: number }]>`
    select (select count(*)::int from usage_batches where roll_number is null) as left,
           (select count(*)::int from usage_entries) as entries`;
  expect(row.left).toBe(0);
  expect(row.entries).toBeGreaterThan(2_000);
  const [books] = await list<Reconciliation>('/reconciliations');
  const differences = await list(`/reconciliations/${books?.id}/differences`);
  expect([books?.state, differences]).toEqual(['clean', []]);
});

test('customers were billed by the code that closes periods, and paid through Stripe', async () => {
  for (const name of ['acme', 'edelweiss', 'kiosk'] as const) {
    const invoices = await invoicesOf(name);
    expect(invoices.map(({ reason, state }) => [reason, state])).toEqual([
      ['fees', 'paid'],
      ['period', 'paid'],
    ]);
    expect(invoices[1]?.closing?.by).toBe('watermark');
    const used = invoices[1]?.lines.find(({ kind }) => kind === 'usage');
    expect(Number(used?.quantity)).toBeGreaterThan(0);
  }
});

test('one was declined and owes, one was refunded, one moved to another plan', async () => {
  const declined = await invoicesOf('dunder');
  expect(declined[0]).toMatchObject({ state: 'open', paid: '0' });
  expect(Date.parse(declined[0]?.due_at ?? '')).toBeLessThan(END);
  const refunded = (await invoicesOf('blueBottle')).find(({ credited }) => credited !== '0');
  const payments = await list<Payment>(`/invoices/${refunded?.id}/payments`);
  expect(payments.map(({ kind }) => kind).toSorted()).toEqual(['payment', 'refund']);
  const moved = await invoicesOf('contoso');
  const plans = new Set(moved.flatMap(({ lines }) => lines.map(({ plan }) => plan?.name)));
  expect(plans).toEqual(new Set(['Starter', 'Growth']));
});

test('who has a hard quota is denied above it, and no sooner', async () => {
  const { id } = history.people.fabrikam;
  const [used] = await history.rig.core.sql<[{ january: number; refused: number }]>`
    select (select sum(quantity)::int from usage_entries
             where customer_id = ${id} and minute < ${Date.UTC(2027, 1, 1) / 60_000}) as january,
           (select sum(requests)::int from usage_refusals
             where customer_id = ${id} and reason = 'quota_exceeded') as refused`;
  expect(used.january).toBeLessThanOrEqual(FREE_LIMIT);
  expect(used.january).toBeGreaterThan(FREE_LIMIT - 10);
  expect(used.refused).toBeGreaterThan(0);
});
