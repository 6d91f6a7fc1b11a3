import { useQuery } from '@tanstack/react-query';
import type { UsageLive } from '@tollgate/billing-core/contract/usage.ts';
import type { Overview } from '../kit/api-types.ts';
import { ErrorPanel } from '../kit/error-panel.tsx';
import { useLive } from '../kit/live.ts';
import { LiveBadge } from '../kit/live-badge.tsx';
import { Card, PageHeader } from '../kit/page.tsx';
import { Loaded } from '../kit/query.tsx';
import { QuotaBar } from '../kit/quota-bar.tsx';
import { FactsSkeleton, Skeleton } from '../kit/skeleton.tsx';
import { t } from '../kit/text.ts';
import { Endpoints } from './endpoints.tsx';
import { Figures } from './figures.tsx';
import { useCustomerId } from './layout.tsx';
import { PlanCard } from './plan-card.tsx';
import { customerPath, overviewQuery } from './queries.ts';
import { Traffic } from './traffic.tsx';

/** What a customer looks at first: what was used, what is left, what it is made of. */
export function OverviewPage() {
  const customerId = useCustomerId();
  const overview = useQuery(overviewQuery(customerId));
  const live = useLive<UsageLive>(customerPath(customerId, '/usage/live'), 'usage');
  const quotas = live.data?.quotas ?? overview.data?.quotas;
  if (overview.data === undefined && overview.isError) {
    return (
      <>
        <PageHeader title={t('Overview')} />
        <Card>
          <ErrorPanel error={overview.error} onRetry={() => void overview.refetch()} />
        </Card>
      </>
    );
  }
  return (
    <>
      <PageHeader
        title={t('Overview')}
        about={overview.data?.customer.name ?? <Skeleton className="my-1 h-4 w-32" />}
        actions={<LiveBadge live={live} />}
      />
      <div className="flex flex-col gap-5">
        <Figures customerId={customerId} overview={overview.data} live={live.data} />
        <div className="grid gap-5 lg:grid-cols-3">
          <Traffic className="lg:col-span-2" live={live} />
          <Quotas quotas={quotas} />
        </div>
        <Loaded query={overview} skeleton={<Rest />}>
          {(known) => (
            <div className="grid gap-5 lg:grid-cols-3">
              <Endpoints className="lg:col-span-2" overview={known} />
              <PlanCard overview={known} />
            </div>
          )}
        </Loaded>
      </div>
    </>
  );
}

function Quotas({ quotas }: { quotas: Overview['quotas'] | undefined }) {
  return (
    <Card title={t('Quotas')}>
      {quotas === undefined ? (
        <FactsSkeleton facts={2} />
      ) : quotas.length === 0 ? (
        <p className="text-ink-soft">{t('This plan sets no quota.')}</p>
      ) : (
        <ul className="flex flex-col gap-5">
          {quotas.map((quota) => (
            <li key={`${quota.meter.id} ${quota.window}`}>
              <QuotaBar quota={quota} />
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function Rest() {
  return (
    <div className="grid gap-5 lg:grid-cols-3">
      <Card title={t('Endpoints')} className="lg:col-span-2">
        <FactsSkeleton />
      </Card>
      <Card title={t('Plan')}>
        <FactsSkeleton />
      </Card>
    </div>
  );
}
