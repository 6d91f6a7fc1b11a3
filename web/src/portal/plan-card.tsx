import { lazy, Suspense } from 'react';
import type { Overview } from '@tollgate/billing-core/contract/overview.ts';
import type { Subscription } from '@tollgate/billing-core/contract/subscription.ts';
import { Badge, type BadgeTone } from '../kit/badge.tsx';
import {
  formatInstantExact,
  formatInZone,
  formatNumber,
  formatRangeInZone,
} from '../kit/format.ts';
import { Card } from '../kit/page.tsx';
import { priceInWords, raiseInWords } from '../kit/price-words.ts';
import { t } from '../kit/text.ts';
import { Instant } from '../kit/time.tsx';

// It is asked for behind the figures, and so is its code.
const NextCharge = lazy(async () => ({ default: (await import('./next-charge.tsx')).NextCharge }));

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
  const { meters } = overview;
  const zone = subscription?.time_zone ?? 'UTC';
  return (
    <Card
      title={t('Plan')}
      className={className}
      actions={subscription && <State subscription={subscription} />}
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
      <AddOns overview={overview} currency={plan.currency} meters={meters} />
      {overview.features.length > 0 && (
        <p className="mt-3 wrap-anywhere">
          <span className="text-ink-soft">{t('Features:')}</span> {overview.features.join(', ')}
        </p>
      )}
      <dl className="mt-4 flex flex-col gap-2 border-t border-line pt-3 text-[0.8125rem]">
        {period !== null && (
          <Fact name={t('Period')}>
            <time dateTime={period.end} title={formatInstantExact(period.end)}>
              {formatRangeInZone(period.start, period.end, zone)}
            </time>
          </Fact>
        )}
        {subscription?.state === 'trialing' && subscription.trial_ends_at !== null && (
          <Fact name={t('Trial ends')}>
            <Instant iso={subscription.trial_ends_at} />
          </Fact>
        )}
        {subscription !== null && subscription.pending_change !== null && (
          <Fact name={PENDING[subscription.pending_change.kind]}>
            <Instant iso={subscription.pending_change.at} />
          </Fact>
        )}
        <Rate limit={overview.rate_limit} />
        <Fact name={t('Next charge')}>
          <Suspense fallback="…">
            <NextCharge zone={zone} />
          </Suspense>
        </Fact>
        <Fact name={t('Currency')}>{plan.currency}</Fact>
      </dl>
    </Card>
  );
}

function Rate({ limit }: { limit: Overview['rate_limit'] }) {
  if (limit === null) return null;
  const values = {
    rate: formatNumber(limit.rate_per_second),
    burst: formatNumber(limit.burst),
  };
  return <Fact name={t('Rate limit')}>{t('{rate}/s, bursts of {burst}', values)}</Fact>;
}

interface AddOnsProps {
  overview: Overview;
  currency: string;
  meters: Parameters<typeof priceInWords>[2];
}

/** What is bought beside the plan, and what it costs; nothing where nothing is. */
function AddOns({ overview: { add_ons: addOns, subscription }, currency, meters }: AddOnsProps) {
  if (addOns.length === 0) return null;
  return (
    <section aria-label={t('Add-ons')} className="mt-3 border-t border-line pt-3">
      <ul className="flex flex-col gap-2 wrap-anywhere">
        {addOns.map(({ name, quantity, charged, prices, entitlements, starts_at, ends_at }) => (
          <li key={`${name} ${starts_at}`}>
            <p className="font-medium">
              {formatNumber(quantity)} × {name}
            </p>
            <p className="text-[0.8125rem] text-ink-soft">
              {[
                ...prices.map((price) => priceInWords(price, currency, meters)),
                ...entitlements.flatMap((one) => raiseInWords(one, meters) ?? []),
              ].join('; ')}
              {charged === 'once' && ` (${t('once')})`}
              {ends_at !== null &&
                ` – ${t('until {date}', {
                  date: formatInZone(ends_at, subscription?.time_zone ?? 'UTC'),
                })}`}
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}

const STATES: Partial<Record<Subscription['state'], { tone: BadgeTone; label: string }>> = {
  trialing: { tone: 'accent', label: t('Trial') },
  past_due: { tone: 'danger', label: t('Payment is due') },
  paused: { tone: 'warn', label: t('Paused: requests are refused') },
};

const PENDING: Record<NonNullable<Subscription['pending_change']>['kind'], string> = {
  change: t('Plan changes'),
  cancel: t('Ends'),
  pause: t('Pauses'),
  resume: t('Goes on'),
};

/** What is out of the ordinary; an active subscription says nothing. */
function State({ subscription }: { subscription: Subscription }) {
  const state = STATES[subscription.state];
  return state === undefined ? null : <Badge tone={state.tone}>{state.label}</Badge>;
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div className="flex justify-between gap-4">
      <dt className="text-ink-soft">{name}</dt>
      <dd className="figures text-right">{children}</dd>
    </div>
  );
}
