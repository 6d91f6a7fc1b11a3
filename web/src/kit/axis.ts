import { formatBucket, formatDay } from './format.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const TICKS_MAX = 8;

const STEPS_MS = [
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE_MS),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR_MS),
  ...[1, 2, 5, 7, 14, 30].map((n) => n * DAY_MS),
];

export interface Axis {
  /** The buckets that carry a label: round times, few enough to read. */
  ticks: string[];
  label: (start: string) => string;
}

/**
 * Round times for a chart's axis instead of whatever bucket happens to come every n-th.
 * @param starts the buckets' beginnings in RFC 3339, ascending.
 * @param offsetOf what to add to UTC for the reader's wall clock at an instant; all in ms.
 */
export function timeAxis(starts: readonly string[], offsetOf: (atMs: number) => number): Axis {
  const times = starts.map((start) => Date.parse(start));
  const [first = 0, second = first + MINUTE_MS] = times;
  // A day on which clocks are changed has an hour less or more.
  const length = second - first;
  const bucket = length > DAY_MS - 3 * HOUR_MS ? DAY_MS : Math.max(length, MINUTE_MS);
  const span = (times.at(-1) ?? first) - first;
  const step = STEPS_MS.find((one) => one >= bucket && span / one <= TICKS_MAX) ?? 30 * DAY_MS;
  const isRound = (at: number): boolean => (at + offsetOf(at)) % step === 0;
  const ticks = starts.filter((_, at) => isRound(times[at] ?? 0));
  const label = (start: string): string => {
    if (bucket >= DAY_MS) return formatBucket(start, 'day');
    return step >= DAY_MS ? formatDay(start) : formatBucket(start, 'minute');
  };
  return { ticks, label };
}
