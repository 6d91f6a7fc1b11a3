import { useQuery } from '@tanstack/react-query';
import type { Plan } from '@tollgate/billing-core/contract/plan.ts';
import type {
  Subscription,
  SubscriptionAddOn,
} from '@tollgate/billing-core/contract/subscription.ts';
import { api } from '../kit/api.ts';
import { formatNumber } from '../kit/format.ts';
import { t } from '../kit/text.ts';
import { Instant } from '../kit/time.tsx';

interface AddOnsProps {
  subscription: Subscription;
  plans: readonly Plan[] | undefined;
}

/** What is bought beside the plan; nothing where nothing is. */
export function AddOns({ subscription, plans = [] }: AddOnsProps) {
  const { id } = subscription;
  const addOns = useQuery({
    queryKey: ['admin', 'customer', subscription.customer_id, 'subscriptions', id, 'add-ons'],
    queryFn: ({ signal }) =>
      api<{ data: SubscriptionAddOn[] }>(`/v1/subscriptions/${id}/add-ons`, { signal }),
  });
  const open = (addOns.data?.data ?? []).filter(({ state }) => state !== 'over');
  if (addOns.isError) return <p className="mt-4 text-danger">{t('Add-ons could not be read.')}</p>;
  if (open.length === 0) return null;
  const nameOf = (versionId: string): string =>
    plans.find(({ versions }) => versions.some((one) => one.id === versionId))?.name ?? versionId;
  return (
    <section className="mt-4" aria-label={t('Add-ons')}>
      <h3 className="text-[0.8125rem] text-ink-soft">{t('Add-ons')}</h3>
      <ul className="mt-0.5 flex flex-col gap-1">
        {open.map(({ plan_version_id, quantity, state, starts_at, ends_at }) => (
          <li
            key={`${plan_version_id} ${starts_at}`}
            className="flex flex-wrap justify-between gap-x-3"
          >
            <span className="min-w-0 font-medium wrap-anywhere">
              {formatNumber(quantity)} × {nameOf(plan_version_id)}
            </span>
            <span className="text-ink-soft">
              {state === 'coming' ? t('from') : t('since')} <Instant iso={starts_at} />
              {ends_at !== null && (
                <>
                  {' '}
                  {t('until')} <Instant iso={ends_at} />
                </>
              )}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
