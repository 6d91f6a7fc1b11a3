import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openCore, type Core } from '../../src/test/core.ts';
import { ask, buyer, facts, newBoot, windowOf } from './buyer.ts';

// A till runs dry in a window of which another boot holds the units: it is recalled from there.

let core: Core;
let window = '';
let holder = '';
beforeAll(async () => {
  core = await openCore();
});
afterAll(() => core.close());
beforeEach(async () => {
  const customer = await buyer(core, [{ window: 'month' }]);
  window = windowOf(await facts(core, customer), core.clock.now).id;
  holder = newBoot();
  for (let held = -1, granted = 0; granted > held;) {
    held = granted;
    ({ granted } = await ask(core, window, { wanted: held + 1_000, boot: holder }));
  }
});

async function recalls(): Promise<number> {
  const [row] = await core.sql<{ n: number }[]>`
    select count(*)::int as n from changes where kind = 'recall' and subject_id = ${window}`;
  return row?.n ?? 0;
}

/** So much time passes at core, ms, and one asks in vain; how many recalls there are then. */
async function askAfter(ms: number, boot: string): Promise<number> {
  core.clock.now += ms;
  const grant = await ask(core, window, { wanted: 1, boot });
  expect(grant).toMatchObject({ granted: 0, exhausted: false, retry_in_ms: 250 });
  return recalls();
}

const silent = (ms: number) => core.sql`
  update boots set last_seen_at = clock_timestamp() - make_interval(secs => ${ms / 1_000})
   where boot_id = ${holder}`;

test('a holder that is heard of is asked four times a second at most', async () => {
  const boot = newBoot();
  const seen = [];
  for (const ms of [0, 100, 100, 100, 300]) seen.push(await askAfter(ms, boot));
  expect(seen).toEqual([1, 1, 1, 2, 3]);
});

test('a holder that is not heard of is asked once, however many ask however often', async () => {
  await silent(10_000);
  for (let round = 0; round < 12; round++) expect(await askAfter(400, newBoot())).toBe(1);
  // Heard of again since: what it holds may be other units than those it was asked for.
  await silent(500);
  expect(await askAfter(400, newBoot())).toBe(2);
  await silent(4_000);
  expect(await askAfter(300, newBoot())).toBe(2);
  await silent(4_000);
  expect(await askAfter(4_000, newBoot())).toBe(3);
});

test('of several holders one that is heard of is enough to ask again', async () => {
  await silent(60_000);
  const other = newBoot();
  await core.sql`update quota_windows set lent = lent - 1 where id = ${window}`;
  await core.sql`update leases set returned = 1 where window_id = ${window}`;
  expect((await ask(core, window, { wanted: 1, boot: other })).granted).toBe(1);
  const seen = [];
  for (let round = 0; round < 3; round++) seen.push(await askAfter(300, newBoot()));
  expect(seen).toEqual([1, 2, 3]);
});

test('who asks in vain changes no row of the books', async () => {
  await silent(10_000);
  const boot = newBoot();
  await askAfter(0, boot);
  const rows = () => core.sql<{ version: string }[]>`
    select xmin::text as version from quota_windows where id = ${window} union all
    select xmin::text from leases where window_id = ${window} order by 1`;
  const before = await rows();
  for (let round = 0; round < 3; round++) await askAfter(1_000, boot);
  expect(await rows()).toEqual(before);
});
