import type { Overview } from '@tollgate/billing-core/contract/overview.ts';
import { Badge } from '../kit/badge.tsx';
import { formatInstantExact, formatNumber, formatRangeInZone } from '../kit/format.ts';
import { Card } from '../kit/page.tsx';
import { priceInWords } from '../kit/price-words.ts';
import { t } from '../kit/text.ts';

/** The plan, its period, and what it costs. */
export function PlanCard({ overview, className }: { overview: Overview; className: string }) {
  const { plan, period, subscription } = overview;
  if (plan === null) {
    return (
      <Card title={t('Plan')} className={className}>
        <p className="text-ink-soft">
          {t('No subscription: requests are refused until one begins.')}
        </p>
      </Card>
    );
  }
  const meters = overview.quotas.map((quota) => quota.meter);
  const zone = subscription?.time_zone ?? 'UTC';
  return (
    <Card
      title={t('Plan')}
      className={className}
      actions={subscription?.state === 'trialing' && <Badge tone="accent">{t('Trial')}</Badge>}
    >
      <p className="text-lg font-semibold wrap-anywhere">
        {plan.name}{' '}
        <span className="text-sm font-normal text-ink-soft">v{plan.version_number}</span>
      </p>
      <ul className="mt-2 flex flex-col gap-1 wrap-anywhere">
        {plan.prices.map((price) => (
          <li key={price.id}>{priceInWords(price, plan.currency, meters)}</li>
        ))}
        {plan.prices.length === 0 && <li>{t('Free of charge')}</li>}
      </ul>
      <dl className="mt-4 flex flex-col gap-2 border-t border-line pt-3 text-[0.8125rem]">
        {period !== null && (
          <Fact name={t('Period')}>
            <time dateTime={period.end} title={formatInstantExact(period.end)}>
              {formatRangeInZone(period.start, period.end, zone)}
            </time>
          </Fact>
        )}
        {overview.rate_limit !== null && (
          <Fact name={t('Rate limit')}>
            {t('{rate}/s, bursts of {burst}', {
              rate: formatNumber(overview.rate_limit.rate_per_second),
              burst: formatNumber(overview.rate_limit.burst),
            })}
          </Fact>
        )}
        <Fact name={t('Currency')}>{plan.currency}</Fact>
      </dl>
    </Card>
  );
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div className="flex justify-between gap-4">
      <dt className="text-ink-soft">{name}</dt>
      <dd className="figures text-right">{children}</dd>
    </div>
  );
}
