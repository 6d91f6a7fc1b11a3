import { useQuery } from '@tanstack/react-query';
import type { UsageLive } from '@tollgate/billing-core/contract/usage.ts';
import type { Overview } from '@tollgate/billing-core/contract/overview.ts';
import { ErrorPanel } from '../kit/error-panel.tsx';
import { useLive } from '../kit/live.ts';
import { Link } from '../kit/link.tsx';
import { LiveBadge } from '../kit/live-badge.tsx';
import { Card, PageHeader } from '../kit/page.tsx';
import { paths } from '../kit/paths.ts';
import { Loaded } from '../kit/query.tsx';
import { QuotaBar } from '../kit/quota-bar.tsx';
import { FactsSkeleton, Skeleton } from '../kit/skeleton.tsx';
import { t } from '../kit/text.ts';
import { Endpoints } from './endpoints.tsx';
import { Figures } from './figures.tsx';
import { useFollow } from './follow.ts';
import { LatestNotice } from './latest-notice.tsx';
import { useCustomerId } from './layout.tsx';
import { PlanCard } from './plan-card.tsx';
import { customerPath, overviewQuery } from './queries.ts';
import { Traffic } from './traffic.tsx';

/** What a customer looks at first: what was used, what is left, what it is made of. */
export function OverviewPage() {
  const customerId = useCustomerId();
  const overview = useQuery(overviewQuery(customerId));
  const live = useLive<UsageLive>(customerPath(customerId, '/usage/live'), 'usage');
  useFollow(overview, live.data?.roll);
  const quotas = live.data?.quotas ?? overview.data?.quotas;
  const aheadMs = overview.data?.customer.clock_ms ?? 0;
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
        about={
          overview.data === undefined ? (
            <Skeleton className="my-1 h-4 w-32" />
          ) : (
            overview.data.customer.name
          )
        }
        actions={<LiveBadge live={live} />}
      />
      <div className="flex flex-col gap-5">
        <LatestNotice customerId={customerId} />
        <Figures customerId={customerId} overview={overview.data} live={live.data} />
        <div className="flex flex-col gap-5 lg:grid lg:grid-cols-3 lg:items-start">
          <div className="contents flex-col gap-5 lg:col-span-2 lg:flex">
            <Traffic className="order-1" live={live} ready={overview.data !== undefined} />
            <Loaded query={overview} skeleton={<Awaited title={t('Endpoints')} />}>
              {(known) => <Endpoints className="order-4" overview={known} />}
            </Loaded>
          </div>
          <div className="contents flex-col gap-5 lg:flex">
            <Quotas className="order-2" quotas={quotas} aheadMs={aheadMs} />
            <Loaded query={overview} skeleton={<Awaited title={t('Plan')} />}>
              {(known) => <PlanCard className="order-3" overview={known} />}
            </Loaded>
          </div>
        </div>
      </div>
    </>
  );
}

interface QuotasProps {
  quotas: Overview['quotas'] | undefined;
  aheadMs: number;
  className: string;
}

function Quotas({ quotas, aheadMs, className }: QuotasProps) {
  const customerId = useCustomerId();
  return (
    <Card
      title={t('Quotas')}
      className={className}
      actions={
        <Link
          href={paths.quotas(customerId)}
          className="text-[0.8125rem] text-accent underline underline-offset-2"
        >
          {t('Limits and alerts')}
        </Link>
      }
    >
      {quotas === undefined ? (
        <FactsSkeleton facts={2} />
      ) : quotas.length === 0 ? (
        <p className="text-ink-soft">{t('No quota applies.')}</p>
      ) : (
        <ul className="flex flex-col gap-5">
          {quotas.map((quota) => (
            <li key={`${quota.meter.id} ${quota.window} ${quota.scope} ${quota.key?.id}`}>
              <QuotaBar quota={quota} aheadMs={aheadMs} />
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function Awaited({ title }: { title: string }) {
  return (
    <Card title={title} className="order-4">
      <FactsSkeleton />
    </Card>
  );
}
