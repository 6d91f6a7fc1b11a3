import { expect, test } from 'vitest';
import fc from 'fast-check';
import { Headrooms, unitsLeft } from '../../src/notices/headroom.ts';
import { passed } from '../../src/notices/thresholds.ts';

test.each([
  [0n, 100n, 80n],
  [79n, 100n, 1n],
  [80n, 100n, 20n],
  [99n, 100n, 1n],
  [100n, 100n, undefined],
  [250n, 100n, undefined],
  [0n, 1n, 1n],
  [2n, 3n, 1n],
  [0n, 10n ** 30n, 8n * 10n ** 29n],
])('from %s of %s it is %s units to the next thing to be told of', (used, limit, left) => {
  expect(unitsLeft(used, limit)).toBe(left);
});

test('nothing is to be told before what is left is used, and something then', () => {
  const units = fc.bigInt({ min: 0n, max: 10n ** 12n });
  const limits = fc.bigInt({ min: 1n, max: 10n ** 12n });
  fc.assert(
    fc.property(units, limits, (used, limit) => {
      const left = unitsLeft(used, limit);
      if (left === undefined) expect(passed(used, limit)).toBe(100);
      else {
        expect(passed(used + left - 1n, limit)).toBe(passed(used, limit));
        expect(passed(used + left, limit)).not.toBe(passed(used, limit));
      }
    }),
  );
});

const HOUR = 3_600_000;
const of = (used: bigint, meterId = 'm') => ({ meterId, used });
const KNOWN = {
  from: new Map([['m', 500n]]),
  upTo: new Map([['m', 520n]]),
  until: HOUR,
  change: 7n,
};

test.each([
  ['as it was found', 500n, 0, false],
  ['with a little less than what was left', 519n, HOUR - 1, false],
  ['with all that was left', 520n, 0, true],
  ['in another window', 500n, HOUR, true],
  ['with less than before, as after a restore', 499n, 0, true],
])('a customer is looked at again %s?', (_when, used, now, isDue) => {
  const known = new Headrooms();
  expect(known.isDue('a', of(used), now)).toBe(true);
  known.remember('a', KNOWN);
  expect(known.isDue('a', of(used), now)).toBe(isDue);
  // Nothing is told of what is used of another meter.
  expect(known.isDue('a', of(10n ** 30n, 'other'), 0)).toBe(false);
  expect(known.isDue('a', of(520n), 0)).toBe(true);
  known.forget('a', 7n);
  expect(known.isDue('a', of(519n), 0)).toBe(false);
  known.forget('a', 8n);
  expect(known.isDue('a', of(used), now)).toBe(true);
});
