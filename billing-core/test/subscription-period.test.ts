import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, test } from 'vitest';
import {
  overlap,
  periodAt,
  startError,
  subscriptionState,
  trialEnd,
  versionConflict,
} from '../src/subscriptions/model.ts';

const ms = (iso: string): number => Date.parse(iso);
const iso = (at: number): string => new Date(at).toISOString().replace('.000', '');

/** The starts of the first periods. */
function starts(startedAt: string, timeZone: string, count: number): string[] {
  const anchor = { startedAt: ms(startedAt), timeZone };
  let at = anchor.startedAt;
  return Array.from({ length: count }, () => {
    const { start, end } = periodAt(anchor, at);
    at = end;
    return iso(start);
  });
}

describe('periods are calendar months from the anchor', () => {
  test.each([
    {
      name: 'the 15th in UTC',
      from: '2026-01-15T10:30:00Z',
      zone: 'UTC',
      starts: ['2026-01-15T10:30:00Z', '2026-02-15T10:30:00Z', '2026-03-15T10:30:00Z'],
    },
    {
      name: 'the 31st goes to the last day and back to the 31st',
      from: '2026-01-31T00:00:00Z',
      zone: 'UTC',
      starts: [
        '2026-01-31T00:00:00Z',
        '2026-02-28T00:00:00Z',
        '2026-03-31T00:00:00Z',
        '2026-04-30T00:00:00Z',
        '2026-05-31T00:00:00Z',
      ],
    },
    {
      name: 'the 30th in a leap year',
      from: '2027-12-30T12:00:00Z',
      zone: 'UTC',
      starts: [
        '2027-12-30T12:00:00Z',
        '2028-01-30T12:00:00Z',
        '2028-02-29T12:00:00Z',
        '2028-03-30T12:00:00Z',
      ],
    },
    {
      name: 'Berlin keeps its time of day over the change to summer time',
      from: '2026-02-10T08:00:00Z',
      zone: 'Europe/Berlin',
      starts: ['2026-02-10T08:00:00Z', '2026-03-10T08:00:00Z', '2026-04-10T07:00:00Z'],
    },
    {
      name: 'a time of day that is skipped moves behind the gap, once',
      from: '2026-01-29T01:30:00Z',
      zone: 'Europe/Berlin',
      starts: [
        '2026-01-29T01:30:00Z',
        '2026-02-28T01:30:00Z',
        '2026-03-29T01:30:00Z',
        '2026-04-29T00:30:00Z',
      ],
    },
    {
      name: 'New York falls back in November',
      from: '2026-10-01T04:00:00Z',
      zone: 'America/New_York',
      starts: ['2026-10-01T04:00:00Z', '2026-11-01T04:00:00Z', '2026-12-01T05:00:00Z'],
    },
    {
      name: 'where the 31st is local and not UTC',
      from: '2026-01-30T15:00:00Z',
      zone: 'Asia/Tokyo',
      starts: ['2026-01-30T15:00:00Z', '2026-02-27T15:00:00Z', '2026-03-30T15:00:00Z'],
    },
    {
      name: 'a half-hour clock change',
      from: '2026-03-20T00:00:00Z',
      zone: 'Australia/Lord_Howe',
      starts: ['2026-03-20T00:00:00Z', '2026-04-20T00:30:00Z', '2026-05-20T00:30:00Z'],
    },
    {
      name: 'from the minute of the start',
      from: '2026-01-15T10:30:59.999Z',
      zone: 'UTC',
      starts: ['2026-01-15T10:30:00Z', '2026-02-15T10:30:00Z'],
    },
  ])('$name', ({ from, zone, starts: expected }) => {
    expect(starts(from, zone, expected.length)).toEqual(expected);
  });

  test('a boundary belongs to the period that it begins', () => {
    const anchor = { startedAt: ms('2026-01-31T00:00:00Z'), timeZone: 'UTC' };
    const boundary = ms('2026-02-28T00:00:00Z');
    expect(periodAt(anchor, boundary).start).toBe(boundary);
    expect(periodAt(anchor, boundary - 1).end).toBe(boundary);
  });
});

const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/St_Johns',
  'Asia/Kolkata',
  'Pacific/Apia',
  'Pacific/Kiritimati',
  'Australia/Lord_Howe',
  'Africa/Casablanca',
  'America/Sao_Paulo',
  'Asia/Kathmandu',
];

const anchors = fc.record({
  startedAt: fc.integer({ min: ms('2005-01-01T00:00:00Z'), max: ms('2040-01-01T00:00:00Z') }),
  timeZone: fc.constantFrom(...ZONES),
});
const MONTH_MS = 31 * 86_400_000;

test('periods follow one another without gap or overlap, and each time is in its own', () => {
  fc.assert(
    fc.property(anchors, fc.integer({ min: 0, max: 240 * MONTH_MS }), (anchor, later) => {
      const at = anchor.startedAt + later;
      const period = periodAt(anchor, at);
      expect(period.start).toBeLessThanOrEqual(at);
      expect(period.end).toBeGreaterThan(at);
      expect(periodAt(anchor, period.start)).toEqual(period);
      expect(periodAt(anchor, period.end - 1)).toEqual(period);
      expect(periodAt(anchor, period.end).start).toBe(period.end);
    }),
    { numRuns: 500 },
  );
});

