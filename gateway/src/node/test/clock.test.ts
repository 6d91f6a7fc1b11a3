import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { CoreClock } from '../clock.ts';

const CORE = 1_790_000_000_000;
const DAY_MS = 86_400_000;

function clockAt(wall: number, least?: number) {
  let at = 5_000;
  let ahead = wall - at;
  const clock = new CoreClock(
    () => at + ahead,
    () => at,
    least,
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

test.each([
  ['behind what is known', -40 * DAY_MS, 0],
  ['ahead of it', 3_000, 3_000],
])('a wall clock %s: time begins with the later one', (_, off, ahead) => {
  const { clock, pass, monotonic } = clockAt(CORE + off, CORE);
  expect(clock.now()).toBe(CORE + ahead);
  pass(2_000);
  // What is certain is told to the next start, and no wall clock is.
  expect(clock.least).toBe(CORE + 2_000);
  clock.learn(CORE + 9_000, monotonic(), monotonic());
  pass(1_000);
  expect(clock.least).toBe(CORE + 10_000);
});

describe('behind when core is first heard', () => {
  const heardAfter = async (behindMs: number, waits: boolean): Promise<CoreClock> => {
    const { clock, pass, monotonic } = clockAt(CORE - behindMs);
    if (waits) {
      const word = clock.firstWord(() => false);
      vi.advanceTimersByTime(1_000);
      await word;
    }
    pass(500);
    clock.learn(CORE + 500, monotonic(), monotonic());
    return clock;
  };
  beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout'] }));
  afterEach(() => vi.useRealTimers());

  test('what was dated meanwhile is late by that, and no word of this boot holds', async () => {
    const clock = await heardAfter(DAY_MS, true);
    expect(clock.misdated).toEqual({ until: CORE - DAY_MS + 500, behindMs: DAY_MS });
    expect(clock.isSet).toBe(false);
    clock.beginAnew();
    expect(clock.misdated).toBe(null);
    expect(clock.isSet).toBe(true);
    expect(clock.now()).toBe(CORE + 500);
  });

  test.each([
    ['by a little', 4_000, true],
    ['with nothing dated before', DAY_MS, false],
    ['ahead', -DAY_MS, true],
  ])('%s it just goes on', async (_, behindMs, waits) => {
    const clock = await heardAfter(behindMs, waits);
    expect(clock.misdated).toBe(null);
    expect(clock.isSet).toBe(true);
  });
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
  ['in the beginning', 0],
  ['in the end', 5_000],
])('an answer of five seconds, stamped %s, moves no clock that it agrees with', (_, stamped) => {
  const { clock, pass, monotonic } = clockAt(CORE);
  clock.learn(CORE, monotonic(), monotonic());
  const sentAt = monotonic();
  pass(5_000);
  clock.learn(CORE + stamped, sentAt, monotonic());
  expect(clock.now()).toBe(CORE + 5_000);
});

test('one that contradicts it moves it no further than it must', () => {
  const { clock, pass, monotonic } = clockAt(CORE);
  clock.learn(CORE, monotonic(), monotonic());
  const sentAt = monotonic();
  pass(5_000);
  clock.learn(CORE + 60_000, sentAt, monotonic());
  expect(clock.now()).toBe(CORE + 60_000);
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

describe('when core has been ahead and is set back by a minute', () => {
  const BACK_MS = 60_000;
  function ahead() {
    const of = clockAt(CORE);
    const { clock, pass, monotonic } = of;
    let core = CORE + BACK_MS;
    const answer = (afterMs = 1_000): void => {
      pass(afterMs);
      core += afterMs;
      clock.learn(core, monotonic(), monotonic());
      clock.now();
    };
    answer();
    core -= BACK_MS;
    return { ...of, answer, core: () => core, setCore: (by: number) => (core += by) };
  }

  test('the clock says so after five answers and three seconds, and can be set back', () => {
    const { clock, answer, core } = ahead();
    const steps: number[] = [];
    clock.onStep = (ms) => steps.push(ms);
    for (let answers = 1; answers < 5; answers++) answer();
    expect(clock.isAhead).toBe(false);
    answer();
    expect(clock.isAhead).toBe(true);
    const before = clock.now();
    clock.beginAnew();
    expect(clock.now()).toBe(core());
    expect(steps).toEqual([core() - before]);
    expect(clock.isAhead).toBe(false);
  });

  test('quick answers are waited for as long', () => {
    const { clock, answer } = ahead();
    for (let answers = 0; answers < 30; answers++) answer(100);
    expect(clock.isAhead).toBe(false);
    answer(100);
    expect(clock.isAhead).toBe(true);
  });

  test('a core that is ahead still, beside one that is not, keeps it ahead', () => {
    const { clock, answer, setCore } = ahead();
    for (let answers = 0; answers < 12; answers++) {
      setCore(answers % 4 === 3 ? BACK_MS : 0);
      answer();
      setCore(answers % 4 === 3 ? -BACK_MS : 0);
      expect(clock.isAhead).toBe(false);
    }
  });

  test('what slewing mends in a minute is left to it', () => {
    const { clock, answer, setCore } = ahead();
    setCore(BACK_MS - 5_000);
    for (let answers = 0; answers < 60; answers++) {
      answer();
      expect(clock.isAhead).toBe(false);
    }
  });
});
