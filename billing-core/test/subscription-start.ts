import { MINUTE_MS } from '../src/kit/clock.ts';
import type { Loaded, VersionTerms } from '../src/subscriptions/decide.ts';
import type { SubscriptionRow } from '../src/subscriptions/model.ts';

/** Subscriptions and versions as tests of pure decisions have them, without a database. */

export const flat = (amount: string, billed: 'in_advance' | 'in_arrears' = 'in_advance') => ({
  id: `prc_${amount}`,
  model: 'flat' as const,
  meter_id: null,
  amount,
  billed,
});
export const version = (
  id: string,
  amount: string,
  over: Partial<VersionTerms> = {},
): VersionTerms => ({
  id,
  plan_id: `pln_${id}`,
  currency: 'USD',
  interval_months: 1,
  proration: 'second',
  prices: [flat(amount)],
  ...over,
});

type Start = { at: string; zone?: string; trialEnd?: string; on: VersionTerms };
export function started({ at, zone = 'UTC', trialEnd, on }: Start): Loaded {
  const started_at = new Date(at);
  const anchor_at = new Date(Math.floor(Date.parse(at) / MINUTE_MS) * MINUTE_MS);
  const row: SubscriptionRow = {
    id: 'sub_1',
    customer_id: 'cus_1',
    plan_id: on.plan_id,
    plan_version_id: on.id,
    interval_months: on.interval_months,
    time_zone: zone,
    started_at,
    anchor_at,
    trial_ends_at: trialEnd === undefined ? null : new Date(trialEnd),
    trial_settled_at: null,
    paused_at: null,
    past_due_since: null,
    blocked_at: null,
    limited_at: null,
    pending_kind: null,
    pending_at: null,
    pending_plan_version_id: null,
    pending_credit_unused: false,
    items_at: null,
    canceled_at: null,
  };
  const { id: plan_version_id, interval_months } = on;
  const phase = { plan_version_id, interval_months, anchor_at, starts_at: started_at };
  return { row, phases: [{ ...phase, paused: false }], versions: new Map([[on.id, on]]) };
}
export const knowing = (loaded: Loaded, ...all: VersionTerms[]): Loaded => ({
  ...loaded,
  versions: new Map([...loaded.versions, ...all.map((one) => [one.id, one] as const)]),
});
