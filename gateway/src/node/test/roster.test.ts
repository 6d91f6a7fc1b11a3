import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Placed, Roster } from '../roster.ts';

test('a roster is a set, whatever comes and goes, and also for what was in another one', () => {
  const step = fc.record({ on: fc.nat({ max: 1 }), add: fc.boolean(), which: fc.nat({ max: 7 }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const members = Array.from({ length: 8 }, (): Placed => ({ slot: -1 }));
      const rosters = [new Roster<Placed>(), new Roster<Placed>()] as const;
      const sets = [new Set<Placed>(), new Set<Placed>()] as const;
      for (const { on, add, which } of steps) {
        const [own, other] = [on as 0 | 1, (1 - on) as 0 | 1];
        const member = members[which] as Placed;
        // It is in one of them at a time.
        rosters[other].delete(member);
        sets[other].delete(member);
        rosters[own][add ? 'add' : 'delete'](member);
        sets[own][add ? 'add' : 'delete'](member);
        for (const at of [0, 1] as const) {
          expect(rosters[at].size).toBe(sets[at].size);
          expect(new Set(rosters[at])).toEqual(sets[at]);
          for (const one of members) expect(rosters[at].has(one)).toBe(sets[at].has(one));
        }
      }
    }),
  );
});
