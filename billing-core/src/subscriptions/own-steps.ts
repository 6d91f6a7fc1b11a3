import { shownVersion } from '../catalog/model.ts';
import { offeredVersions, planById, versionById } from '../catalog/plan-store.ts';
import { scaled } from '../catalog/quantity.ts';
import type { OwnPreview, OwnStep, OwnStepKind } from '../contract/own-subscription.ts';
import type { PlanVersion } from '../contract/plan.ts';
import type { SubscriptionStep } from '../contract/subscription.ts';
import { audit, type Doing } from '../kit/audit.ts';
import { Fault, found } from '../kit/fault.ts';
import { refuse } from './actions.ts';
import { subscriptionState, type SubscriptionRow } from './model.ts';
import { liveSubscription } from './row-store.ts';

/** What customers may do with their own subscription, and when it happens. */

/** Decimal places that the amount of a price may have. */
const PLACES = 12;

/** What is due for a period whatever is used: minor units x 10^12. */
function flatAmount({ prices }: Pick<PlanVersion, 'prices'>): bigint {
  return prices.reduce(
    (sum, price) => (price.model === 'flat' ? sum + (scaled(price.amount, PLACES) ?? 0n) : sum),
    0n,
  );
}

type Priced = Pick<PlanVersion, 'prices' | 'interval_months'>;

/**
 * Which way a change goes: down to what costs less a month whatever is used. Plans that differ in
 * prices of usage alone are no way down: who needs another quota needs it now.
 */
export function kindOfChange(from: Priced, to: Priced): NonNullable<OwnPreview['kind']> {
  // Crosswise, so that nothing is divided.
  const before = flatAmount(from) * BigInt(to.interval_months);
  const after = flatAmount(to) * BigInt(from.interval_months);
  return after < before ? 'downgrade' : 'upgrade';
}

/** What of these steps there is a place for in this state; who may take them is not asked here. */
export function stepsIn(row: SubscriptionRow, pausable: boolean, now: number): OwnStepKind[] {
  const state = subscriptionState(row, now);
  if (state === 'canceled') return [];
  const { pending_kind: pending } = row;
  if (state === 'paused') return pending === 'cancel' ? ['resume'] : ['resume', 'cancel'];
  const isFree = pending === null;
  return [
    ...(isFree || pending === 'change' ? (['change'] as const) : []),
    ...(pending === 'cancel' ? [] : (['cancel'] as const)),
    ...(isFree && pausable ? (['pause'] as const) : []),
  ];
}

async function offered(doing: Doing, id: string): Promise<PlanVersion> {
  const row = found(await versionById(doing.tx, id), 'plan version');
  const plan = await planById(doing.tx, row.plan_id);
  const [newest] = await offeredVersions(doing.tx, [row.plan_id]);
  // Terms of another customer are as absent as those that never were.
  if (plan?.self_serve !== true || newest?.id !== id) {
    throw new Fault('not_found', { detail: 'No such plan version on offer' });
  }
  return shownVersion(row);
}

export type Meant = {
  row: SubscriptionRow;
  step: SubscriptionStep;
  kind: OwnPreview['kind'];
};

/** The step as the machinery takes it: what costs less, or ends, does so when the period ends. */
export async function meantBy(doing: Doing, customerId: string, asked: OwnStep): Promise<Meant> {
  const { tx } = doing;
  const row = found(await liveSubscription(tx, customerId), 'subscription');
  const plain = { credit_unused: false } as const;
  if (asked.step === 'change') {
    const to = await offered(doing, asked.plan_version_id ?? '');
    const from = shownVersion(found(await versionById(tx, row.plan_version_id), 'plan version'));
    const kind = kindOfChange(from, to);
    const at = kind === 'upgrade' ? 'now' : 'period_end';
    return { row, kind, step: { ...plain, step: 'change', at, plan_version_id: to.id } };
  }
  const { pausable } = found(await planById(tx, row.plan_id), 'plan');
  const isBarred = asked.step === 'pause' && !pausable;
  refuse(isBarred ? 'The plan has no pause' : undefined);
  // A pause that is over again begins a period that is paid for: there is nothing to wait for.
  const at = asked.step === 'resume' ? 'now' : 'period_end';
  return { row, kind: null, step: { ...plain, step: asked.step, at } };
}

/** Keeps why somebody cancels, for admins. */
export async function recordReason(doing: Doing, id: string, asked: OwnStep): Promise<void> {
  const { reason, comment = '' } = asked;
  if (asked.step !== 'cancel' || (reason === undefined && comment === '')) return;
  const { tx, actor, now, requestId } = doing;
  const detail = { reason: reason ?? null, comment };
  const action = 'subscription.cancel_reason';
  await audit(tx, { actor, action, subjectId: id, now, requestId, detail });
}
