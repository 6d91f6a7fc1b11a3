import { expect, test } from 'vitest';
import { forecastOf } from './quota-forecast.ts';

const DAY = { start: '2026-11-22T00:00:00Z', resets_at: '2026-11-23T00:00:00Z' };
const at = (hour: number): number => Date.UTC(2026, 10, 22, hour);
const quota = (used: string, over: object = {}) => ({
  ...DAY,
  window: 'day' as const,
  limit: '100' as string | null,
  used,
  ...over,
});

test('use at the same pace reaches the limit at its time, or leaves a part', () => {
  expect(forecastOf(quota('60'), at(12))).toEqual({ kind: 'reached', atMs: at(20) });
  expect(forecastOf(quota('25'), at(12))).toEqual({ kind: 'share', share: 0.5 });
  expect(forecastOf(quota('50'), at(12))).toEqual({ kind: 'reached', atMs: at(24) });
});

test.each([
  ['nothing was used', quota('0'), at(12)],
  ['it is used up', quota('100'), at(12)],
  ['it has just begun', quota('5'), at(1)],
  ['it is over', quota('5'), at(24)],
  ['it has not begun, by a clock that is behind', quota('5'), at(-1)],
  ['there is no limit', quota('5', { limit: null }), at(12)],
  ['nothing is allowed', quota('0', { limit: '0' }), at(12)],
  ['an hour is too short', quota('5', { window: 'hour' }), at(12)],
])('nothing is foretold where %s', (_, given, now) => {
  expect(forecastOf(given, now)).toBeUndefined();
});