test("boundaries are whole minutes on the anchor's day, or the last of a shorter month", () => {
  fc.assert(
    fc.property(anchors, fc.integer({ min: 0, max: 240 * MONTH_MS }), (anchor, later) => {
      const { start } = periodAt(anchor, anchor.startedAt + later);
      expect(start % 60_000).toBe(0);
      const zoned = (at: number) =>
        Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(anchor.timeZone);
      const [begin, boundary] = [zoned(anchor.startedAt), zoned(start)];
      // Apia had no 30 December 2011: its calendar skips a day, and so does the boundary.
      if (anchor.timeZone === 'Pacific/Apia' && boundary.year === 2011) return;
      expect(boundary.day).toBe(Math.min(begin.day, boundary.daysInMonth));
    }),
    { numRuns: 500 },
  );
});

const LIVE = {
  trial_ends_at: null,
  canceled_at: null,
  paused_at: null,
  past_due_since: null,
  pending_kind: null,
  pending_at: null,
};
const RESUMES = { paused_at: new Date(50), pending_kind: 'resume' } as const;

describe('trials', () => {
  test('end after calendar days at the same time of day, over a clock change too', () => {
    const end = trialEnd(ms('2026-03-20T08:00:00Z'), 14, 'Europe/Berlin');
    expect(iso(end ?? 0)).toBe('2026-04-03T07:00:00Z');
    expect(trialEnd(ms('2026-03-20T08:00:00Z'), 0, 'UTC')).toBeNull();
  });

  test.each([
    { trial: null, canceled: null, at: 0, state: 'active' },
    { trial: 100, canceled: null, at: 99, state: 'trialing' },
    { trial: 100, canceled: null, at: 100, state: 'active' },
    { trial: 100, canceled: 50, at: 60, state: 'canceled' },
    { trial: 100, canceled: 50, at: 40, state: 'canceled' },
  ])('state follows from the time: $trial $canceled $at is $state', (row) => {
    const date = (at: number | null) => (at === null ? null : new Date(at));
    const ends = { ...LIVE, trial_ends_at: date(row.trial), canceled_at: date(row.canceled) };
    expect(subscriptionState(ends, row.at)).toBe(row.state);
  });

  const at = new Date(100);
  test.each([
    ['a pause', { paused_at: at }, ['paused', 'paused']],
    ['a debt', { past_due_since: at }, ['past_due', 'past_due']],
    ['a debt in a trial', { past_due_since: at, trial_ends_at: new Date(300) }, ['past_due']],
    ['a cancel to come', { pending_kind: 'cancel', pending_at: at }, ['active', 'canceled']],
    ['a pause to come', { pending_kind: 'pause', pending_at: at }, ['active', 'paused']],
    ['a pause that ends', { ...RESUMES, pending_at: at }, ['paused', 'active']],
    ['a change to come', { pending_kind: 'change', pending_at: at }, ['active', 'active']],
  ] as const)('state follows from %s, just before and then', (_name, over, states) => {
    const seen = [99, 100].map((now) => subscriptionState({ ...LIVE, ...over }, now));
    expect(seen.slice(0, states.length)).toEqual(states);
  });
});

describe('who may subscribe to what, when', () => {
  const customer = { id: 'cus_a', state: 'active', currency: 'USD' } as const;
  const version = {
    ...({ state: 'published', currency: 'USD', trial_days: 0, kind: 'plan' } as const),
    customer_id: null,
  };

  test.each([
    [customer, version, /^$/],
    [{ ...customer, state: 'archived' as const }, version, /archived/],
    [customer, { ...version, state: 'draft' as const }, /draft/],
    [customer, { ...version, state: 'archived' as const }, /archived/],
    [customer, { ...version, currency: 'EUR' }, /EUR.*USD/],
    [customer, { ...version, kind: 'add_on' as const }, /add-on/],
    [customer, { ...version, customer_id: 'cus_a' }, /^$/],
    [customer, { ...version, customer_id: 'cus_b' }, /another customer/],
  ])('%j on %j', (who, what, conflict) => {
    expect(versionConflict(who, what) ?? '').toMatch(conflict);
  });

  test('a start is neither in the future nor over a year ago', () => {
    const now = ms('2026-06-01T00:00:00Z');
    expect(startError(now, now)).toBeUndefined();
    expect(startError(now + 1, now)).toMatch(/future/);
    expect(startError(ms('2025-05-31T00:00:00Z'), now)).toBeUndefined();
    expect(startError(ms('2025-05-30T00:00:00Z'), now)).toMatch(/366/);
  });

  test('subscriptions of a customer never overlap', () => {
    const ended = { id: 'sub_1', canceled_at: new Date(100) };
    expect(overlap(undefined, 0)).toBeUndefined();
    expect(overlap({ id: 'sub_1', canceled_at: null }, 200)).toMatch(/live/);
    expect(overlap(ended, 99)).toMatch(/ended after/);
    expect(overlap(ended, 100)).toBeUndefined();
  });
});
