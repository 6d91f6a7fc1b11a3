import { defaultVersion, heldVersion } from '../catalog/plan-store.ts';
import type { NewOwnCustomer, NewSubscription } from '../contract/subscription.ts';
import { createOwnCustomer } from '../customers/actions.ts';
import { lockCustomer, type CustomerRow } from '../customers/store.ts';
import { audit, type Doing } from '../kit/audit.ts';
import { appendChange } from '../kit/changes.ts';
import { Fault, found } from '../kit/fault.ts';
import { newId } from '../kit/id.ts';
import { overlap, startError, trialEnd, versionConflict, type SubscriptionRow } from './model.ts';
import {
  endSubscription,
  insertSubscription,
  latestSubscription,
  moveSubscription,
  subscriptionById,
} from './store.ts';

function refuse(conflict: string | undefined): void {
  if (conflict !== undefined) throw new Fault('state_conflict', { detail: conflict });
}

function startOf(wanted: NewSubscription, now: number): number {
  if (wanted.starts_at === undefined) return now;
  const start = new Date(wanted.starts_at).getTime();
  const message = startError(start, now);
  if (message === undefined) return start;
  throw new Fault('invalid_request', { errors: [{ path: 'starts_at', message }] });
}

async function record(doing: Doing, action: string, row: SubscriptionRow): Promise<void> {
  const { tx, actor, now, requestId } = doing;
  const detail = { customer_id: row.customer_id, plan_version_id: row.plan_version_id };
  await audit(tx, { actor, action, subjectId: row.id, now, requestId, detail });
  await appendChange(tx, 'customer', row.customer_id);
}

/** Puts a customer that has no live subscription on a published version. */
export async function subscribe(doing: Doing, wanted: NewSubscription): Promise<SubscriptionRow> {
  const { tx, now } = doing;
  const customer = found(await lockCustomer(tx, wanted.customer_id), 'customer');
  const version = found(await heldVersion(tx, wanted.plan_version_id), 'plan version');
  const start = startOf(wanted, now);
  refuse(versionConflict(customer, version));
  refuse(overlap(await latestSubscription(tx, customer.id), start));
  const trialEndsAt = trialEnd(start, version.trial_days, customer.billing_zone);
  const row = {
    id: newId('sub', now),
    customer_id: customer.id,
    plan_version_id: version.id,
    time_zone: customer.billing_zone,
    started_at: new Date(start),
    trial_ends_at: trialEndsAt === null ? null : new Date(trialEndsAt),
  };
  await insertSubscription(tx, { ...row, created_at: new Date(now) });
  const subscription = { ...row, plan_id: version.plan_id, canceled_at: null };
  await record(doing, 'subscription.create', subscription);
  return subscription;
}

/** The live subscription under its customer's lock, and that customer. */
async function lockedLive({ tx }: Doing, id: string) {
  const seen = found(await subscriptionById(tx, id), 'subscription');
  const customer = found(await lockCustomer(tx, seen.customer_id), 'customer');
  const row = found(await subscriptionById(tx, id), 'subscription');
  refuse(row.canceled_at === null ? undefined : 'The subscription is canceled');
  return { row, customer };
}

// Another core's clock may be ahead of ours by a little: a subscription does not end unbegun.
const notBefore = (start: Date, now: number): Date => new Date(Math.max(start.getTime(), now));

/** Ends a subscription now. Its customer's keys are refused from then on. */
export async function cancelSubscription(doing: Doing, id: string): Promise<SubscriptionRow> {
  const { row } = await lockedLive(doing, id);
  const canceled = { ...row, canceled_at: notBefore(row.started_at, doing.now) };
  await endSubscription(doing.tx, id, canceled.canceled_at);
  await record(doing, 'subscription.cancel', canceled);
  return canceled;
}

/** Moves a live subscription to another published version now; periods and trial stay. */
export async function changeSubscription(
  doing: Doing,
  id: string,
  versionId: string,
): Promise<SubscriptionRow> {
  const { row, customer } = await lockedLive(doing, id);
  const version = found(await heldVersion(doing.tx, versionId), 'plan version');
  refuse(versionConflict(customer, version));
  refuse(row.plan_version_id === version.id ? 'The subscription is on it already' : undefined);
  const moved = { ...row, plan_id: version.plan_id, plan_version_id: version.id };
  await moveSubscription(doing.tx, moved, notBefore(row.started_at, doing.now));
  await record(doing, 'subscription.change', moved);
  return moved;
}

const CURRENCY_WITHOUT_PLAN = 'USD';

/**
 * Makes a customer that this user owns, and puts it on the plan that self-serve customers start
 * with, if one is marked and published. The customer pays in that plan's currency.
 */
export async function becomeCustomer(
  doing: Doing,
  { name, billing_zone }: NewOwnCustomer,
  userId: string,
): Promise<CustomerRow> {
  const version = await defaultVersion(doing.tx);
  const currency = version?.currency ?? CURRENCY_WITHOUT_PLAN;
  const wanted = { name, currency, billing_zone, metadata: {} };
  const customer = await createOwnCustomer(doing, wanted, userId);
  if (version !== undefined) {
    await subscribe(doing, { customer_id: customer.id, plan_version_id: version.id });
  }
  return customer;
}
