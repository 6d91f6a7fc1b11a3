import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { shareOf, type Span } from '../share.ts';

const at = (iso: string): bigint => BigInt(Date.parse(iso));
const span = (start: string, end: string): Span => ({ start: at(start), end: at(end) });
const MAY = span('2026-05-01T00:00Z', '2026-06-01T00:00Z');
const UTC = { proration: 'day', timeZone: 'UTC' } as const;

describe('by the day', () => {
  const days = (held: Span, isLast: boolean, period = MAY, zone = 'UTC') => {
    const share = shareOf({ ...held, isLast }, period, { proration: 'day', timeZone: zone });
    return `${share.active}/${share.period}`;
  };

  test.each([
    ['all of it', '2026-05-01T00:00Z', '2026-06-01T00:00Z', true, '31/31'],
    ['the day of the start counts', '2026-05-11T17:00Z', '2026-06-01T00:00Z', true, '21/31'],
    ['the day of the end counts', '2026-05-01T00:00Z', '2026-05-10T17:00Z', true, '10/31'],
    ['an end at midnight begins no day', '2026-05-01T00:00Z', '2026-05-10T00:00Z', true, '9/31'],
    ['an hour is a day', '2026-05-04T10:00Z', '2026-05-04T11:00Z', true, '1/31'],
    [
      'a change leaves its day to what follows',
      '2026-05-01T00:00Z',
      '2026-05-11T17:00Z',
      false,
      '10/31',
    ],
    [
      'what began and was changed on one day',
      '2026-05-11T10:00Z',
      '2026-05-11T17:00Z',
      false,
      '0/31',
    ],
  ])('%s', (_name, start, end, isLast, expected) => {
    expect(days(span(start, end), isLast)).toBe(expected);
  });

  test('the parts of a period that begins at noon sum to it', () => {
    const period = span('2026-05-15T12:00Z', '2026-06-15T12:00Z');
    const first = span('2026-05-15T12:00Z', '2026-05-20T18:00Z');
    const second = span('2026-05-20T18:00Z', '2026-06-15T12:00Z');
    expect(days(first, false, period)).toBe('5/31');
    expect(days(second, true, period)).toBe('26/31');
  });

  test('an end on the last day, before its hour, is no day more than the period has', () => {
    const period = span('2026-05-15T12:00Z', '2026-06-15T12:00Z');
    expect(days(span('2026-05-15T12:00Z', '2026-06-15T06:00Z'), true, period)).toBe('31/31');
  });

  test('days are those of the time zone, also when one has 23 hours', () => {
    const period = span('2026-02-28T23:00Z', '2026-03-31T22:00Z');
    const held = span('2026-03-28T23:30Z', '2026-03-31T22:00Z');
    expect(days(held, true, period, 'Europe/Berlin')).toBe('3/31');
    expect(days(held, true, period)).toBe('3/31');
  });
});

test('however a period is cut, its parts sum to it', () => {
  const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'Pacific/Apia', 'America/St_Johns');
  const minute = fc.integer({ min: 0, max: 60 * 24 * 366 });
  const length = fc.integer({ min: 2, max: 60 * 24 * 40 });
  const cuts = fc.uniqueArray(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 5 });
  const proration = fc.constantFrom('second' as const, 'day' as const);
  fc.assert(
    fc.property(minute, length, cuts, proration, zone, (from, minutes, at, by, timeZone) => {
      const start = MAY.start + BigInt(from) * 60_000n;
      const inner = at.map((part) => start + BigInt(Math.floor(part * minutes)) * 60_000n);
      const end = start + BigInt(minutes) * 60_000n;
      const bounds = [...new Set([start, ...inner, end])].toSorted((a, b) => Number(a - b));
      const period = { start, end };
      const parts = bounds.slice(1).map((next, i) => {
        const held = { start: bounds[i]!, end: next, isLast: next === end };
        return () => shareOf(held, period, { proration: by, timeZone });
      });
      // A period that begins and ends on one day has no days to count.
      fc.pre(by === 'second' || daysOf(period, timeZone) > 0);
      const shares = parts.map((part) => part());
      const active = shares.reduce((sum, share) => sum + share.active, 0n);
      expect(active).toBe(shares[0]!.period);
    }),
  );
});

const daysOf = ({ start, end }: Span, timeZone: string): number => {
  const day = (ms: bigint) =>
    Date.parse(new Date(Number(ms)).toLocaleDateString('en-CA', { timeZone }));
  return (day(end) - day(start)) / 86_400_000;
};

describe('by the second', () => {
  test('time by time', () => {
    const half = span('2026-05-16T12:00Z', '2026-06-01T00:00Z');
    const { active, period, unit } = shareOf({ ...half, isLast: true }, MAY, {
      proration: 'second',
      timeZone: 'Europe/Berlin',
    });
    expect([active * 2n, unit]).toEqual([period, 'second']);
  });
});

test.each([
  ['before the period', '2026-04-30T00:00Z', '2026-05-04T00:00Z'],
  ['after the period', '2026-05-30T00:00Z', '2026-06-04T00:00Z'],
  ['no time at all', '2026-05-30T00:00Z', '2026-05-30T00:00Z'],
])('%s is refused', (_name, start, end) => {
  expect(() => shareOf({ ...span(start, end), isLast: true }, MAY, UTC)).toThrow('outside');
});
