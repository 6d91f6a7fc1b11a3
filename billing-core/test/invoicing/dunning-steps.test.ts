import { describe, expect, test } from 'vitest';
import { plannedSteps, turnAt } from '../../src/invoicing/dunning.ts';

const DAY = 86_400_000;

describe('steps', () => {
  const settings = { reminder_days: [7, 3], debt_grace_days: 7 };
  const names = (all: readonly { kind: string; afterDays: number }[]) =>
    all.map(({ kind, afterDays }) => `${kind} ${afterDays}`);
  const taken = (...kinds: string[]) =>
    kinds.map((text) => {
      const [kind = '', days = ''] = text.split(' ');
      return { kind, after_days: Number(days) };
    });

  test('come in their order, the reminder of a day before what follows it', () => {
    const planned = plannedSteps(0, settings);
    expect(names(planned)).toEqual(['past_due 0', 'reminder 3', 'reminder 7', 'effect 7']);
  });

  test.each([
    [0, [], ['past_due 0'], 'reminder 3'],
    [3 * DAY - 1, ['past_due 0'], [], 'reminder 3'],
    [3 * DAY, ['past_due 0'], ['reminder 3'], 'reminder 7'],
    [7 * DAY, ['past_due 0', 'reminder 3'], ['reminder 7', 'effect 7'], undefined],
    // The grace time is another one meanwhile: the plan's choice is not made twice.
    [9 * DAY, ['past_due 0', 'reminder 3', 'reminder 7', 'effect 2'], [], undefined],
  ])('at %i after %j are %j', (now, before, take, next) => {
    const turn = turnAt(plannedSteps(0, settings), taken(...before), now);
    expect(names(turn.take)).toEqual(take);
    expect(turn.next && names([turn.next])[0]).toBe(next);
  });

  test('that fall due together remind once', () => {
    const { take } = turnAt(plannedSteps(0, settings), [], 30 * DAY);
    expect(take.map(({ tells }) => tells)).toEqual([true, false, true, true]);
  });
});
