import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decideLease, type LeaseBook } from '../model.ts';

/** A boot as it is, and what it says: totals since its generation began. */
type Boot = Pick<LeaseBook, 'granted' | 'returned' | 'generation' | 'base' | 'baseReturned'> & {
  spent: number;
  /** R as the till knows it; core may not have heard of it yet. */
  gave: number;
  said: { generation: number; wanted: number; returned: number };
};

const born = (): Boot => ({
  granted: 0,
  returned: 0,
  generation: 0,
  base: 0,
  baseReturned: 0,
  spent: 0,
  gave: 0,
  said: { generation: 0, wanted: 0, returned: 0 },
});
const unspent = (boot: Boot): number => boot.granted - boot.gave - boot.spent;

const step = fc.record({
  boot: fc.nat({ max: 3 }),
  wants: fc.nat({ max: 400 }),
  gives: fc.nat({ max: 50 }),
  spends: fc.nat({ max: 50 }),
  outside: fc.nat({ max: 3 }),
  stale: fc.boolean(),
  forgets: fc.boolean(),
});

test('whatever tills ask, return, repeat, forget or say too late, nothing is overlent', () => {
  fc.assert(
    fc.property(fc.nat({ max: 1_000 }), fc.array(step, { maxLength: 60 }), (limit, steps) => {
      const boots = Array.from({ length: 4 }, born);
      let lent = 0;
      let outside = 0;
      for (const { boot: at, wants, gives, spends, outside: more, stale, forgets } of steps) {
        const boot = boots[at] as Boot;
        boot.spent += Math.min(spends, unspent(boot));
        // A till forgets a lease only when it holds nothing of it and core knows that.
        const forgotten = forgets && unspent(boot) === 0 && boot.gave === boot.returned;
        const generation = boot.generation + Number(forgotten);
        const base = forgotten ? boot.granted : boot.base;
        const baseReturned = forgotten ? boot.returned : boot.baseReturned;
        boot.gave += Math.min(gives, unspent(boot));
        const fresh = {
          generation,
          wanted: boot.granted - base + wants,
          returned: boot.gave - baseReturned,
        };
        const ask = stale ? boot.said : fresh;
        boot.said = fresh;
        const elsewhere = boots.reduce((sum, b) => sum + (b === boot ? 0 : unspent(b)), 0);
        const decision = decideLease(
          { ...boot, limit, lent, outside, elsewhere },
          { ...ask, tills: 4 },
        );
        ({ lent } = decision);
        Object.assign(boot, decision);
        const held = boots.reduce((sum, b) => sum + b.granted - b.returned, 0);
        expect(lent).toBe(held);
        expect(unspent(boot)).toBeGreaterThanOrEqual(0);
        expect(decision.recall && decision.exhausted).toBe(false);
        outside += Math.min(more, Math.max(0, limit - lent - outside));
        expect(lent + outside).toBeLessThanOrEqual(limit);
      }
    }),
    { numRuns: 500 },
  );
});

const fresh = { granted: 0, returned: 0, generation: 0, base: 0, baseReturned: 0, elsewhere: 0 };
const ask = { generation: 0, wanted: 100, returned: 0, tills: 1 };

test('a lower limit lends nothing more and takes nothing back by itself', () => {
  const book = { ...fresh, limit: 50, lent: 80, outside: 0, granted: 80 };
  const decision = decideLease(book, ask);
  expect(decision).toMatchObject({ granted: 80, lent: 80, unlent: 0, exhausted: true });
});

test('a lease shrinks towards one unit near the limit, and one is still lent', () => {
  const at = (lent: number): number =>
    decideLease({ ...fresh, limit: 1_000, lent, outside: 0 }, { ...ask, wanted: 10_000, tills: 2 })
      .granted;
  expect([at(0), at(900), at(999), at(1_000)]).toEqual([250, 25, 1, 0]);
});

test('what others hold unspent is recalled; what is spent is exhausted', () => {
  const book = { ...fresh, limit: 100, lent: 100, outside: 0 };
  expect(decideLease({ ...book, elsewhere: 7 }, ask)).toMatchObject({
    recall: true,
    exhausted: false,
  });
  expect(decideLease(book, ask)).toMatchObject({ recall: false, exhausted: true });
});

test('a new generation begins at zero; what an older one still says changes nothing', () => {
  const book = { ...fresh, limit: 100, lent: 30, outside: 0, granted: 50, returned: 20 };
  const next = decideLease(book, { generation: 5, wanted: 10, returned: 0, tills: 1 });
  expect(next).toMatchObject({ generation: 5, base: 50, baseReturned: 20, granted: 60, lent: 40 });
  const late = decideLease(
    { ...book, ...next },
    { generation: 0, wanted: 900, returned: 50, tills: 1 },
  );
  expect(late).toMatchObject({ granted: 60, returned: 20, lent: 40 });
});

test('what a boot was lent in all stays a number that is exact', () => {
  const book = { ...born(), limit: Number.MAX_SAFE_INTEGER, lent: 0, outside: 0, elsewhere: 0 };
  const ask = { generation: 0, wanted: Number.MAX_SAFE_INTEGER, tills: 1 };
  let decided = decideLease(book, { ...ask, returned: 0 });
  for (let turn = 0; turn < 100; turn++) {
    // All of it comes back, and is asked for again.
    decided = decideLease({ ...book, ...decided }, { ...ask, returned: decided.granted });
    expect(Number.isSafeInteger(decided.granted)).toBe(true);
  }
});
