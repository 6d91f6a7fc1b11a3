import { planById } from '../catalog/plan-store.ts';
import type { UnpaidAction } from '../contract/dunning.ts';
import type { Doing } from '../kit/audit.ts';
import { found } from '../kit/fault.ts';
import { customerDebt, type Debt } from './debt-store.ts';
import type { SubscriptionRow } from './model.ts';

type Owing = Pick<SubscriptionRow, 'past_due_since' | 'blocked_at' | 'limited_at'>;

/** Pure: what a debt makes of a subscription on a plan with this choice, as of now (ms). */
function owingOf(
  was: Owing,
  { owedSince, acted }: Debt,
  { action, now }: { action: UnpaidAction; now: number },
): Owing {
  const since = (effect: UnpaidAction, before: Date | null): Date | null =>
    acted && action === effect ? (before ?? new Date(now)) : null;
  return {
    past_due_since: owedSince,
    blocked_at: since('block', was.blocked_at),
    limited_at: since('limit', was.limited_at),
  };
}

/** The subscription as its customer's debt and the plan that it is on have it. */
export async function underDebt(
  { tx, now }: Pick<Doing, 'tx' | 'now'>,
  row: SubscriptionRow,
): Promise<SubscriptionRow> {
  const debt = await customerDebt(tx, row.customer_id);
  const { unpaid_action: action } = found(await planById(tx, row.plan_id), 'plan');
  return { ...row, ...owingOf(row, debt, { action, now }) };
}

/** What of it a debt changed; undefined where nothing. */
export function debtChange(before: Owing, after: Owing): Owing | undefined {
  const isSame =
    before.past_due_since?.getTime() === after.past_due_since?.getTime() &&
    (before.blocked_at === null) === (after.blocked_at === null) &&
    (before.limited_at === null) === (after.limited_at === null);
  const { past_due_since, blocked_at, limited_at } = after;
  return isSame ? undefined : { past_due_since, blocked_at, limited_at };
}
