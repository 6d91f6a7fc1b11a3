import { useQuery } from '@tanstack/react-query';
import type { Customer } from '@tollgate/billing-core/contract/customer.ts';
import type { Plan, PlanVersion } from '@tollgate/billing-core/contract/plan.ts';
import type { Subscription } from '@tollgate/billing-core/contract/subscription.ts';
import { ButtonLink } from '../kit/button.tsx';
import { Link } from '../kit/link.tsx';
import { Card } from '../kit/page.tsx';
import { paths } from '../kit/paths.ts';
import { Loaded } from '../kit/query.tsx';
import { FactsSkeleton } from '../kit/skeleton.tsx';
import { t } from '../kit/text.ts';
import { customerQuery, ownTermsQuery } from './queries.ts';
import { VersionState } from './states.tsx';

/** @returns the plans, each with the versions that are this customer's own as well. */
export function withOwn(plans: readonly Plan[], own: readonly PlanVersion[]): Plan[] {
  return plans.map((plan) => {
    const theirs = own.filter((version) => version.plan_id === plan.id);
    return { ...plan, versions: [...plan.versions, ...theirs] };
  });
}

interface OwnTermsProps {
  customer: Customer;
  live: Subscription | undefined;
  plans: readonly Plan[] | undefined;
}

/** Versions of plans that are for this customer alone, and the way to write one. */
export function OwnTerms({ customer, live, plans = [] }: OwnTermsProps) {
  const own = useQuery(ownTermsQuery(customer.id));
  const isUnread = own.isError && own.data === undefined;
  if (live === undefined && !isUnread && (own.data?.data.length ?? 0) === 0) return null;
  return (
    <Card
      title={t('Own terms')}
      about={t('Prices and limits that are for this customer alone')}
      actions={
        live !== undefined && (
          <ButtonLink
            size="sm"
            href={paths.adminPlanNewVersion(live.plan_id, {
              customer: customer.id,
              from: live.plan_version_id,
            })}
          >
            {t('Write own terms')}
          </ButtonLink>
        )
      }
    >
      <Loaded query={own} skeleton={<FactsSkeleton facts={1} />}>
        {({ data }) =>
          data.length === 0 ? (
            <p className="text-ink-soft">{t('None: those of its plan hold.')}</p>
          ) : (
            <ul className="flex flex-col gap-1.5">
              {data.map((version) => (
                <li key={version.id} className="flex flex-wrap items-center justify-between gap-2">
                  <Link
                    href={paths.adminPlanVersion(version.plan_id, version.id)}
                    className="min-w-0 wrap-anywhere text-accent underline underline-offset-2"
                  >
                    {plans.find(({ id }) => id === version.plan_id)?.name ?? version.plan_id}{' '}
                    {`v${version.number}`}
                  </Link>
                  <VersionState state={version.state} />
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Card>
  );
}

/** Says whose own terms these are; nothing of terms that are for all. */
export function OwnNote({ customerId }: { customerId: string | null }) {
  const { data } = useQuery({
    ...customerQuery(customerId ?? ''),
    enabled: customerId !== null,
  });
  if (customerId === null) return null;
  const href = paths.adminCustomer(customerId, { tab: 'subscription' });
  return (
    <p className="mb-4 wrap-anywhere">
      {t('Own terms of')}{' '}
      <Link href={href} className="text-accent underline underline-offset-2">
        {data?.name ?? customerId}
      </Link>
    </p>
  );
}
