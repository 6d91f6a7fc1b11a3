import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { WindowKind } from '../src/contract/facts.ts';
import { quotaWindow, readWindowId, windowAt } from '../src/contract/quota-window.ts';
import type { BillingZones } from '../src/customers/store.ts';
import { turnsOf, windowOf, zoneOf, type Calendar } from '../src/subscriptions/calendar.ts';

const ms = (iso: string): number => Date.parse(iso);
const iso = (at: number): string => new Date(at).toISOString().replace(':00.000Z', 'Z');
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const anchor = { startedAt: ms('2026-01-31T10:15:42Z'), timeZone: 'UTC' };
const inZone = (current: string, earlier: BillingZones['earlier'] = []): Calendar => ({
  zones: { current, earlier },
  anchor,
});
/** Start and end of the window that holds this time, and how many hours it has. */
function told(calendar: Calendar, kind: WindowKind, at: string) {
  const { startsAt, endsAt } = windowOf(calendar, kind, ms(at));
  return [iso(startsAt), iso(endsAt), (endsAt - startsAt) / HOUR];
}

describe('the window that holds a time', () => {
  test.each([
    ['UTC', 'minute', '2026-11-22T12:34:56Z', '2026-11-22T12:34Z', 1 / 60],
    ['Asia/Kathmandu', 'hour', '2026-11-22T12:34:56Z', '2026-11-22T12:00Z', 1],
    ['UTC', 'day', '2026-11-22T23:59:59.999Z', '2026-11-22T00:00Z', 24],
    ['UTC', 'month', '2028-02-29T12:00:00Z', '2028-02-01T00:00Z', 29 * 24],
    ['Europe/Berlin', 'day', '2026-11-22T23:30:00Z', '2026-11-22T23:00Z', 24],
    ['Europe/Berlin', 'day', '2026-03-29T12:00:00Z', '2026-03-28T23:00Z', 23],
    ['Europe/Berlin', 'day', '2026-10-25T00:30:00Z', '2026-10-24T22:00Z', 25],
    ['Europe/Berlin', 'month', '2026-10-31T23:30:00Z', '2026-10-31T23:00Z', 30 * 24],
    ['Europe/Berlin', 'month', '2026-10-31T22:59:59Z', '2026-09-30T22:00Z', 31 * 24 + 1],
    ['Europe/Berlin', 'month', '2028-02-29T22:59:59Z', '2028-01-31T23:00Z', 29 * 24],
    ['Asia/Kathmandu', 'day', '2026-11-22T12:00:00Z', '2026-11-21T18:15Z', 24],
    ['Asia/Kolkata', 'month', '2026-11-22T12:00:00Z', '2026-10-31T18:30Z', 30 * 24],
    ['America/St_Johns', 'day', '2026-11-01T12:00:00Z', '2026-11-01T02:30Z', 25],
    // Summer time there is half an hour.
    ['Australia/Lord_Howe', 'day', '2026-10-03T20:00:00Z', '2026-10-03T13:30Z', 23.5],
    // Midnight does not exist on that day: it begins at one o'clock.
    ['Africa/Cairo', 'day', '2026-04-24T12:00:00Z', '2026-04-23T22:00Z', 23],
    // Midnight comes twice: the first one counts.
    ['America/Havana', 'day', '2026-11-01T05:30:00Z', '2026-11-01T04:00Z', 25],
    // The clock went back from 00:01 to 23:01: the rest of an evening that was over already.
    ['America/St_Johns', 'day', '2010-11-07T02:45:00Z', '2010-11-07T02:30Z', 25],
    // There was no 30 December.
    ['Pacific/Apia', 'day', '2011-12-30T09:59:00Z', '2011-12-29T10:00Z', 24],
    ['Pacific/Apia', 'day', '2011-12-30T10:00:00Z', '2011-12-30T10:00Z', 24],
    ['Pacific/Apia', 'month', '2011-12-15T00:00:00Z', '2011-12-01T10:00Z', 30 * 24],
  ] as const)('in %s, %s at %s: begins %s, has %d hours', (zone, kind, at, start, hours) => {
    const [begins, , has] = told(inZone(zone), kind, at);
    expect([begins, has]).toEqual([start, hours]);
  });

  test('a billing period is that of the subscription, from its first on, the 31st and back', () => {
    const at = (when: string) => told(inZone('Europe/Berlin'), 'billing_period', when).slice(0, 2);
    const first = ['2026-01-31T10:15Z', '2026-02-28T10:15Z'];
    expect(at('2026-01-31T10:14:00Z')).toEqual(first);
    expect(at('2026-02-28T10:14:59Z')).toEqual(first);
    expect(at('2026-02-28T10:15:00Z')).toEqual(['2026-02-28T10:15Z', '2026-03-31T10:15Z']);
    expect(zoneOf(inZone('Europe/Berlin'), 'billing_period')).toBe('UTC');
  });
});

