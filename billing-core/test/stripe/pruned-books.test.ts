import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { Reconciliation } from '../../src/contract/reconciliation.ts';
import { DAY_MS } from '../../src/kit/clock.ts';
import { KEPT_MS, pruneReconciliations } from '../../src/reconciliation/prune.ts';
import { openCore, type Core } from '../../src/test/core.ts';

// What comparisons found is kept for a quarter of a year, and what is found to this day for longer.

vi.setConfig({ testTimeout: 60_000 });
const NEWEST = 10;

let core: Core;
let customer: string;
beforeAll(async () => {
  core = await openCore();
  const made = await core.admin('POST', '/v1/customers', { name: 'Acme' });
  customer = made.body['id'] as string;
});
afterAll(() => core.close());
beforeEach(async () => {
  for (const table of ['reconciliation_totals', 'reconciliation_differences', 'reconciliations']) {
    await core.sql`delete from ${core.sql(table)}`;
  }
});

type Found = { subject: string; isRepaired?: boolean };
type Made = { age: number; state?: Reconciliation['state']; found?: Found[] };

const idOf = (at: number): string => `rcn_${String(at).padStart(24, '0')}`;

/** Comparisons that ended so many ms ago, the oldest first; each with one row of totals. */
async function made(...all: Made[]): Promise<void> {
  const { sql, clock } = core;
  for (const [at, { age, found = [], state }] of all.entries()) {
    const [id, ended] = [idOf(at), new Date(clock.now - age)];
    const said = state ?? (found.length > 0 ? 'different' : 'clean');
    await sql`insert into reconciliations (id, state, requested_by, since, began_at, ended_at)
      values (${id}, ${said}, 'test', ${ended}, ${ended}, ${said === 'running' ? null : ended})`;
    await sql`insert into reconciliation_totals
      (reconciliation_id, position, customer_id, period, currency, differing, stages)
      values (${id}, 0, ${customer}, '2026-01', 'USD', 0, '[]')`;
    for (const [position, { subject, isRepaired = false }] of found.entries()) {
      await sql`insert into reconciliation_differences
        (reconciliation_id, position, stage, kind, customer_id, subject_id, here, there, detail,
         repaired_at)
        values (${id}, ${position}, 'stripe', 'paid', ${customer}, ${subject}, '1', '2', '{}',
                ${isRepaired ? ended : null})`;
    }
  }
}
const recent = Array.from({ length: NEWEST }, () => ({ age: DAY_MS }));
const pruned = async (): Promise<string[]> => {
  await pruneReconciliations(core.sql, core.clock.now);
  const rows = await core.sql<{ id: string }[]>`
    select id from reconciliations where pruned_at is not null order by id`;
  return rows.map(({ id }) => id);
};
const OLD = KEPT_MS + 1_000;

test('the details of what is old go, what it came to stays, and newer ones are whole', async () => {
  await made(
    { age: OLD },
    { age: OLD, found: [{ subject: 'inv_1' }] },
    { age: KEPT_MS - 1_000, found: [{ subject: 'inv_1' }] },
    ...recent,
  );
  expect(await pruned()).toEqual([idOf(0), idOf(1)]);
  expect(await pruned()).toHaveLength(2);
  const left = await core.sql<{ id: string }[]>`
    select reconciliation_id as id from reconciliation_differences`;
  expect(left.map(({ id }) => id)).toEqual([idOf(2)]);
  const { body } = await core.admin('GET', `/v1/reconciliations/${idOf(1)}`);
  expect(body).toMatchObject({ state: 'different', pruned_at: expect.any(String) });
  const { status, body: of } = await core.admin('GET', `/v1/reconciliations/${idOf(1)}/totals`);
  expect([status, of['data']]).toEqual([200, []]);
});

test('the newest stay, however old they are, and what is running', async () => {
  await made({ age: OLD, state: 'running' }, ...recent.map(() => ({ age: 10 * OLD })));
  expect(await pruned()).toEqual([]);
  const { body } = await core.admin('GET', `/v1/reconciliations/${idOf(1)}`);
  expect(body['pruned_at']).toBeNull();
});

test.each([
  ['is found to this day stays', { subject: 'inv_1' }, [{ subject: 'inv_1' }], []],
  ['was repaired goes', { subject: 'inv_1', isRepaired: true }, [{ subject: 'inv_1' }], [idOf(0)]],
  ['is found no more goes', { subject: 'inv_1' }, [{ subject: 'inv_2' }], [idOf(0)]],
])('a difference that %s', async (_what, was, still, gone) => {
  // One that failed since says nothing of it.
  await made(
    { age: OLD, found: [was] },
    ...recent.slice(1),
    { age: 9_000, found: still },
    {
      age: 8_000,
      state: 'failed',
    },
  );
  expect(await pruned()).toEqual(gone);
});

test('two cores that prune at once do so once', async () => {
  await made(...Array.from({ length: 150 }, () => ({ age: OLD })), ...recent);
  await Promise.all([
    pruneReconciliations(core.sql, core.clock.now),
    pruneReconciliations(core.sql, core.clock.now),
  ]);
  expect(await pruned()).toHaveLength(150);
});
