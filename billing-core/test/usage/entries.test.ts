import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Page } from '../../src/contract/page.ts';
import type { UsageEntry, UsageSeries } from '../../src/contract/usage.ts';
import { rollOnce } from '../../src/usage/roller.ts';
import { ledger, NOON, type Entry } from './ledger.ts';
import { at, openScene, type Cast, type Scene } from './scene.ts';

let scene: Scene;
let mine: Cast['mine'];
let theirs: Cast['theirs'];
let route: string;
beforeAll(async () => {
  scene = await openScene();
});
beforeEach(async () => {
  ({ mine, theirs, route } = await scene.cast());
});
afterAll(() => scene.surface.close());

const page = (query: string) => scene.portal<Page<UsageEntry>>(`/usage/entries?${query}`);

/** Every page of a listing, each asked for with the cursor of the one before. */
async function pages(query: string, between = async () => {}): Promise<UsageEntry[]> {
  const rows: UsageEntry[] = [];
  let next = '';
  for (;;) {
    const { body } = await page(`${query}${next}`);
    rows.push(...body.data);
    if (body.next_cursor === null) return rows;
    next = `&cursor=${body.next_cursor}`;
    await between();
  }
}

const manyEntries = (count: number): Entry[] =>
  Array.from({ length: count }, (_, n) => ({
    customer_id: mine.id,
    key_id: n % 3 === 0 ? mine.key : 'key_b',
    // Most rows are alike in all they say: only their number tells them apart.
    minute: NOON - (n % 4),
    requests: 1,
    outcome: n % 7 === 0 ? 'server_error' : 'ok',
  }));

test('a row says where its usage came from', async () => {
  await scene.use([
    { customer_id: mine.id, key_id: mine.key, route_id: route, requests: 2, billable: false },
  ]);
  const { body } = await page('');
  expect(body).toEqual({
    data: [
      {
        received_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
        minute: at(NOON),
        customer_id: mine.id,
        key_id: mine.key,
        route_id: route,
        route_version: 1,
        meter: 'requests',
        outcome: 'ok',
        billable: false,
        unbilled: null,
        request_id: null,
        key_hash: null,
        requests: 2,
        quantity: '2',
        gateway: 'gw_1',
        boot: 'boot_1',
        sequence: expect.any(Number),
        roll: expect.any(String),
      },
    ],
    has_more: false,
    next_cursor: null,
  });
});

test('pages show every row once, newest minute first, whatever their size', async () => {
  await scene.use(manyEntries(40));
  await scene.use(manyEntries(40));
  for (const limit of [1, 7, 100]) {
    const rows = await pages(`limit=${limit}`);
    expect([limit, rows.length]).toEqual([limit, 80]);
    const minutes = rows.map((row) => row.minute);
    expect(minutes).toEqual(minutes.toSorted().toReversed());
    expect(rows.filter((row) => row.outcome === 'server_error')).toHaveLength(12);
    expect(rows.filter((row) => row.key_id === mine.key)).toHaveLength(28);
  }
});

test('usage that is rolled while somebody pages neither doubles nor hides a row', async () => {
  await scene.use(manyEntries(40));
  const rows = await pages('limit=9', () => scene.use(manyEntries(4)));
  expect(rows).toHaveLength(40);
  expect(new Set(rows.map((row) => row.sequence)).size).toBe(1);
});

test('usage shows once its batch has a roll number, and no earlier', async () => {
  const { sql } = scene.surface;
  const { batch } = ledger(sql);
  await batch([{ customer_id: mine.id }], { boot: `boot_${mine.id}` });
  expect((await page('')).body.data).toEqual([]);
  await rollOnce(sql);
  expect((await page('')).body.data).toHaveLength(1);
});

test('the roll of a total gives exactly the rows that made it up', async () => {
  await scene.use(manyEntries(30));
  const { body: total } = await scene.portal<UsageSeries>('/usage');
  await scene.use(manyEntries(10));
  const rows = await pages(`limit=8&roll=${total.roll}&from=${total.from}&to=${total.to}`);
  const sum = (of: UsageEntry[]): number => of.reduce((all, row) => all + row.requests, 0);
  expect(sum(rows)).toBe(total.totals.requests);
  expect(String(sum(rows.filter((row) => row.billable)))).toBe(total.totals.billable_quantity);
  expect(sum(await pages('limit=8'))).toBe(40);
});

test('filters narrow the rows', async () => {
  await scene.use(manyEntries(21));
  const count = async (query: string) => (await pages(`limit=100&${query}`)).length;
  expect(await count(`key_id=${mine.key}`)).toBe(7);
  expect(await count('outcome=server_error')).toBe(3);
  expect(await count(`route_id=${route}`)).toBe(0);
  expect(await count('meter=requests')).toBe(21);
  expect(await count(`from=${at(NOON)}&to=${at(NOON + 1)}`)).toBe(6);
});

test("another customer's rows are in no page, whatever is asked for", async () => {
  await scene.use([
    { customer_id: mine.id, key_id: mine.key, route_id: route },
    { customer_id: theirs.id, key_id: theirs.key, route_id: route },
  ]);
  for (const query of ['', `route_id=${route}`, 'outcome=ok']) {
    expect((await pages(query)).map((row) => row.customer_id)).toEqual([mine.id]);
  }
  expect((await page(`customer_id=${theirs.id}`)).status).toBe(400);
  expect((await page(`key_id=${theirs.key}`)).status).toBe(404);
  const admin = await scene.admin<Page<UsageEntry>>(`/usage/entries?customer_id=${theirs.id}`);
  expect(admin.body.data.map((row) => row.key_id)).toEqual([theirs.key]);
});

test.each([
  ['a cursor that is none', 'cursor=!!', 'cursor'],
  ['a cursor of another list', `cursor=${Buffer.from('cus_1').toString('base64url')}`, 'cursor'],
  ['a limit over 100', 'limit=101', 'limit'],
  ['a limit of 0', 'limit=0', 'limit'],
  ['a roll that is no number', 'roll=-1', 'roll'],
  ['an unknown outcome', 'outcome=refused', 'outcome'],
  ['an unknown meter', 'meter=tokens', 'meter'],
  ['over 45 days', `from=${at(NOON - 64_801)}&to=${at(NOON)}`, 'from'],
])('%s is refused with the name of the field', async (_, query, field) => {
  const { status, body } = await page(query);
  expect([status, body.errors?.[0]?.path]).toEqual([400, field]);
});

test('a page is read through the index of the customer, in order', async () => {
  const plan = await scene.surface.sql`
    explain select * from usage_entries where customer_id = 'cus_1' and minute >= ${NOON - 60}
       and minute <= ${NOON} order by minute desc limit 51`;
  const text = plan.map((row) => row['QUERY PLAN']).join('\n');
  expect(text).not.toMatch(/Seq Scan/);
});
