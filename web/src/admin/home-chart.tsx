import { useQuery } from '@tanstack/react-query';
import type { UsageSeries } from '@tollgate/billing-core/contract/usage.ts';
import { api } from '../kit/api.ts';
import { Chart } from '../kit/chart.tsx';
import { isoFromNow } from '../kit/clock.ts';
import { Card } from '../kit/page.tsx';
import { Loaded, onceKnown } from '../kit/query.tsx';
import { ChartSkeleton } from '../kit/skeleton.tsx';
import { t } from '../kit/text.ts';
import { chartOf } from '../kit/usage/series.ts';

const DAY_MS = 86_400_000;
const REFRESH_MS = 30_000;

/** Requests of all customers in the last day, by how they ended. */
export function HomeChart() {
  const usage = useQuery({
    queryKey: ['admin', 'usage', 'last-day'],
    queryFn: ({ signal }) => {
      const query = { from: isoFromNow(-DAY_MS), interval: 'hour', group_by: 'outcome' };
      return api<UsageSeries>('/v1/usage', { query, signal });
    },
    refetchInterval: onceKnown(REFRESH_MS),
  });
  return (
    <Card title={t('Requests')} about={t('Of all customers, by the hour; live')}>
      <Loaded query={usage} skeleton={<ChartSkeleton />}>
        {(known) => <Chart title={t('Requests')} {...chartOf(known)} />}
      </Loaded>
    </Card>
  );
}
