import { describe, expect, test } from 'vitest';
import { dayStart, instantOfWall, zoneOffsetMs } from './zone.ts';

const at = (text: string): number => Date.parse(text);
const iso = (ms: number): string => new Date(ms).toISOString().slice(0, 16);

test.each([
  ['UTC', '2026-07-01T00:00Z', 0],
  ['Europe/Berlin', '2026-07-01T00:00Z', 2],
  ['Europe/Berlin', '2026-12-01T00:00Z', 1],
  ['Asia/Kolkata', '2026-07-01T00:00Z', 5.5],
  ['America/St_Johns', '2026-12-01T00:00Z', -3.5],
  ['Pacific/Kiritimati', '2026-12-01T00:00Z', 14],
])('clocks in %s at %s are %d h ahead', (zone, instant, hours) => {
  expect(zoneOffsetMs(at(instant), zone)).toBe(hours * 3_600_000);
});

test.each([
  ['UTC', '2026-03-29T02:30', '2026-03-29T02:30'],
  ['Europe/Berlin', '2026-12-01T00:00', '2026-11-30T23:00'],
  ['Europe/Berlin', '2026-03-29T01:59', '2026-03-29T00:59'],
  // From 02:00 to 03:00 there is no such time.
  ['Europe/Berlin', '2026-03-29T02:30', '2026-03-29T01:30'],
  ['Europe/Berlin', '2026-03-29T03:00', '2026-03-29T01:00'],
  // From 02:00 to 03:00 there is each time twice.
  ['Europe/Berlin', '2026-10-25T02:30', '2026-10-25T00:30'],
  ['Europe/Berlin', '2026-10-25T03:00', '2026-10-25T02:00'],
  ['America/New_York', '2026-11-01T00:00', '2026-11-01T04:00'],
  ['Asia/Kolkata', '2026-11-01T00:00', '2026-10-31T18:30'],
])('in %s it says %s at %s', (zone, wall, instant) => {
  expect(iso(instantOfWall(at(`${wall}Z`), zone))).toBe(instant);
});

describe('a day', () => {
  test('of 23 and of 25 hours is one day', () => {
    for (const [noon, hours] of [
      ['2026-03-29T12:00Z', 23],
      ['2026-10-25T12:00Z', 25],
    ] as const) {
      const length =
        dayStart(at(noon), 1, 'Europe/Berlin') - dayStart(at(noon), 0, 'Europe/Berlin');
      expect(length).toBe(hours * 3_600_000);
    }
  });

  test('begins at local midnight, also where that is another date in UTC', () => {
    expect(iso(dayStart(at('2026-11-22T20:00Z'), 0, 'Asia/Kolkata'))).toBe('2026-11-22T18:30');
    expect(iso(dayStart(at('2026-11-22T03:00Z'), 0, 'America/New_York'))).toBe('2026-11-21T05:00');
    expect(iso(dayStart(at('2026-11-22T03:00Z'), 2, 'UTC'))).toBe('2026-11-24T00:00');
  });
});
