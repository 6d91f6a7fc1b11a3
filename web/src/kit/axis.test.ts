import { expect, test } from 'vitest';
import { timeAxis } from './axis.ts';
import { dayStart, zoneOffsetMs } from './zone.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

function starts(first: string, stepMs: number, count: number): string[] {
  const at = Date.parse(first);
  return Array.from({ length: count }, (_, n) => new Date(at + n * stepMs).toISOString());
}

test('an hour of minutes is labelled at round times', () => {
  const axis = timeAxis(starts('2026-11-22T12:23:00.000Z', MINUTE_MS, 60), () => 0);
  expect(axis.ticks.map((tick) => tick.slice(11, 16))).toEqual([
    ...['12:30', '12:40', '12:50', '13:00', '13:10', '13:20'],
  ]);
});

test('round times are round on the reader’s clock', () => {
  const INDIA_MS = 5.5 * HOUR_MS;
  const axis = timeAxis(starts('2026-11-22T00:00:00.000Z', 30 * MINUTE_MS, 48), () => INDIA_MS);
  expect(axis.ticks[0]).toBe('2026-11-22T00:30:00.000Z');
});

test('there are never more labels than can be read', () => {
  for (const count of [1, 5, 24, 168, 400]) {
    const axis = timeAxis(starts('2026-11-01T00:00:00.000Z', HOUR_MS, count), () => 0);
    expect(axis.ticks.length).toBeLessThanOrEqual(9);
  }
});

test('days have a label also where clocks change', () => {
  const berlin = (atMs: number) => zoneOffsetMs(atMs, 'Europe/Berlin');
  const days = [0, 1, 2, 3].map((day) => {
    const start = dayStart(Date.parse('2026-03-29T12:00:00Z'), day, 'Europe/Berlin');
    return new Date(start).toISOString();
  });
  expect(timeAxis(days, berlin).ticks).toEqual(days);
});
