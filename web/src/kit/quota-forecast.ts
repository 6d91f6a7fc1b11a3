import type { QuotaState } from '@tollgate/billing-core/contract/usage.ts';
import { ratio } from './decimal.ts';
import { hasDate } from './quota-words.ts';

/** Where use at the pace so far leads: to the limit at a time, or to a share when it resets. */
export type Forecast = { kind: 'reached'; atMs: number } | { kind: 'share'; share: number };

/** Earlier in a window a few requests would foretell anything. */
const PAST_MIN = 0.05;

/**
 * @param at now, in ms.
 * @returns where it leads; undefined where nothing can be said: no limit, nothing used, used up
 * already, a window that has just begun or that is over within an hour.
 */
export function forecastOf(
  quota: Pick<QuotaState, 'used' | 'limit' | 'window' | 'start' | 'resets_at'>,
  at: number,
): Forecast | undefined {
  const [start, end] = [Date.parse(quota.start), Date.parse(quota.resets_at)];
  const past = (at - start) / (end - start);
  if (quota.limit === null || !hasDate(quota)) return undefined;
  if (!(past >= PAST_MIN && past < 1)) return undefined;
  const share = ratio(quota.used, quota.limit) ?? 1;
  if (share <= 0 || share >= 1) return undefined;
  const whole = share / past;
  if (whole < 1) return { kind: 'share', share: whole };
  return { kind: 'reached', atMs: start + (at - start) / share };
}
