import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Layers } from 'lucide-react';
import type { OwnSubscription } from '@tollgate/billing-core/contract/own-subscription.ts';
import type { OfferedPlan } from '@tollgate/billing-core/contract/plan.ts';
import { api } from '../kit/api.ts';
import { Badge } from '../kit/badge.tsx';
import { FirstUse } from '../kit/empty.tsx';
import { formatInZone, formatRangeInZone } from '../kit/format.ts';
import { useUrlState } from '../kit/link.tsx';
import { Card, Facts, PageHeader } from '../kit/page.tsx';
import { LoadMore, usePages } from '../kit/pages.tsx';
import { entitlementInWords, priceInWords } from '../kit/price-words.ts';
import { Loaded } from '../kit/query.tsx';
import { FactsSkeleton, Skeleton } from '../kit/skeleton.tsx';
import { t } from '../kit/text.ts';
import { useRole } from '../session/me.ts';
import { useCustomerId } from './layout.tsx';
import { ChangeDialog } from './plan-change.tsx';
import { Comparison } from './plan-compare.tsx';
import { EndCard } from './plan-end.tsx';
import { Pending } from './plan-pending.tsx';
import { customerPath } from './queries.ts';

/** The plan that the customer is on, what else there is, and the ways between them. */
export function PlanPage() {
  const customerId = useCustomerId();
  const role = useRole(customerId);
  const may = role === 'owner' || role === 'billing';
  const queries = useQueryClient();
  const [search, merge] = useUrlState();
  const own = useQuery({
    queryKey: ['portal', customerId, 'subscription'],
    queryFn: ({ signal }) =>
      api<OwnSubscription>(customerPath(customerId, '/subscription'), { signal }),
  });
  const plans = usePages<OfferedPlan>({
    key: ['portal', customerId, 'plans'],
    path: customerPath(customerId, '/plans'),
  });
  const reload = (): void => void queries.invalidateQueries({ queryKey: ['portal', customerId] });
  const chosen = plans.data?.find(({ version }) => version.id === search['to']);
  return (
    <>
      <PageHeader
        title={t('Plan')}
        about={t('What you are on, what it costs, and what else there is.')}
      />
      <div className="flex flex-col gap-5">
        <Card title={t('Your plan')}>
          <Loaded query={own} skeleton={<FactsSkeleton />}>
            {(known) => (
              <>
                <Current own={known} />
                <Pending own={known} may={may} onDone={reload} />
              </>
            )}
          </Loaded>
        </Card>
        <Offers plans={plans} own={own.data} may={may} onChoose={(id) => merge({ to: id })} />
        {own.data !== undefined && may && <EndCard own={own.data} onDone={reload} />}
        {!may && role !== undefined && (
          <p className="text-ink-soft">
            {t('An owner, or who does the billing, can change the plan.')}
          </p>
        )}
      </div>
      <ChangeDialog
        to={may ? chosen : undefined}
        own={own.data}
        onClose={() => merge({ to: undefined })}
        onDone={reload}
      />
    </>
  );
}

interface OffersProps {
  plans: ReturnType<typeof usePages<OfferedPlan>>;
  own: OwnSubscription | undefined;
  may: boolean;
  onChoose: (versionId: string) => void;
}

function Offers({ plans, own, may, onChoose }: OffersProps) {
  return (
    <section aria-label={t('Plans on offer')}>
      <h2 className="mb-3 text-sm font-semibold">{t('Plans on offer')}</h2>
      <Loaded query={plans} skeleton={<PlansSkeleton />}>
        {(rows) =>
          rows.length === 0 ? (
            <Card>
              <FirstUse
                icon={<Layers aria-hidden />}
                title={t('No plans to choose from')}
                about={t('The operator of this API offers none here; ask them for a change.')}
              />
            </Card>
          ) : (
            <Comparison plans={rows} own={own} may={may} onChoose={onChoose} />
          )
        }
      </Loaded>
      {plans.more.has && <LoadMore more={plans.more} />}
    </section>
  );
}

const STATES = {
  trialing: { tone: 'accent', label: t('Trial') },
  active: { tone: 'ok', label: t('Active') },
  past_due: { tone: 'danger', label: t('Payment is due') },
  paused: { tone: 'warn', label: t('Paused: requests are refused') },
  canceled: { tone: 'neutral', label: t('Ended') },
} as const;

function Current({ own: { subscription, plan, version, meters } }: { own: OwnSubscription }) {
  if (subscription === null || plan === null || version === null) {
    return (
      <p className="text-ink-soft">
        {t('You have no subscription: requests are refused until one begins.')}{' '}
        {t('The operator of this API can begin one.')}
      </p>
    );
  }
  const { tone, label } = STATES[subscription.state];
  const { current_period: period, time_zone: zone } = subscription;
  const all = [
    ...version.prices.map((price) => priceInWords(price, version.currency, meters)),
    ...version.entitlements.map((one) => entitlementInWords(one, meters)),
  ];
  return (
    <>
      <p className="mb-2 flex flex-wrap items-center gap-2 text-lg font-semibold">
        <span className="min-w-0 wrap-anywhere">{plan.name}</span>
        <Badge tone={tone}>{label}</Badge>
      </p>
      {plan.description !== '' && <p className="mb-2 text-ink-soft">{plan.description}</p>}
      <ul className="mb-4 flex list-disc flex-col gap-1 pl-5 wrap-anywhere">
        {all.map((words) => (
          <li key={words}>{words}</li>
        ))}
        {all.length === 0 && <li>{t('Free of charge')}</li>}
      </ul>
      <Facts
        facts={[
          {
            name: t('Period'),
            value: formatRangeInZone(period.start, period.end, zone),
          },
          { name: t('Currency'), value: version.currency },
          ...(subscription.state === 'trialing' && subscription.trial_ends_at !== null
            ? [{ name: t('Trial ends'), value: formatInZone(subscription.trial_ends_at, zone) }]
            : []),
        ]}
      />
    </>
  );
}

function PlansSkeleton() {
  return (
    <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-3">
      {[1, 2, 3].map((place) => (
        <Card key={place}>
          <Skeleton className="mb-3 h-5 w-24" />
          <Skeleton className="mb-2 h-4 w-40" />
          <Skeleton className="mb-2 h-4 w-36" />
          <Skeleton className="mt-4 h-9 w-28" />
        </Card>
      ))}
    </div>
  );
}
