import { useQuery } from '@tanstack/react-query';
import type { Plan } from '@tollgate/billing-core/contract/plan.ts';
import type { Subscription, Timeline } from '@tollgate/billing-core/contract/subscription.ts';
import { api } from '../kit/api.ts';
import { formatMoney } from '../kit/format.ts';
import { Card } from '../kit/page.tsx';
import { Loaded } from '../kit/query.tsx';
import { FactsSkeleton } from '../kit/skeleton.tsx';
import { t } from '../kit/text.ts';
import { Instant } from '../kit/time.tsx';
import { Fees } from '../kit/invoices/invoice-preview.tsx';

type Entry = Timeline['entries'][number];

interface TimelineProps {
  subscription: Subscription;
  plans: readonly Plan[] | undefined;
}

/** What happened to a subscription, newest first, and what each came to. */
export function SubscriptionTimeline({ subscription, plans }: TimelineProps) {
  const timeline = useQuery({
    queryKey: ['admin', 'customer', subscription.customer_id, 'subscriptions', subscription.id],
    queryFn: ({ signal }) =>
      api<Timeline>(`/v1/subscriptions/${subscription.id}/timeline`, { signal }),
  });
  return (
    <Card title={t('Timeline')} className="lg:col-span-2">
      <Loaded query={timeline} skeleton={<FactsSkeleton facts={2} />}>
        {({ currency, entries }) => (
          <ol className="flex flex-col gap-4">
            {entries.map((entry) => (
              <li key={entry.at} className="border-l-2 border-line pl-4">
                <p className="flex flex-wrap justify-between gap-x-4">
                  <span className="font-medium wrap-anywhere">{inWords(entry, plans)}</span>
                  <span className="text-ink-soft">
                    <Instant iso={entry.at} />
                  </span>
                </p>
                <Fees fees={entry.fees} currency={currency} />
                {entry.fees.length > 1 && (
                  <p className="figures text-right text-[0.8125rem] font-medium">
                    {formatMoney(entry.total, currency)}
                  </p>
                )}
              </li>
            ))}
          </ol>
        )}
      </Loaded>
    </Card>
  );
}

function inWords({ phase, ended, causes }: Entry, plans: TimelineProps['plans']): string {
  if (ended) return t('Canceled');
  if (phase === null) {
    if (causes.includes('add_on')) return t('Add-on changed');
    return causes.includes('trial_end') ? t('Trial over') : t('Charged');
  }
  if (phase.paused) return t('Paused');
  const plan = plans?.find((one) => one.id === phase.plan_id);
  const version = plan?.versions.find((one) => one.id === phase.plan_version_id);
  const name = plan?.name ?? phase.plan_id;
  if (causes.includes('resume')) return t('Resumed on {plan}', { plan: name });
  return version === undefined
    ? name
    : t('{plan} v{number}', { plan: name, number: version.number });
}
