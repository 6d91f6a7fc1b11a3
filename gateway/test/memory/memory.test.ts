import { afterEach, expect, test } from 'vitest';
import { testFolder } from '../../../scripts/test/folder.ts';
import { inUse } from './heap.ts';
import { Passing } from './passing.ts';

// A scaled guard: the million customers are `npm run bench:till -- memory`.

const MIB = 2 ** 20;
const MINUTE_MS = 60_000;
const SMALL = { keysMax: 2_000, countsMax: 2_000 };
let passing: Passing | undefined;
afterEach(() => passing?.close());

test('tills of customers who are gone are evicted, once what they held is given back', async () => {
  passing = new Passing(testFolder('memory'), { perSecond: 100 });
  await passing.pass(2_000);
  expect(passing.seen.tills).toBe(1_800);
  await passing.rest(2 * MINUTE_MS);
  expect(passing.seen.tills).toBe(0);
});

test('20,000 customers leave no more behind than the 5,000 before them', async () => {
  passing = new Passing(testFolder('memory'), { perSecond: 200, ...SMALL });
  await passing.pass(5_000);
  await passing.rest(2 * MINUTE_MS);
  const before = await inUse();
  await passing.pass(20_000);
  expect(passing.seen.tills).toBeLessThan(18_000);
  await passing.rest(2 * MINUTE_MS);
  const { tills, keys, counts } = passing.seen;
  expect(tills).toBe(0);
  expect(keys).toBeLessThanOrEqual(SMALL.keysMax);
  expect(counts).toBeLessThanOrEqual(SMALL.countsMax);
  // One till that stayed would be 2 KB, a key or a count that stayed half of one.
  expect((await inUse()) - before).toBeLessThan(4 * MIB);
}, 180_000);

test('the more tills there are, the sooner an idle one goes', async () => {
  passing = new Passing(testFolder('memory'), { perSecond: 1_000, ...SMALL });
  await passing.pass(60_000);
  // Nobody has been idle for the minute after which few tills are given up.
  expect(passing.seen.tills).toBeLessThan(50_000);
}, 180_000);
