import { clsx } from 'clsx';
import type { QuotaState } from '@tollgate/billing-core/contract/usage.ts';
import { Badge } from './badge.tsx';
import { ratio, remaining } from './decimal.ts';
import { formatInstantExact, formatNumber, formatPercent, formatUntil } from './format.ts';
import { t } from './text.ts';
import { useNow } from './time.tsx';

const NEARLY = 0.8;

const WINDOWS = {
  minute: 'per minute',
  hour: 'per hour',
  day: 'per day',
  month: 'per month',
} as const;

/** How much of a quota window is used, what is left, and when it begins anew. */
export function QuotaBar({ quota }: { quota: QuotaState }) {
  const at = useNow(1000);
  const share = ratio(quota.used, quota.limit);
  const over = share === undefined || share >= 1;
  const label = `${quota.meter.name} ${t(WINDOWS[quota.window])}`;
  return (
    <div>
      <div className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-0.5">
        <span className="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-0.5 font-medium">
          <span className="min-w-0 wrap-anywhere">{label}</span>
          <QuotaBadge quota={quota} share={share} />
        </span>
        <span className="figures text-[0.8125rem]">
          <strong className="font-semibold">{formatNumber(quota.used)}</strong>
          <span className="text-ink-soft"> / {formatNumber(quota.limit)}</span>
        </span>
      </div>
      <div
        role="meter"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.min(100, Math.round((share ?? 1) * 100))}
        aria-valuetext={t('{used} of {limit} used', {
          used: formatNumber(quota.used),
          limit: formatNumber(quota.limit),
        })}
        className="mt-2 h-2 overflow-hidden rounded-full bg-sunken"
      >
        <div
          className={clsx(
            'h-full rounded-full transition-[width]',
            over ? 'bg-danger' : (share ?? 0) >= NEARLY ? 'bg-warn-bar' : 'bg-accent',
          )}
          style={{ width: `${Math.min(100, Math.max((share ?? 1) * 100, 0))}%` }}
        />
      </div>
      <div className="mt-1.5 flex flex-wrap justify-between gap-x-4 text-[0.8125rem] text-ink-soft">
        <span className="figures">
          {share !== undefined && t('{share} used', { share: formatPercent(share) })}
          {' · '}
          {t('{left} left', { left: formatNumber(remaining(quota.limit, quota.used)) })}
        </span>
        <time dateTime={quota.resets_at} title={formatInstantExact(quota.resets_at)}>
          {t('resets')} {formatUntil(quota.resets_at, at)}
        </time>
      </div>
    </div>
  );
}

function QuotaBadge({ quota, share }: { quota: QuotaState; share: number | undefined }) {
  if (share === undefined || share >= 1) {
    return quota.enforcement === 'hard' ? (
      <Badge tone="danger">{t('Used up: requests are refused')}</Badge>
    ) : (
      <Badge tone="warn">{t('Above the limit')}</Badge>
    );
  }
  if (share >= NEARLY) return <Badge tone="warn">{t('Nearly used up')}</Badge>;
  return <Badge>{quota.enforcement === 'hard' ? t('Hard limit') : t('Soft limit')}</Badge>;
}
