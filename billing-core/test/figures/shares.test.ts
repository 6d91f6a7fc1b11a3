import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RevenueRow } from '../../src/contract/figures.ts';
import { revenueRows } from '../../src/figures/revenue-store.ts';
import { keepAllShares } from '../../src/figures/shares.ts';
import type { Query } from '../../src/kit/database.ts';
import { hold, somebodyWaits } from '../../src/test/core.ts';
import { openScene, type Scene } from '../invoicing/scene.ts';

// Revenue by route is the same, to the minor unit, whether it is kept or divided when asked for.

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const START = Date.UTC(2027, 0, 1, 7, 13);
const MONTHS = 3;
const CUSTOMERS = 4;
const ROUTES = ['rte_a', 'rte_b', 'rte_c'];
const meter_id = 'mtr_requests';

let scene: Scene;
let people: string[];
let version: string;

/** The same numbers each time. */
let seed = 7;
function upTo(max: number): number {
  seed = (seed * 48_271) % 2_147_483_647;
  return seed % max;
}

const ask = () => {
  const days = { from: START - DAY, to: scene.core.clock.now + 40 * DAY };
  return { ...days, interval: 'day', group_by: 'route', currency: undefined } as const;
};
const read = (sql: Query): Promise<RevenueRow[]> => revenueRows(sql, ask());

class Undone extends Error {}
/** What it is when nothing is kept. */
async function divided(): Promise<RevenueRow[]> {
  let rows: RevenueRow[] = [];
  const undone = scene.core.sql.begin(async (tx) => {
    await tx`delete from route_shares`;
    rows = await read(tx);
    throw new Undone();
  });
  await undone.catch((error: unknown) => {
    if (!(error instanceof Undone)) throw error;
  });
  return rows;
}
async function expectSame(): Promise<RevenueRow[]> {
  const [kept, fresh] = [await read(scene.core.sql), await divided()];
  expect(kept).toEqual(fresh);
  expect(kept.length).toBeGreaterThan(0);
  return kept;
}
const keep = (limit = 3): Promise<void> =>
  keepAllShares(scene.core.sql, { now: scene.core.clock.now, limit });
const kept = async (): Promise<string[]> =>
  (
    await scene.core.sql<{ id: string }[]>`
    select document_id as id from route_shares order by 1`
  ).map(({ id }) => id);

/** Usage of a month by routes, some by none that is billed, at minutes that are no whole hours. */
async function useMonth(start: number): Promise<void> {
  const uses = people.flatMap((customer, who) =>
    Array.from({ length: 12 }, () => ({
      customer,
      at: start + upTo(27 * 24 * 60) * MINUTE,
      requests: 1 + upTo(900),
      // The last one has one route alone, and the others up to three.
      route_id: who === CUSTOMERS - 1 ? 'rte_a' : (ROUTES[upTo(3)] ?? ''),
      ...(upTo(5) === 0 && { outcome: 'client_error' as const }),
    })),
  );
  await scene.useAll(uses);
}

beforeAll(async () => {
  scene = await openScene(START);
  const used = { model: 'per_unit', meter_id, unit_amount: '0.37' };
  version = await scene.plan([{ model: 'flat', amount: '2900' }, used]);
  people = [];
  for (let at = 0; at < CUSTOMERS; at++) people.push(await scene.customer());
  for (const customer of people) await scene.subscribe(customer, version);
  for (let month = 0; month < MONTHS; month++) {
    const start = Date.UTC(2027, month, 1, 7, 13);
    await useMonth(start);
    await scene.go(Date.UTC(2027, month + 1, 1, 8));
    await scene.bill();
  }
});
afterAll(() => scene.core.close());

const invoicesOf = async (at: number): Promise<{ id: string; total: string }[]> =>
  (await scene.invoices(people[at] ?? '')).filter(({ state }) => state === 'open');
