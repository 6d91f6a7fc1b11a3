import { clsx } from 'clsx';
import type { QuotaState } from '@tollgate/billing-core/contract/usage.ts';
import { Badge } from './badge.tsx';
import { ratio, remaining } from './decimal.ts';
import {
  formatInstantExact,
  formatInZone,
  formatNumber,
  formatPercent,
  formatUntil,
} from './format.ts';
import { forecastOf } from './quota-forecast.ts';
import { hasDate, quotaName } from './quota-words.ts';
import { t } from './text.ts';
import { useNow } from './time.tsx';

const NEARLY = 0.8;

/** `aheadMs`: how far the customer's test clock is; mostly 0. */
interface QuotaBarProps {
  quota: QuotaState;
  aheadMs: number;
}

/** How much of a quota window is used, what is left, and when it begins anew. */
export function QuotaBar({ quota, aheadMs }: QuotaBarProps) {
  const share = quota.limit === null ? 0 : ratio(quota.used, quota.limit);
  return (
    <div>
      <div className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-0.5">
        <span className="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-0.5 font-medium">
          <span className="min-w-0 wrap-anywhere">{quotaName(quota)}</span>
          <QuotaBadge quota={quota} share={share} />
        </span>
        <span className="figures text-[0.8125rem]">
          <strong className="font-semibold">{formatNumber(quota.used)}</strong>
          {quota.limit !== null && (
            <span className="text-ink-soft"> / {formatNumber(quota.limit)}</span>
          )}
        </span>
      </div>
      {quota.limit !== null && <Bar quota={quota} limit={quota.limit} share={share} />}
      <div className="mt-1.5 flex flex-wrap justify-between gap-x-4 text-[0.8125rem] text-ink-soft">
        {quota.limit === null ? (
          <span>{t('no limit')}</span>
        ) : (
          <Left limit={quota.limit} used={quota.used} share={share} />
        )}
        <Reset quota={quota} aheadMs={aheadMs} />
      </div>
      <Foretold quota={quota} aheadMs={aheadMs} />
    </div>
  );
}

const FORECAST_EVERY_MS = 30_000;

/** Where it leads when use goes on as it did; nothing where that cannot be said. */
function Foretold({ quota, aheadMs }: QuotaBarProps) {
  const forecast = forecastOf(quota, useNow(FORECAST_EVERY_MS) + aheadMs);
  if (forecast === undefined) return null;
  return (
    <p className="text-[0.8125rem] text-ink-soft">
      {forecast.kind === 'share'
        ? t('At this pace: {share} used when it resets', { share: formatPercent(forecast.share) })
        : t('At this pace: limit reached {time}', {
            time: formatInZone(new Date(forecast.atMs).toISOString(), quota.zone),
          })}
    </p>
  );
}

type Share = number | undefined;

function Bar({ quota, limit, share }: { quota: QuotaState; limit: string; share: Share }) {
  const over = share === undefined || share >= 1;
  const full = quota.enforcement === 'hard' ? 'bg-danger' : 'bg-warn-bar';
  const values = { used: formatNumber(quota.used), limit: formatNumber(limit) };
  return (
    <div
      role="meter"
      aria-label={quotaName(quota)}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.min(100, Math.round((share ?? 1) * 100))}
      aria-valuetext={t('{used} of {limit} used', values)}
      className="mt-2 h-2 overflow-hidden rounded-full bg-sunken"
    >
      <div
        className={clsx(
          'h-full rounded-full transition-[width]',
          over ? full : (share ?? 0) >= NEARLY ? 'bg-warn-bar' : 'bg-accent',
        )}
        style={{ width: `${Math.min(100, Math.max((share ?? 1) * 100, 0))}%` }}
      />
    </div>
  );
}

function Left({ limit, used, share }: { limit: string; used: string; share: Share }) {
  const over = remaining(used, limit);
  return (
    <span className="figures">
      {share !== undefined && t('{share} used', { share: formatPercent(share) })}
      {' · '}
      {over === '0'
        ? t('{left} left', { left: formatNumber(remaining(limit, used)) })
        : t('{over} above the limit', { over: formatNumber(over) })}
    </span>
  );
}

function Reset({ quota, aheadMs }: QuotaBarProps) {
  const at = useNow(1000) + aheadMs;
  const { resets_at, zone } = quota;
  return (
    <time dateTime={resets_at} title={formatInstantExact(resets_at)}>
      {t('resets')} {hasDate(quota) && `${formatInZone(resets_at, zone)}, `}
      {formatUntil(resets_at, at)}
    </time>
  );
}

function QuotaBadge({ quota, share }: { quota: QuotaState; share: Share }) {
  if (quota.limit === null) return <Badge>{t('Unlimited')}</Badge>;
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
