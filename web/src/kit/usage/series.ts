import type { UsageSeries } from '@tollgate/billing-core/contract/usage.ts';
import type { Point, Series } from '../chart.tsx';
import { formatBucket, formatInstant, formatNumber } from '../format.ts';
import { t, tn } from '../text.ts';
import { bucketEnd, STEP_MS } from './range.ts';

/** More colours than this can't be told apart; the rest is shown as one. */
const GROUPS_MAX = 5;
const OTHERS = 'others';

const OUTCOMES: Readonly<Record<string, { label: string; colour: number; hatched?: boolean }>> = {
  ok: { label: t('Succeeded'), colour: 1 },
  redirect: { label: t('Redirected or unchanged'), colour: 2 },
  client_error: { label: t('Client error'), colour: 3, hatched: true },
  server_error: { label: t('Server error'), colour: 4, hatched: true },
  upstream_timeout: { label: t('Upstream timeout'), colour: 5, hatched: true },
  upstream_error: { label: t('Upstream error'), colour: 2, hatched: true },
  client_abort: { label: t('Client left'), colour: 6, hatched: true },
};

/** @returns an outcome in words; unknown ones as they are. */
export function outcomeLabel(outcome: string): string {
  return OUTCOMES[outcome]?.label ?? outcome;
}

interface ChartData {
  series: Series[];
  points: Point[];
  summary: string;
}

/** What is drawn: how many requests, or how much of the meter they counted. */
export type Plotted = 'requests' | 'quantity';
type Row = UsageSeries['data'][number];

// A bar has no more digits than a number has.
const sizeOf = (row: Row, plots: Plotted): number =>
  plots === 'requests' ? row.requests : Number(row.quantity);

/**
 * A usage report as stacked bars: buckets without usage are drawn as empty, not left out.
 * @param before the report of as many buckets right before it, to be compared with.
 */
export function chartOf(
  report: UsageSeries,
  plots: Plotted = 'requests',
  before?: UsageSeries,
): ChartData {
  const series = seriesOf(report, plots);
  const known = new Set(series.map((one) => one.id));
  const byStart = new Map<number, Record<string, number>>();
  for (const row of report.data) {
    const start = Date.parse(row.start);
    const values = byStart.get(start) ?? {};
    const group = row.group?.id ?? 'all';
    const id = known.has(group) ? group : OTHERS;
    values[id] = (values[id] ?? 0) + sizeOf(row, plots);
    byStart.set(start, values);
  }
  const earlier = before && sizesOf(before, plots);
  const points = bucketsOf(report).map((start, at) => {
    const iso = new Date(start).toISOString();
    const values = byStart.get(start) ?? {};
    const label = formatBucket(iso, report.interval);
    return { start: iso, label, values, ...(earlier && { before: earlier[at] }) };
  });
  return { series, points, summary: summaryOf(report, points, plots) };
}

/** What each bucket comes to, in their order. */
function sizesOf(report: UsageSeries, plots: Plotted): number[] {
  const sizes = new Map<number, number>();
  for (const row of report.data) {
    const start = Date.parse(row.start);
    sizes.set(start, (sizes.get(start) ?? 0) + sizeOf(row, plots));
  }
  return bucketsOf(report).map((start) => sizes.get(start) ?? 0);
}

/** Whole buckets from the first to now, anchored where the report's own buckets begin. */
function bucketsOf({ data, from, to, as_of, interval }: UsageSeries): number[] {
  const anchor = Date.parse(data[0]?.start ?? from);
  const end = Math.min(Date.parse(to), Date.parse(as_of));
  const starts = new Set(data.map((row) => Date.parse(row.start)));
  for (let at = firstBucket(anchor, from, interval); at < end; at = bucketEnd(at, interval)) {
    starts.add(at);
  }
  return [...starts].toSorted((a, b) => a - b);
}

function firstBucket(anchor: number, from: string, interval: UsageSeries['interval']): number {
  // Questions begin on a whole day.
  if (interval === 'day') return Date.parse(from);
  const step = STEP_MS[interval];
  return anchor - Math.ceil((anchor - Date.parse(from)) / step) * step;
}

function seriesOf(report: UsageSeries, plots: Plotted): Series[] {
  const all = plots === 'requests' ? t('Requests') : report.meter.name;
  const totals = new Map<string, { label: string; size: number }>();
  for (const row of report.data) {
    const id = row.group?.id ?? 'all';
    const seen = totals.get(id);
    const label = row.group === null ? all : groupLabel(row.group);
    totals.set(id, { label, size: (seen?.size ?? 0) + sizeOf(row, plots) });
  }
  if (totals.size === 0) return [{ id: 'all', label: all, colour: 1 }];
  const ordered = [...totals].toSorted(([, a], [, b]) => b.size - a.size);
  const shown = ordered.length > GROUPS_MAX + 1 ? ordered.slice(0, GROUPS_MAX) : ordered;
  const series = shown.map(([id, group], at): Series => {
    return OUTCOMES[id] ? { id, ...OUTCOMES[id] } : { id, label: group.label, colour: at + 1 };
  });
  const hidden = ordered.length - shown.length;
  if (hidden === 0) return series;
  const label = tn(hidden, { one: '{count} other', other: '{count} others' });
  return [...series, { id: OTHERS, label, colour: 6 }];
}

/** @returns a group's name: outcomes in words, others as the API labels them. */
export function groupLabel(group: { id: string; label: string }): string {
  return OUTCOMES[group.id]?.label ?? (group.label === '' ? group.id : group.label);
}

function summaryOf(report: UsageSeries, points: readonly Point[], plots: Plotted): string {
  const { totals, meter } = report;
  const total =
    plots === 'requests'
      ? tn(totals.requests, { one: '{count} request', other: '{count} requests' })
      : t('{meter}: {n}', { meter: meter.name, n: formatNumber(totals.quantity) });
  const peak = points.reduce<{ start: string; count: number }>(
    (most, point) => {
      const count = Object.values(point.values).reduce((sum, one) => sum + one, 0);
      return count > most.count ? { start: point.start, count } : most;
    },
    { start: report.from, count: 0 },
  );
  if (peak.count === 0) return t('No requests in this range.');
  const most = formatNumber(peak.count);
  const unit = { minute: t('a minute'), hour: t('an hour'), day: t('a day') }[report.interval];
  return t('{total}; at most {most} {unit}, at {label}.', {
    total,
    most,
    unit,
    label: report.interval === 'day' ? formatBucket(peak.start, 'day') : formatInstant(peak.start),
  });
}
