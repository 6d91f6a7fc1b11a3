import { describe, expect, test } from 'vitest';
import { worstWindow } from './pace.ts';

const AT = 1_000_000;
const at = (...times: number[]) => times.map((ms) => ({ from: AT + ms, until: AT + ms }));
const every = (ms: number, count: number) => at(...Array.from({ length: count }, (_, n) => n * ms));
const limit = { perSecond: 10, burst: 5 };

describe('the windows of a rate limit', () => {
  test('a burst and then the rate keep it', () => {
    const passed = [...at(0, 0, 0, 0, 0), ...every(100, 50)];
    expect(worstWindow(passed, { ...limit, burst: 6 }).over).toBeLessThanOrEqual(0);
  });

  test('one more at once than the burst is seen', () => {
    expect(worstWindow(at(0, 0, 0, 0, 0, 0), limit)).toMatchObject({ passed: 6, ms: 1 });
    expect(worstWindow(at(0, 0, 0, 0, 0, 0), limit).over).toBeGreaterThan(0);
  });

  test('a rate of a tenth too much is seen, however small the burst beside it', () => {
    expect(worstWindow(every(90, 100), limit).over).toBeGreaterThan(0);
  });

  test('a second burst in the middle of a long time is seen', () => {
    const passed = [...every(1_000, 60), ...at(...Array<number>(9).fill(30_500))];
    expect(worstWindow(passed, limit)).toMatchObject({ passed: 9, ms: 1 });
  });

  test('what may have been admitted before a window is not counted in it', () => {
    const late = Array.from({ length: 8 }, (_, n) => ({ from: AT + n * 100, until: AT + 800 }));
    expect(worstWindow(late, limit).over).toBeLessThanOrEqual(0);
  });
});
