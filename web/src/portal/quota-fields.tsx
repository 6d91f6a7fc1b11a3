import type { Overview } from '@tollgate/billing-core/contract/overview.ts';
import type { QuotaState } from '@tollgate/billing-core/contract/usage.ts';
import { Snippet } from '../kit/copy.tsx';
import { remaining } from '../kit/decimal.ts';
import { t } from '../kit/text.ts';
import { useNow } from '../kit/time.tsx';

interface FieldsProps {
  quotas: readonly QuotaState[];
  rate: Overview['rate_limit'];
  aheadMs: number;
}

/** The fields of an answer as it would come now, for who writes the client that reads them. */
export function LimitFields({ quotas, rate, aheadMs }: FieldsProps) {
  const at = useNow(1_000) + aheadMs;
  const hard = quotas.filter(({ enforcement, limit }) => enforcement === 'hard' && limit !== null);
  if (hard.length === 0 && rate === null) return null;
  const policies = hard.map((quota) => policyOf(quota));
  const states = hard.map((quota) => stateOf(quota, at));
  if (rate !== null) {
    policies.unshift(`"rate";q=${rate.burst};w=${secondsOf(rate)}`);
    states.unshift(`"rate";r=${rate.burst};t=0`);
  }
  const code = `RateLimit-Policy: ${policies.join(', ')}\nRateLimit: ${states.join(', ')}`;
  return (
    <div className="mt-3">
      <p className="mb-1.5 text-[0.8125rem] text-ink-soft text-pretty">
        {t('An answer now would say about this (r: what is left, t: seconds until it is renewed):')}
      </p>
      <Snippet code={code} label={t('Copy the fields')} />
    </div>
  );
}

type Rate = NonNullable<Overview['rate_limit']>;

const secondsOf = ({ burst, rate_per_second }: Rate): number =>
  Math.max(1, Math.ceil(burst / Number(rate_per_second)));

function nameOf({ meter, window, scope }: QuotaState): string {
  const name = `${meter.slug}-${window === 'billing_period' ? 'period' : window}`;
  return scope === 'key' ? `"${name}-key"` : `"${name}"`;
}

/** Fields of the draft hold whole numbers. */
const whole = (decimal: string): string => decimal.replace(/\..*/, '');

function unitOf({ meter }: QuotaState): string {
  if (meter.id === 'mtr_requests') return '';
  return /^bytes?$/i.test(meter.unit) ? ';qu="content-bytes"' : `;qu="${meter.slug}"`;
}

function policyOf(quota: QuotaState): string {
  const seconds = Math.round((Date.parse(quota.resets_at) - Date.parse(quota.start)) / 1_000);
  return `${nameOf(quota)};q=${whole(quota.limit ?? '0')}${unitOf(quota)};w=${seconds}`;
}

function stateOf(quota: QuotaState, at: number): string {
  const seconds = Math.max(1, Math.ceil((Date.parse(quota.resets_at) - at) / 1_000));
  return `${nameOf(quota)};r=${whole(remaining(quota.limit ?? '0', quota.used))};t=${seconds}`;
}