describe('after a change of zone', () => {
  const changed = (from: string, to: string, at: string): Calendar =>
    inZone(to, [{ zone: from, until: ms(at) }]);

  test.each([
    // [from, to, kind, change, the windows that follow]
    {
      name: 'a month that would last an hour becomes one of a month and an hour',
      calendar: changed('UTC', 'America/New_York', '2026-11-15T12:00:00Z'),
      kind: 'month',
      turns: ['2026-11-01T00:00Z', '2026-12-01T00:00Z', '2027-01-01T05:00Z', '2027-02-01T05:00Z'],
    },
    {
      name: 'a month that would have begun already is an hour shorter',
      calendar: changed('UTC', 'Europe/Berlin', '2026-11-15T12:00:00Z'),
      kind: 'month',
      turns: ['2026-11-01T00:00Z', '2026-12-01T00:00Z', '2026-12-31T23:00Z', '2027-01-31T23:00Z'],
    },
    {
      name: 'a day that would last six hours becomes one of thirty',
      calendar: changed('Europe/Berlin', 'America/New_York', '2026-11-15T12:00:00Z'),
      kind: 'day',
      turns: ['2026-11-14T23:00Z', '2026-11-15T23:00Z', '2026-11-17T05:00Z', '2026-11-18T05:00Z'],
    },
    {
      name: 'a day may be as short as half of one',
      calendar: changed('Pacific/Pago_Pago', 'UTC', '2026-11-15T12:00:00Z'),
      kind: 'day',
      turns: ['2026-11-15T11:00Z', '2026-11-16T11:00Z', '2026-11-17T00:00Z', '2026-11-18T00:00Z'],
    },
    {
      name: 'a change that is taken back in time changes nothing',
      calendar: inZone('UTC', [
        { zone: 'UTC', until: ms('2026-11-15T12:00:00Z') },
        { zone: 'Asia/Tokyo', until: ms('2026-11-15T18:00:00Z') },
      ]),
      kind: 'day',
      turns: ['2026-11-15T00:00Z', '2026-11-16T00:00Z', '2026-11-17T00:00Z', '2026-11-18T00:00Z'],
    },
    {
      name: 'a second change waits for the end of the window that the first one made',
      calendar: inZone('UTC', [
        { zone: 'Europe/Berlin', until: ms('2026-11-15T12:00:00Z') },
        { zone: 'America/New_York', until: ms('2026-11-16T12:00:00Z') },
      ]),
      kind: 'day',
      turns: ['2026-11-14T23:00Z', '2026-11-15T23:00Z', '2026-11-17T05:00Z', '2026-11-18T00:00Z'],
    },
  ] as const)('$name', ({ calendar, kind, turns }) => {
    const seen = [iso(windowOf(calendar, kind, ms('2026-11-15T12:00:00Z')).startsAt)];
    while (seen.length < turns.length) {
      const at = seen.at(-1)?.replace('Z', ':00Z') ?? '';
      seen.push(iso(windowOf(calendar, kind, ms(at)).endsAt));
    }
    expect(seen).toEqual(turns);
  });
});

const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/St_Johns',
  'America/Havana',
  'Africa/Cairo',
  'Africa/Casablanca',
  'Asia/Kathmandu',
  'Asia/Tehran',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Pacific/Kiritimati',
  'Pacific/Pago_Pago',
  'Pacific/Chatham',
];
const FROM = ms('2008-01-01T00:00:00Z');
const zone = fc.constantFrom(...ZONES);
/** Changes within a few months, many of them close together. */
const calendars = fc
  .record({
    first: zone,
    begins: fc.integer({ min: 0, max: 20 * 365 * DAY }),
    changes: fc.array(fc.tuple(zone, fc.integer({ min: 0, max: 30 * DAY })), { maxLength: 6 }),
    startedAt: fc.integer({ min: 0, max: 20 * 365 * DAY }),
    timeZone: zone,
  })
  .map(({ first, begins, changes, startedAt, timeZone }) => {
    const zones = [first, ...changes.map(([next]) => next)];
    let until = FROM + begins;
    const earlier = changes.map(([, pause], i) => ({
      zone: zones[i] ?? '',
      until: (until += pause),
    }));
    const calendar: Calendar = {
      zones: { current: zones.at(-1) ?? '', earlier },
      anchor: { startedAt: FROM + startedAt, timeZone },
    };
    return { calendar, from: FROM + begins };
  });
