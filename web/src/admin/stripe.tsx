import { useQuery } from '@tanstack/react-query';
import { CreditCard } from 'lucide-react';
import type { StripeState } from '@tollgate/billing-core/contract/stripe.ts';
import { api } from '../kit/api.ts';
import { FirstUse } from '../kit/empty.tsx';
import { useUrlState } from '../kit/link.tsx';
import { Card, PageHeader } from '../kit/page.tsx';
import { paths } from '../kit/paths.ts';
import { Loaded, onceKnown } from '../kit/query.tsx';
import { FactsSkeleton } from '../kit/skeleton.tsx';
import { Tabs } from '../kit/tabs.tsx';
import { t } from '../kit/text.ts';
import { StripeDisputes } from './stripe-disputes.tsx';
import { StripeEvents } from './stripe-events.tsx';
import { StripeQueue } from './stripe-queue.tsx';
import { StripeModeBadge, StripeNow } from './stripe-state.tsx';

const REFRESH_MS = 5_000;

const TABS = [
  { id: 'now', label: t('Now') },
  { id: 'queue', label: t('To be told') },
  { id: 'events', label: t('Events') },
  { id: 'disputes', label: t('Disputes') },
] as const;

/** The way to Stripe and back: whether it works, and what waits on it. */
export function StripePage() {
  const [search] = useUrlState();
  const state = useQuery({
    queryKey: ['admin', 'stripe'],
    queryFn: ({ signal }) => api<StripeState>('/v1/stripe', { signal }),
    refetchInterval: onceKnown(REFRESH_MS),
  });
  const tab = TABS.find(({ id }) => id === search['tab'])?.id ?? 'now';
  const tabs = TABS.map((one) => ({
    ...one,
    href: paths.adminStripe({ tab: one.id === 'now' ? undefined : one.id }),
  }));
  return (
    <>
      <PageHeader
        title={t('Stripe')}
        about={
          state.data?.mode ? (
            <StripeModeBadge mode={state.data.mode} />
          ) : (
            t('What Stripe is told, and what it tells.')
          )
        }
      />
      <Loaded
        query={state}
        skeleton={
          <Card>
            <FactsSkeleton />
          </Card>
        }
      >
        {(known) =>
          known.mode === null ? (
            <Card>
              <FirstUse
                icon={<CreditCard aria-hidden />}
                title={t('Stripe does not collect')}
                about={t(
                  'What comes for invoices is written down by hand. With STRIPE_SECRET_KEY set, ' +
                    'Stripe charges cards and this page shows how that goes.',
                )}
              />
            </Card>
          ) : (
            <>
              <Tabs label={t('Stripe')} tabs={tabs} current={tab} />
              {tab === 'now' && <StripeNow state={known} />}
              {tab === 'queue' && <StripeQueue />}
              {tab === 'events' && <StripeEvents />}
              {tab === 'disputes' && <StripeDisputes />}
            </>
          )
        }
      </Loaded>
    </>
  );
}
