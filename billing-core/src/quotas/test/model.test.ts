import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decideLease } from '../model.ts';

type Boot = { granted: number; returned: number; spent: number };
const step = fc.record({
  boot: fc.nat({ max: 3 }),
  wants: fc.nat({ max: 400 }),
  gives: fc.nat({ max: 50 }),
  spends: fc.nat({ max: 50 }),
  outside: fc.nat({ max: 3 }),
  stale: fc.boolean(),
});

test('whatever tills ask, return, repeat or say too late, a window is never overlent', () => {
  fc.assert(
    fc.property(fc.nat({ max: 1_000 }), fc.array(step, { maxLength: 60 }), (limit, steps) => {
      const boots: Boot[] = Array.from({ length: 4 }, () => ({
        granted: 0,
        returned: 0,
        spent: 0,
      }));
      const asked = boots.map(() => ({ wanted: 0, returned: 0 }));
      let lent = 0;
      let outside = 0;
      for (const { boot: at, wants, gives, spends, outside: more, stale } of steps) {
        const boot = boots[at] as Boot;
        boot.spent += Math.min(spends, boot.granted - boot.returned - boot.spent);
        const free = boot.granted - boot.returned - boot.spent;
        const fresh = {
          wanted: boot.granted + wants,
          returned: boot.returned + Math.min(gives, free),
        };
        const ask = stale ? (asked[at] ?? fresh) : fresh;
        asked[at] = fresh;
        const decision = decideLease({ limit, lent, outside, ...boot }, { ...ask, tills: 4 });
        lent = decision.lent;
        boot.granted = decision.granted;
        boot.returned = decision.returned;
        const held = boots.reduce((sum, b) => sum + b.granted - b.returned, 0);
        expect(lent).toBe(held);
        expect(lent + outside).toBeLessThanOrEqual(Math.max(limit, lent));
        if (decision.unlent + lent + outside !== limit) expect(decision.unlent).toBe(0);
        outside += Math.min(more, Math.max(0, limit - lent - outside));
        expect(lent + outside).toBeLessThanOrEqual(limit);
      }
    }),
    { numRuns: 300 },
  );
});

test('a lower limit lends nothing more and takes nothing back by itself', () => {
  const book = { limit: 50, lent: 80, outside: 0, granted: 80, returned: 0 };
  const decision = decideLease(book, { wanted: 100, returned: 0, tills: 1 });
  expect(decision).toMatchObject({ granted: 80, lent: 80, unlent: 0, exhausted: true });
});

test('a lease shrinks towards one unit near the limit, and one is still lent', () => {
  const at = (lent: number): number =>
    decideLease(
      { limit: 1_000, lent, outside: 0, granted: 0, returned: 0 },
      { wanted: 10_000, returned: 0, tills: 2 },
    ).granted;
  expect([at(0), at(900), at(999), at(1_000)]).toEqual([250, 25, 1, 0]);
});
