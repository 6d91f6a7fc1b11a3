import type { UsageSeries } from '@tollgate/billing-core/contract/usage.ts';
import { expect, test } from 'vitest';
import { bucketWithin, resolveRange } from './range.ts';
import { chartOf } from './series.ts';

function report(fields: Partial<UsageSeries>): UsageSeries {
  return {
    data: [],
    totals: { requests: 0, quantity: '0', billable_quantity: '0' },
    meter: { id: 'mtr_requests', slug: 'requests', name: 'Requests', unit: 'request' },
    interval: 'hour',
    zone: 'UTC',
    from: '2026-11-22T00:00:00.000Z',
    to: '2026-11-22T06:00:00.000Z',
    as_of: '2026-11-22T03:30:00.000Z',
    roll: '1',
    ...fields,
  };
}

function row(hour: number, id: string, requests: number): UsageSeries['data'][number] {
  const start = new Date(Date.UTC(2026, 10, 22, hour)).toISOString();
  const quantity = String(requests);
  return { start, group: { id, label: id }, requests, quantity, billable_quantity: quantity };
}

test('quiet hours are drawn as empty, hours to come are not drawn', () => {
  const chart = chartOf(report({ data: [row(0, 'ok', 5), row(2, 'ok', 7)] }));
  expect(chart.points.map((point) => point.values)).toEqual([{ ok: 5 }, {}, { ok: 7 }, {}]);
});

test('no request is lost when groups are too many to tell apart', () => {
  const data = Array.from({ length: 12 }, (_, n) => row(1, `key_${n}`, n + 1));
  const chart = chartOf(report({ data }));
  const drawn = chart.points.flatMap((point) => Object.values(point.values));
  expect(drawn.reduce((sum, one) => sum + one, 0)).toBe(78);
  expect(chart.series).toHaveLength(6);
  expect(chart.series.at(-1)?.label).toBe('7 others');
});

test('the summary says what the bars show', () => {
  const totals = { requests: 1200, quantity: '1200', billable_quantity: '1200' };
  const chart = chartOf(report({ data: [row(1, 'ok', 900), row(2, 'ok', 300)], totals }));
  expect(chart.summary).toContain('1,200 requests; at most 900 an hour');
});

test('a range asks for whole buckets and never for too many', () => {
  const from = '2026-01-01T00:10:00.000Z';
  const to = '2026-11-01T00:00:00.000Z';
  const range = resolveRange({ range: 'custom', from, to, interval: 'minute' });
  expect(range).toEqual({ from: '2026-01-01T00:00:00.000Z', to, interval: 'day' });
});

test('a chosen range begins where it was said, also within an hour', () => {
  const [from, to] = ['2026-11-21T18:30:00.000Z', '2026-11-22T18:30:00.000Z'];
  const search = { range: 'custom', from, to, interval: 'hour' };
  expect(resolveRange(search)).toEqual({ from, to, interval: 'hour' });
  const within = (start: string) => bucketWithin(search, start);
  expect(within('2026-11-21T18:00:00.000Z')).toEqual({ from, to: '2026-11-21T19:00:00.000Z' });
  expect(within('2026-11-22T18:00:00.000Z')).toEqual({ from: '2026-11-22T18:00:00.000Z', to });
  const chart = chartOf(report({ data: [row(0, 'ok', 5)], from: '2026-11-21T22:30:00.000Z' }));
  expect(chart.points.map(({ start }) => start.slice(11, 16))).toEqual([
    '22:00',
    '23:00',
    '00:00',
    '01:00',
    '02:00',
    '03:00',
  ]);
});

test('nonsense in the URL becomes the last 24 hours', () => {
  const range = resolveRange({ range: 'custom', from: 'x', to: 'y', interval: 'z' });
  const hours = (Date.parse(range.to) - Date.parse(range.from)) / 3_600_000;
  expect(Math.round(hours)).toBeGreaterThanOrEqual(24);
  expect(range.interval).toBe('hour');
});
