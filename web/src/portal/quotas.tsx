import { useQuery, useQueryClient, type UseQueryResult } from '@tanstack/react-query';
import { Gauge } from 'lucide-react';
import { useState } from 'react';
import type { Overview } from '@tollgate/billing-core/contract/overview.ts';
import type { QuotaRequest } from '@tollgate/billing-core/contract/quota-request.ts';
import type { QuotaState, UsageLive } from '@tollgate/billing-core/contract/usage.ts';
import { Button, ButtonLink } from '../kit/button.tsx';
import { FirstUse } from '../kit/empty.tsx';
import { formatNumber } from '../kit/format.ts';
import { Link } from '../kit/link.tsx';
import { useLive } from '../kit/live.ts';
import { LiveBadge } from '../kit/live-badge.tsx';
import { Card, PageHeader } from '../kit/page.tsx';
import { usePages } from '../kit/pages.tsx';
import { paths } from '../kit/paths.ts';
import { Loaded } from '../kit/query.tsx';
import { QuotaBar } from '../kit/quota-bar.tsx';
import { FactsSkeleton } from '../kit/skeleton.tsx';
import { t } from '../kit/text.ts';
import { useRole } from '../session/me.ts';
import { useFollow } from './follow.ts';
import { useCustomerId } from './layout.tsx';
import { customerPath, overviewQuery } from './queries.ts';
import { QuotaAlertsForm } from './quota-alerts.tsx';
import { AskDialog } from './quota-ask.tsx';
import { LimitFields } from './quota-fields.tsx';
import { Requests } from './quota-requests.tsx';

/** What is left of each quota, how fast one may go, and how to get more. */
export function QuotasPage() {
  const customerId = useCustomerId();
  const role = useRole(customerId);
  const may = role === 'owner' || role === 'billing' || role === 'developer';
  const queries = useQueryClient();
  const overview = useQuery(overviewQuery(customerId));
  const live = useLive<UsageLive>(customerPath(customerId, '/usage/live'), 'usage');
  useFollow(overview, live.data?.roll);
  const [asking, setAsking] = useState<QuotaState>();
  const key = ['portal', customerId, 'quota-requests'];
  const path = customerPath(customerId, '/quota-requests');
  const requests = usePages<QuotaRequest>({ key, path });
  const reload = (): void => void queries.invalidateQueries({ queryKey: key });
  return (
    <>
      <PageHeader
        title={t('Quotas')}
        about={t('What is left, when it begins anew, and how fast you may go.')}
        actions={<LiveBadge live={live} />}
      />
      <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_22rem]">
        <div className="flex min-w-0 flex-col gap-5">
          <Card title={t('Quotas')} about={t('Live: what was counted up to the last seconds.')}>
            <Loaded query={overview} skeleton={<FactsSkeleton />}>
              {(known) => (
                <Bars
                  quotas={live.data?.quotas ?? known.quotas}
                  aheadMs={known.customer.clock_ms}
                  onAsk={may ? setAsking : undefined}
                />
              )}
            </Loaded>
          </Card>
          <Card title={t('Requests for more')} flush>
            <Requests requests={requests} path={path} may={may} onDone={reload} />
          </Card>
        </div>
        <Beside overview={overview} quotas={live.data?.quotas} may={may} />
      </div>
      <AskDialog
        quota={asking}
        path={path}
        onClose={() => setAsking(undefined)}
        onAsked={() => {
          setAsking(undefined);
          reload();
        }}
      />
    </>
  );
}

interface BesideProps {
  overview: UseQueryResult<Overview>;
  /** Live; undefined while there are none. */
  quotas: QuotaState[] | undefined;
  may: boolean;
}

/** How fast one may go, and who is warned. */
function Beside({ overview, quotas, may }: BesideProps) {
  const customerId = useCustomerId();
  return (
    <div className="flex min-w-0 flex-col gap-5">
      <Card title={t('Rate limit')}>
        <Loaded query={overview} skeleton={<FactsSkeleton facts={1} />}>
          {(known) => (
            <>
              <Rate rate={known.rate_limit} />
              <LimitFields
                quotas={quotas ?? known.quotas}
                rate={known.rate_limit}
                aheadMs={known.customer.clock_ms}
              />
            </>
          )}
        </Loaded>
      </Card>
      <Card title={t('Warnings')}>
        <QuotaAlertsForm may={may} />
        <ButtonLink size="sm" className="mt-3" href={paths.notices(customerId)}>
          {t('Where e-mails go')}
        </ButtonLink>
      </Card>
    </div>
  );
}

interface BarsProps {
  quotas: readonly QuotaState[];
  aheadMs: number;
  onAsk: ((quota: QuotaState) => void) | undefined;
}

const idOf = (quota: QuotaState): string =>
  `${quota.meter.id} ${quota.window} ${quota.scope} ${quota.key?.id ?? ''}`;

function Bars({ quotas, aheadMs, onAsk }: BarsProps) {
  const customerId = useCustomerId();
  if (quotas.length === 0) {
    return (
      <FirstUse
        icon={<Gauge aria-hidden />}
        title={t('No quota applies')}
        about={t('Your plan limits no meter, or no key has used one that each key has for itself.')}
      />
    );
  }
  return (
    <ul className="flex flex-col gap-6">
      {quotas.map((quota) => (
        <li key={idOf(quota)}>
          <QuotaBar quota={quota} aheadMs={aheadMs} />
          <div className="mt-2 flex flex-wrap items-center gap-x-4 gap-y-1 text-[0.8125rem]">
            <Link
              href={paths.usage(customerId, { meter: quota.meter.slug, key_id: quota.key?.id })}
              className="text-accent underline underline-offset-2"
            >
              {t('What it is made of')}
            </Link>
            {quota.limit !== null && onAsk && (
              <Button tone="quiet" size="sm" onClick={() => onAsk(quota)}>
                {t('Ask for more…')}
              </Button>
            )}
          </div>
        </li>
      ))}
    </ul>
  );
}

function Rate({ rate }: { rate: Overview['rate_limit'] }) {
  if (rate === null) return <p className="text-ink-soft">{t('Your plan sets none.')}</p>;
  return (
    <>
      <p>
        {t('{rate} requests a second, {burst} at once. Over all gateways together.', {
          rate: formatNumber(rate.rate_per_second),
          burst: formatNumber(rate.burst),
        })}
      </p>
      <p className="mt-2 text-[0.8125rem] text-ink-soft text-pretty">
        {t(
          'Each answer tells what is left in its RateLimit fields. Past it: 429, and Retry-After.',
        )}
      </p>
    </>
  );
}
