import type { UsageQuery } from '../contract/usage.ts';
import { MINUTE_MS } from '../kit/clock.ts';
import { Fault } from '../kit/fault.ts';

/** Whole UTC minutes since the epoch: from inclusive, to exclusive. */
export type MinuteRange = { from: number; to: number };
export type Interval = UsageQuery['interval'];

const HOUR = 60;
const DAY = 24 * HOUR;
export const STEP_MINUTES = { minute: 1, hour: HOUR, day: DAY } as const satisfies Record<
  Interval,
  number
>;
/** The most that one answer covers, and what it covers when nobody says. */
const LONGEST = { minute: 2 * DAY, hour: 45 * DAY, day: 800 * DAY } as const;
const USUAL = { minute: HOUR, hour: DAY, day: 30 * DAY } as const;

type Asked = { from?: string | undefined; to?: string | undefined; interval: Interval };

function refuse(message: string): never {
  throw new Fault('invalid_request', { errors: [{ path: 'from', message }] });
}

/**
 * The minutes that are asked for: parts of a minute at either end count as that minute; without
 * `to` up to and with the minute of `now` (ms), without `from` a usual stretch before `to`.
 * Throws `invalid_request` for an empty range or one too long for its interval.
 */
export function minuteRange({ from, to, interval }: Asked, now: number): MinuteRange {
  const end = to === undefined ? Math.floor(now / MINUTE_MS) + 1 : ceilMinute(Date.parse(to));
  const begin =
    from === undefined ? end - USUAL[interval] : Math.floor(Date.parse(from) / MINUTE_MS);
  if (from !== undefined && to !== undefined && Date.parse(from) >= Date.parse(to)) {
    refuse('is not before `to`');
  }
  if (begin >= end) refuse('is not before `to`');
  if (end - begin > LONGEST[interval]) {
    refuse(`is over ${LONGEST[interval] / HOUR} hours before \`to\`, the most for this interval`);
  }
  return { from: begin, to: end };
}

const ceilMinute = (ms: number): number => Math.ceil(ms / MINUTE_MS);

/** RFC 3339 of a minute since the epoch. */
export const minuteText = (minute: number): string => new Date(minute * MINUTE_MS).toISOString();

/** Offsets of zones change some times a year; looking this often sees each. */
const LOOK_MINUTES = 20 * DAY;

/** Whether days in this zone begin within hours of UTC, as India's do, somewhere in the range. */
export function splitsHours(zone: string | undefined, { from, to }: MinuteRange): boolean {
  if (zone === undefined || zone === 'UTC') return false;
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  const isWhole = (minute: number): boolean => {
    const parts = format.formatToParts(minute * MINUTE_MS);
    const offset = parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
    return /^GMT([+-]\d\d:00)?$/.test(offset);
  };
  for (let at = from; at < to; at += LOOK_MINUTES) if (!isWhole(at)) return true;
  return !isWhole(to);
}