const kinds = fc.constantFrom<WindowKind[]>('minute', 'hour', 'day', 'month', 'billing_period');
const later = fc.integer({ min: -60 * DAY, max: 300 * DAY });

test('windows follow one another without gap or overlap, and each time is in its own', () => {
  fc.assert(
    fc.property(calendars, kinds, later, ({ calendar, from }, kind, ahead) => {
      const base = kind === 'billing_period' ? calendar.anchor.startedAt + 60 * DAY : from;
      const at = base + ahead;
      const window = windowOf(calendar, kind, at);
      expect(window.startsAt % 60_000).toBe(0);
      expect(window.startsAt).toBeLessThanOrEqual(at);
      expect(window.endsAt).toBeGreaterThan(at);
      expect(windowOf(calendar, kind, window.startsAt)).toEqual(window);
      expect(windowOf(calendar, kind, window.endsAt - 1)).toEqual(window);
      expect(windowOf(calendar, kind, window.endsAt).startsAt).toBe(window.endsAt);
    }),
    { numRuns: 2_000 },
  );
});

test('a change of zone leaves the window in force, and none is shorter than half of one', () => {
  fc.assert(
    fc.property(calendars, zone, later, ({ calendar, from }, next, ahead) => {
      for (const [kind, whole] of [['day', DAY] as const, ['month', 30 * DAY] as const]) {
        const until = Math.max(from + ahead, calendar.zones.earlier.at(-1)?.until ?? 0);
        const { current, earlier } = calendar.zones;
        const after = {
          ...calendar,
          zones: { current: next, earlier: [...earlier, { zone: current, until }] },
        };
        const inForce = windowOf(calendar, kind, until);
        expect(windowOf(after, kind, until)).toEqual(inForce);
        const following = windowOf(after, kind, inForce.endsAt);
        expect(following.startsAt).toBe(inForce.endsAt);
        const length = following.endsAt - following.startsAt;
        expect(length).toBeGreaterThanOrEqual(whole / 2);
        // A day that a zone skipped, a clock change and the longest month are on top.
        expect(length).toBeLessThanOrEqual(1.5 * whole + 2 * DAY);
      }
    }),
    { numRuns: 1_000 },
  );
});

test('a gateway finds the window that core finds, and its id, as far ahead as it was told', () => {
  fc.assert(
    fc.property(calendars, kinds, later, fc.double({ min: 0, max: 1, noNaN: true }), (...of) => {
      const [{ calendar, from }, kind, ahead, part] = of;
      const now = kind === 'billing_period' ? calendar.anchor.startedAt + 1 : from + ahead;
      const turns = turnsOf(calendar, kind, now);
      const first = turns[0] ?? now;
      const last = turns.at(-1) ?? now + 400 * DAY;
      const at = Math.floor(first + part * (last - first - 1));
      const bounds = windowOf(calendar, kind, at);
      expect(windowAt(kind, turns, at)).toEqual(bounds);
      const customerId = 'cus_000000000000000000000001';
      const keyId = part < 0.5 ? null : 'key_000000000000000000000001';
      const window = quotaWindow({ customerId, keyId, meterId: 'mtr_requests', kind }, bounds);
      const { startsAt } = bounds;
      expect(readWindowId(window.id)).toEqual({
        ...{ customerId, keyId, meterId: 'mtr_requests', kind, startsAt },
      });
    }),
    { numRuns: 1_000 },
  );
});

test('a gateway is told of the window now, of five minutes ago, and of some days ahead', () => {
  for (const kind of ['day', 'month', 'billing_period'] as const) {
    const now = ms('2026-11-30T23:00:01Z');
    const turns = turnsOf(inZone('Europe/Berlin'), kind, now);
    expect(windowAt(kind, turns, now - 300_000)).toBeDefined();
    expect(windowAt(kind, turns, now + 7 * DAY)).toBeDefined();
    expect(windowAt(kind, turns, (turns[0] ?? 0) - 1)).toBeUndefined();
    expect(windowAt(kind, turns, turns.at(-1) ?? 0)).toBeUndefined();
  }
  expect(turnsOf(inZone('UTC'), 'day', 0)).toEqual([]);
});

test.each([
  'cus_000000000000000000000001|mtr_requests|month|029',
  'cus_000000000000000000000001|mtr_requests|week|29',
  'cus_000000000000000000000001|mtr_requests|month|29|',
  'cus_000000000000000000000001|mtr_requests|month|29|key_1',
  'cus_1|mtr_requests|month|29',
])('%s names no window', (id) => {
  expect(readWindowId(id)).toBeUndefined();
});
