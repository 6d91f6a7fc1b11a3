import { useMemo } from 'react';
import type { UsageLive } from '@tollgate/billing-core/contract/usage.ts';
import type { LiveMinute } from '../kit/api-types.ts';
import { Chart, type Series } from '../kit/chart.tsx';
import { ErrorPanel } from '../kit/error-panel.tsx';
import { formatBucket } from '../kit/format.ts';
import type { Live } from '../kit/live.ts';
import { Card } from '../kit/page.tsx';
import { ChartSkeleton } from '../kit/skeleton.tsx';
import { t, tn } from '../kit/text.ts';

const SERIES: readonly Series[] = [
  { id: 'ok', label: t('Succeeded'), colour: 1 },
  { id: 'errors', label: t('Errors'), colour: 4, hatched: true },
  { id: 'refused', label: t('Refused'), colour: 3, hatched: true },
];

interface TrafficProps {
  live: Live<UsageLive>;
  /** Drawing is loaded after the figures, which people come for. */
  ready: boolean;
  className: string;
}

/** The last 60 minutes, moving. */
export function Traffic({ live, ready, className }: TrafficProps) {
  const minutes = live.data?.minutes;
  const points = useMemo(() => minutes?.map(pointOf), [minutes]);
  return (
    <Card
      title={t('Traffic')}
      about={t('Requests per minute, last 60 minutes')}
      className={className}
    >
      {ready && points !== undefined && minutes !== undefined ? (
        <Chart title={t('Traffic')} summary={summaryOf(minutes)} series={SERIES} points={points} />
      ) : live.error !== undefined ? (
        <ErrorPanel error={live.error} onRetry={live.retry} />
      ) : (
        <ChartSkeleton />
      )}
    </Card>
  );
}

function pointOf(minute: LiveMinute) {
  const { start, ok, errors, refused } = minute;
  return { start, label: formatBucket(start, 'minute'), values: { ok, errors, refused } };
}

function summaryOf(minutes: readonly LiveMinute[]): string {
  const sum = (of: (minute: LiveMinute) => number): number =>
    minutes.reduce((total, minute) => total + of(minute), 0);
  const requests = sum((minute) => minute.requests);
  if (requests === 0) return t('No requests in the last 60 minutes.');
  return t('{requests} in the last 60 minutes, {errors} and {refused}.', {
    requests: tn(requests, { one: '{count} request', other: '{count} requests' }),
    errors: tn(
      sum((minute) => minute.errors),
      { one: '{count} error', other: '{count} errors' },
    ),
    refused: tn(
      sum((minute) => minute.refused),
      { one: '{count} refusal', other: '{count} refusals' },
    ),
  });
}
