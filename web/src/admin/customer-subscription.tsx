import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../kit/api.ts';
import type { Customer } from '@tollgate/billing-core/contract/customer.ts';
import type { Plan } from '@tollgate/billing-core/contract/plan.ts';
import type { Subscription } from '@tollgate/billing-core/contract/subscription.ts';
import { Button } from '../kit/button.tsx';
import { ConfirmDialog } from '../kit/dialog.tsx';
import { formatRangeInZone } from '../kit/format.ts';
import { Link } from '../kit/link.tsx';
import { Card, Facts } from '../kit/page.tsx';
import { usePages } from '../kit/pages.tsx';
import { paths } from '../kit/paths.ts';
import { KnownChoices } from '../kit/known-choices.tsx';
import { Loaded, together } from '../kit/query.tsx';
import { FactsSkeleton } from '../kit/skeleton.tsx';
import { t } from '../kit/text.ts';
import { Instant } from '../kit/time.tsx';
import { toast } from '../kit/toast.tsx';
import { CustomerOverrides } from './customer-overrides.tsx';
import { CustomerTerms } from './customer-terms.tsx';
import { AddOns } from './add-ons.tsx';
import { OwnTerms, withOwn } from './own-terms.tsx';
import { ownTermsQuery, planChoices } from './queries.ts';
import { SubscriptionState } from './states.tsx';
import { StepForm } from './step-form.tsx';
import { SubscribeForm } from './subscribe-form.tsx';
import { SubscriptionTimeline } from './subscription-timeline.tsx';

/** The customer's plan: begin, change or cancel it; earlier subscriptions below. */
export function CustomerSubscription({ customer }: { customer: Customer }) {
  const queries = useQueryClient();
  const plans = useQuery(planChoices);
  const key = ['admin', 'customer', customer.id, 'subscriptions'];
  const subscriptions = usePages<Subscription>({
    key,
    path: '/v1/subscriptions',
    query: { customer_id: customer.id },
  });
  const reload = () => queries.invalidateQueries({ queryKey: key });
  const own = useQuery(ownTermsQuery(customer.id));
  const known = plans.data && withOwn(plans.data.data, own.data?.data ?? []);
  const offered = together(plans, own, (page, { data }) => withOwn(page.data, data));
  return (
    <Loaded
      query={subscriptions}
      skeleton={
        <Card title={t('Subscription')}>
          <FactsSkeleton />
        </Card>
      }
    >
      {(rows) => {
        const live = rows.find((row) => row.state !== 'canceled');
        return (
          <div className="grid items-start gap-5 lg:grid-cols-2">
            <Card title={t('Subscription')}>
              {live === undefined ? (
                <p className="text-ink-soft">
                  {t('None. Requests with this customer’s keys are refused.')}
                </p>
              ) : (
                <Live subscription={live} plans={known} customer={customer} onChange={reload} />
              )}
            </Card>
            <Card title={live === undefined ? t('Subscribe') : t('Change')}>
              <KnownChoices
                label={t('Plan version')}
                query={offered}
                pending={<FactsSkeleton facts={2} />}
              >
                {(choices) =>
                  live === undefined ? (
                    <SubscribeForm customerId={customer.id} plans={choices} onDone={reload} />
                  ) : (
                    <StepForm
                      // What can be done follows from the state; what was typed for another goes.
                      key={`${live.id} ${live.state} ${live.plan_version_id}`}
                      customer={customer}
                      subscription={live}
                      plans={choices}
                      onDone={reload}
                    />
                  )
                }
              </KnownChoices>
            </Card>
            {live !== undefined && <SubscriptionTimeline subscription={live} plans={known} />}
            <OwnTerms customer={customer} live={live} plans={known} />
            <CustomerOverrides customerId={customer.id} />
            <CustomerTerms customer={customer} />
            <Earlier rows={rows.filter((row) => row.state === 'canceled')} plans={known} />
          </div>
        );
      }}
    </Loaded>
  );
}

interface LiveProps {
  subscription: Subscription;
  plans: readonly Plan[] | undefined;
  customer: Customer;
  onChange: () => Promise<void>;
}

function Live({ subscription, plans, customer, onChange }: LiveProps) {
  const { current_period: period, trial_ends_at, time_zone: zone } = subscription;
  return (
    <>
      <Facts
        facts={[
          { name: t('Plan'), value: <PlanName subscription={subscription} plans={plans} /> },
          {
            name: t('State'),
            value: <SubscriptionState state={subscription.state} />,
          },
          { name: t('Started'), value: <Instant iso={subscription.started_at} /> },
          { name: t('Period'), value: formatRangeInZone(period.start, period.end, zone) },
          ...(trial_ends_at === null
            ? []
            : [{ name: t('Trial ends'), value: <Instant iso={trial_ends_at} /> }]),
        ]}
      />
      <AddOns subscription={subscription} plans={plans} />
      <Pending {...{ subscription, plans, customer, onChange }} />
    </>
  );
}

/** The one thing that is to happen by itself, and the way to withdraw it. */
function Pending({ subscription, plans, customer, onChange }: LiveProps) {
  const [asking, setAsking] = useState(false);
  const { pending_change: pending } = subscription;
  if (pending === null) return null;
  async function withdraw(): Promise<void> {
    await api(`/v1/subscriptions/${subscription.id}/pending-change`, { method: 'DELETE' });
    toast.done(t('Withdrawn'), { description: customer.name });
    await onChange();
  }
  const to = plans?.find((plan) =>
    plan.versions.some((version) => version.id === pending.plan_version_id),
  );
  return (
    <div className="mt-4 flex flex-wrap items-center justify-between gap-2 rounded-md bg-sunken p-3">
      <p className="min-w-0 wrap-anywhere">
        {PENDING[pending.kind]} {to?.name} <Instant iso={pending.at} />
      </p>
      <Button size="sm" onClick={() => setAsking(true)}>
        {t('Withdraw…')}
      </Button>
      <ConfirmDialog
        open={asking}
        onClose={() => setAsking(false)}
        onConfirm={withdraw}
        title={t('Withdraw what is pending for “{name}”?', { name: customer.name })}
        confirmLabel={t('Withdraw')}
        consequence={t('The subscription goes on as it is.')}
      />
    </div>
  );
}

const PENDING: Record<NonNullable<Subscription['pending_change']>['kind'], string> = {
  change: t('Changes to'),
  cancel: t('Ends'),
  pause: t('Pauses'),
  resume: t('Resumes'),
};

type PlanNameProps = Pick<LiveProps, 'subscription' | 'plans'>;

function PlanName({ subscription, plans }: PlanNameProps) {
  const plan = plans?.find((one) => one.id === subscription.plan_id);
  const version = plan?.versions.find((one) => one.id === subscription.plan_version_id);
  const href = paths.adminPlanVersion(subscription.plan_id, subscription.plan_version_id);
  return (
    <Link href={href} className="min-w-0 wrap-anywhere text-accent underline underline-offset-2">
      {plan?.name ?? subscription.plan_id} {version && `v${version.number}`}
    </Link>
  );
}

function Earlier({ rows, plans }: { rows: readonly Subscription[]; plans: LiveProps['plans'] }) {
  if (rows.length === 0) return null;
  return (
    <Card title={t('Earlier')} className="lg:col-span-2">
      <ul className="flex flex-col gap-2">
        {rows.map((row) => (
          <li key={row.id} className="flex flex-wrap justify-between gap-x-4">
            <PlanName subscription={row} plans={plans} />
            <span className="text-ink-soft">
              <Instant iso={row.started_at} /> –{' '}
              {row.canceled_at !== null && <Instant iso={row.canceled_at} />}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
