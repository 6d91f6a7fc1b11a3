import { expect, test } from 'vitest';
import { CoreClock } from '../clock.ts';

const CORE = 1_790_000_000_000;
const DAY_MS = 86_400_000;

function clockAt(wall: number) {
  let at = 5_000;
  let ahead = wall - at;
  const clock = new CoreClock(
    () => at + ahead,
    () => at,
  );
  const pass = (ms: number): void => {
    at += ms;
  };
  /** The wall clock goes on alone, for better or worse. */
  const part = (ms: number): void => {
    ahead += ms;
  };
  return { clock, pass, part, monotonic: () => at };
}

test.each([
  ['days ahead', 2 * DAY_MS],
  ['days behind', -2 * DAY_MS],
])('a clock %s is right with the first answer of core', async (_, off) => {
  const { clock, monotonic } = clockAt(CORE + off);
  expect(clock.now()).toBe(CORE + off);
  clock.learn(CORE, monotonic(), monotonic());
  await clock.learnt;
  expect(clock.now()).toBe(CORE);
});

test('after that it never runs backwards: a correction slows it down', () => {
  const { clock, pass, monotonic } = clockAt(CORE);
  clock.learn(CORE, monotonic(), monotonic());
  pass(1_000);
  clock.learn(CORE + 500, monotonic(), monotonic());
  let last = clock.now();
  for (let i = 0; i < 100; i++) {
    pass(100);
    const now = clock.now();
    expect(now).toBeGreaterThanOrEqual(last + 89);
    expect(now).toBeLessThanOrEqual(last + 101);
    last = now;
  }
  expect(last).toBe(CORE + 10_500);
});

test.each([
  ['a suspended machine', 140_000],
  ['a wall clock that was set back', -60_000],
])('%s is noticed with the first look at the clock', (_, ms) => {
  const { clock, pass, part } = clockAt(CORE);
  let noticed = 0;
  clock.onSuspended = () => (noticed += 1);
  pass(1_000);
  clock.now();
  expect(noticed).toBe(0);
  part(ms);
  clock.now();
  clock.now();
  expect(noticed).toBe(1);
});

test('clocks that part slowly are no suspended machine', () => {
  const { clock, pass, part } = clockAt(CORE);
  let noticed = 0;
  clock.onSuspended = () => (noticed += 1);
  for (let i = 0; i < 100; i++) {
    pass(1_000);
    part(100);
    clock.now();
  }
  expect(noticed).toBe(0);
});
