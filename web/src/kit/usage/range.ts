import type { UsageInterval } from '../api-types.ts';
import { isoFromNow, now } from '../clock.ts';
import { dayStart } from '../zone.ts';

export type RangeId = '1h' | '24h' | '7d' | '30d' | 'custom';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export const STEP_MS: Record<UsageInterval, number> = {
  minute: 60_000,
  hour: HOUR_MS,
  day: DAY_MS,
};

const PRESETS: Record<Exclude<RangeId, 'custom'>, { ms: number; interval: UsageInterval }> = {
  '1h': { ms: HOUR_MS, interval: 'minute' },
  '24h': { ms: DAY_MS, interval: 'hour' },
  '7d': { ms: 7 * DAY_MS, interval: 'hour' },
  '30d': { ms: 30 * DAY_MS, interval: 'day' },
};

export interface Range {
  from: string;
  to: string;
  interval: UsageInterval;
}

/** More bars than this are neither readable nor quick. */
const BUCKETS_MAX = 400;

/**
 * @param search the page's URL state: `range`, `interval`, and for 'custom' `from` and `to`.
 * @returns the instants to ask for: presets end now and begin on a whole bucket.
 */
export function resolveRange(search: Readonly<Record<string, string | undefined>>): Range {
  const id = rangeOf(search['range']);
  const span = id === 'custom' ? customSpan(search) : presetSpan(id);
  const length = Date.parse(span.to) - Date.parse(span.from);
  const wanted = intervalOf(search['interval']) ?? span.interval;
  const interval = length / STEP_MS[wanted] > BUCKETS_MAX ? coarser(length) : wanted;
  // What somebody chose begins there and not with the hour: days of some zones do not, either.
  const step = id === 'custom' && interval === 'hour' ? 'minute' : interval;
  return { from: iso(bucketStart(Date.parse(span.from), step)), to: span.to, interval };
}

/** @returns of the bucket that begins then what lies in the range, at whose ends it may be cut. */
export function bucketWithin(
  search: Readonly<Record<string, string | undefined>>,
  start: string,
): Pick<Range, 'from' | 'to'> {
  const { from, to, interval } = resolveRange(search);
  const [begin, end] = [Date.parse(start), bucketEnd(Date.parse(start), interval)];
  // Others move on with the clock, and a figure stays what it was made of.
  if (rangeOf(search['range']) !== 'custom') return { from: iso(begin), to: iso(end) };
  return {
    from: iso(Math.max(begin, Date.parse(from))),
    to: iso(search['to'] === undefined ? end : Math.min(end, Date.parse(to))),
  };
}

/**
 * @returns the same number of buckets right before a range, the last one as far as it has come:
 * what is compared has had the same time. A day more or less where clocks were changed.
 */
export function rangeBefore({ from, to, interval }: Range): Range {
  const [start, end] = [Date.parse(from), Date.parse(to)];
  if (interval === 'day') {
    const days = Math.ceil((end - start) / DAY_MS);
    const first = dayStart(start, -days);
    return { from: iso(first), to: iso(end - (start - first)), interval };
  }
  const step = STEP_MS[interval];
  const length = Math.ceil((end - start) / step) * step;
  return { from: iso(start - length), to: iso(end - length), interval };
}

/** @returns when the bucket began in which an instant lies; days are those of the chosen zone. */
function bucketStart(atMs: number, interval: UsageInterval): number {
  if (interval === 'day') return dayStart(atMs);
  return Math.floor(atMs / STEP_MS[interval]) * STEP_MS[interval];
}

/** @returns when the bucket ends that begins then; a day may have 23 or 25 hours. */
export function bucketEnd(startMs: number, interval: UsageInterval): number {
  return interval === 'day' ? dayStart(startMs, 1) : startMs + STEP_MS[interval];
}

/** @returns the intervals that give a readable number of bars for this range. */
export function fittingIntervals(range: Range): UsageInterval[] {
  const length = Date.parse(range.to) - Date.parse(range.from);
  const all: UsageInterval[] = ['minute', 'hour', 'day'];
  const fitting = all.filter((one) => {
    const buckets = length / STEP_MS[one];
    return buckets <= BUCKETS_MAX && buckets >= 1;
  });
  return fitting.length === 0 ? [range.interval] : fitting;
}

export function rangeOf(value: string | undefined): RangeId {
  const known = value === 'custom' || (value !== undefined && value in PRESETS);
  return known ? (value as RangeId) : '24h';
}

function intervalOf(value: string | undefined): UsageInterval | undefined {
  return value !== undefined && value in STEP_MS ? (value as UsageInterval) : undefined;
}

function presetSpan(id: Exclude<RangeId, 'custom'>): Range {
  const { ms, interval } = PRESETS[id];
  return { from: isoFromNow(-ms), to: isoFromNow(0), interval };
}

function customSpan(search: Readonly<Record<string, string | undefined>>): Range {
  const to = Date.parse(search['to'] ?? '');
  const from = Date.parse(search['from'] ?? '');
  const end = Number.isNaN(to) ? now() : to;
  const start = Number.isNaN(from) || from >= end ? end - DAY_MS : from;
  const interval = end - start <= 2 * HOUR_MS ? 'minute' : coarser(end - start);
  return { from: iso(start), to: iso(end), interval };
}

function coarser(lengthMs: number): UsageInterval {
  return lengthMs <= 8 * DAY_MS ? 'hour' : 'day';
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