async function credit(id: string, amount: string): Promise<void> {
  const body = { reason: 'Agreed', amount };
  const answer = await scene.core.admin('POST', `/v1/invoices/${id}/credit-notes`, body);
  expect(answer.status, answer.text).toBe(201);
}

test('what is kept of documents is what dividing them comes to', async () => {
  const [first] = await invoicesOf(0);
  await credit(first?.id ?? '', '777');
  const before = await expectSame();
  expect(await kept()).toEqual([]);
  await keep();
  const documents = await scene.core.sql`
    select id from invoices where finalized_at is not null union all select id from credit_notes`;
  expect(await kept()).toHaveLength(documents.count);
  expect(await expectSame()).toEqual(before);
});

test('it is what is kept that is read', async () => {
  const before = await read(scene.core.sql);
  await scene.core.sql`update route_shares set amounts = array[1000000], groups = array['odd']`;
  const odd = await read(scene.core.sql);
  expect(odd.every(({ group }) => group.id === 'odd')).toBe(true);
  await scene.core.sql`truncate route_shares`;
  await scene.core.sql`update route_shares_mark set whole_at = null`;
  await keep();
  expect(await read(scene.core.sql)).toEqual(before);
});

test('with some kept, voided and credited later it is the same', async () => {
  const [, second] = await invoicesOf(1);
  const [third] = await invoicesOf(2);
  await scene.core.admin('POST', `/v1/invoices/${third?.id}/void`, {});
  await credit(second?.id ?? '', '1234');
  await scene.core.sql`delete from route_shares where ctid in (select ctid from route_shares
    order by document_id limit 4)`;
  const rows = await expectSame();
  expect(rows.some(({ credited }) => credited !== '0')).toBe(true);
});

/** Usage of the first month, of a route that was not used in it. */
const late = (customer: string) =>
  scene.use(customer, { at: START + 3 * DAY, requests: 5_000, route_id: 'rte_late' });

test('usage that is late is in it at once, and after shares were kept anew', async () => {
  await keep();
  const before = await expectSame();
  await late(people[0] ?? '');
  const after = await expectSame();
  expect(before.some(({ group }) => group.id === 'rte_late')).toBe(false);
  expect(after.some(({ group }) => group.id === 'rte_late')).toBe(true);
  const all = await kept();
  await keep();
  expect(await expectSame()).toEqual(after);
  // Those of long ago too, at once.
  expect(await kept()).toEqual(all);
});

test('usage that comes while shares are kept is not missed', async () => {
  const [first] = await invoicesOf(3);
  const id = first?.id ?? '';
  await keep();
  // What is to be kept next waits for somebody who writes the same.
  await scene.core.sql`delete from route_shares where document_id = ${id}`;
  await scene.core.sql`update route_shares_mark set whole_at = null`;
  const held = await hold(
    scene.core.sql,
    (own) => own`
      insert into route_shares (document_id, invoice_id, groups, amounts)
      values (${id}, ${id}, '{}', '{}')`,
  );
  const keeping = keep();
  await somebodyWaits(scene.core.sql);
  await late(people[1] ?? '');
  await held.sql`delete from route_shares where document_id = ${id}`;
  await held.commit();
  await keeping;
  expect(await kept()).toContain(id);
  await expectSame();
});

test('nothing is kept before all of its time is in the hours', async () => {
  const { sql } = scene.core;
  await sql`truncate route_shares`;
  await sql`update route_shares_mark set whole_at = null`;
  // As where the time of a customer is ahead; usage that comes is not noted as late then.
  await sql`update hour_folds set minute = ${START / MINUTE}`;
  await keep();
  const unused = await sql<{ id: string }[]>`
    select id from invoices where finalized_at is not null and state <> 'void' and not exists (
      select from invoice_lines where invoice_id = invoices.id and meter_id is not null)
     order by 1`;
  expect(await kept()).toEqual(unused.map(({ id }) => id));
  await late(people[2] ?? '');
  await expectSame();
});
