import { shownVersion } from '../catalog/model.ts';
import { heldVersion } from '../catalog/plan-store.ts';
import type { SubscriptionStep, When } from '../contract/subscription.ts';
import type { CustomerRow } from '../customers/store.ts';
import type { Doing } from '../kit/audit.ts';
import { DAY_MS } from '../kit/clock.ts';
import { Fault, found } from '../kit/fault.ts';
import { newId } from '../kit/id.ts';
import { refuse } from './actions.ts';
import { debtChange, underDebt } from './debt.ts';
import { saveDebt, type Debt } from './debt-store.ts';
import {
  taken,
  timedOf,
  versionOf,
  withItems,
  type Happening,
  type Loaded,
  type Step,
  type VersionTerms,
} from './decide.ts';
import { saveItems } from './item-store.ts';
import { countAt, isLeft } from './items.ts';
import { followingDebt, keep, recordStep, settled, tell } from './load.ts';
import { subscriptionState, versionConflict, type SubscriptionRow } from './model.ts';
import { liveSubscription, updateSubscription } from './row-store.ts';
import { billingPeriodAt, minuteAfter } from './segments.ts';

/** How far ahead a change can be set. */
const AHEAD_DAYS_MAX = 1_098;

/** The step is taken now, or set to be taken then; `before` has all that happened until now. */
export type Plan = { before: Loaded; at: number; happened: number } & (
  | { isNow: true; happening: Happening }
  | { isNow: false; step: Step; after: Loaded }
);

function invalid(path: string, message: string): never {
  throw new Fault('invalid_request', { errors: [{ path, message }] });
}

/** A time to come, up to a whole minute. In: RFC 3339. */
export function timeAhead(text: string, path: string, now: number): number {
  if (Date.parse(text) <= now) invalid(path, 'is not in the future');
  const at = minuteAfter(Date.parse(text));
  if (at > now + AHEAD_DAYS_MAX * DAY_MS) invalid(path, `is over ${AHEAD_DAYS_MAX} days ahead`);
  return at;
}

/** When the step is to be taken: of what goes on now, the trial or the period ends. */
function momentOf(loaded: Loaded, at: When, now: number): number {
  if (at === 'now') return now;
  if (at !== 'period_end') return timeAhead(at, 'at', now);
  const { trial_ends_at } = loaded.row;
  if (subscriptionState(loaded.row, now) === 'trialing' && trial_ends_at !== null) {
    return trial_ends_at.getTime();
  }
  return billingPeriodAt(timedOf(loaded), now).end;
}

async function stepOf(doing: Doing, asked: SubscriptionStep, customer: CustomerRow): Promise<Step> {
  switch (asked.step) {
    case 'change': {
      const id = asked.plan_version_id ?? '';
      const version = found(await heldVersion(doing.tx, id), 'plan version');
      refuse(versionConflict(customer, version));
      return { step: 'change', to: shownVersion(version) };
    }
    case 'add_on': {
      const version = found(await heldVersion(doing.tx, asked.plan_version_id ?? ''), 'add-on');
      const quantity = asked.quantity ?? 0;
      // What is archived can still be removed.
      if (quantity > 0) refuse(versionConflict(customer, version, 'add_on'));
      return {
        step: 'add_on',
        of: shownVersion(version),
        quantity,
        itemId: newId('itm', doing.now),
      };
    }
    case 'cancel':
      return { step: 'cancel', creditUnused: asked.credit_unused };
    case 'pause':
    case 'resume':
      return { step: asked.step };
  }
}

/** How many different add-ons a subscription has at once. */
const ADD_ONS_MAX = 20;

/** When the step is taken, and now; epoch ms. */
type Moment = { at: number; now: number };

/** Why there cannot be so many of an add-on; undefined when there can. */
function addOnConflict(
  loaded: Loaded,
  { of, quantity }: Extract<Step, { step: 'add_on' }>,
  { at, now }: Moment,
): string | undefined {
  const { items = [] } = loaded;
  const has = countAt(items, of.id, at);
  // What is set to change later can be kept as it is.
  const stays = countAt(items, of.id, Infinity) === has;
  if (has === quantity && stays) {
    return quantity === 0 ? 'It has no such add-on' : `It has ${has} already`;
  }
  if (quantity === 0) return undefined;
  if (of.charged === 'once' && at > now) return 'It is charged once: it begins now';
  const left = new Set(
    items.filter((item) => isLeft(item, now)).map(({ plan_version_id }) => plan_version_id),
  );
  if (!left.has(of.id) && left.size >= ADD_ONS_MAX) return `It has ${ADD_ONS_MAX} add-ons already`;
  const { interval_months, pending_plan_version_id: next } = loaded.row;
  const intervals = [interval_months, ...(next ? [versionOf(loaded)(next).interval_months] : [])];
  return of.charged !== 'once' && intervals.some((months) => months !== of.interval_months)
    ? 'Its periods have another length than those of the plan'
    : undefined;
}

/** Why a subscription with these add-ons cannot go on this version. */
function intervalConflict(
  { items = [], ...loaded }: Loaded,
  to: VersionTerms,
  now: number,
): string | undefined {
  const stays = items
    .filter((item) => isLeft(item, now))
    .map(({ plan_version_id }) => versionOf(loaded)(plan_version_id))
    .some((of) => of.charged !== 'once' && of.interval_months !== to.interval_months);
  return stays ? 'It has add-ons whose periods have another length: remove them first' : undefined;
}

/** Why this step cannot be taken, or set; undefined when it can. */
function conflictOf(loaded: Loaded, step: Step, moment: Moment): string | undefined {
  const { row } = loaded;
  if (row.canceled_at !== null) return 'The subscription is canceled';
  if (step.step === 'add_on') return addOnConflict(loaded, step, moment);
  const stays = step.step === 'change' ? intervalConflict(loaded, step.to, moment.now) : undefined;
  if (stays !== undefined) return stays;
  const isPaused = row.paused_at !== null;
  if (step.step === 'pause' && isPaused) return 'The subscription is paused already';
  if (step.step === 'resume' && !isPaused) return 'The subscription is not paused';
  if (step.step === 'change' && row.plan_version_id === step.to.id) {
    return 'The subscription is on it already';
  }
  const { pending_kind: pending } = row;
  // Canceling is the last thing that happens: what was to come before it is dropped.
  if (pending === null || pending === step.step || step.step === 'cancel') return undefined;
  const isNow = moment.at === moment.now;
  if (isNow && (step.step === 'change' || step.step === 'resume')) return undefined;
  return `A ${pending} is pending: withdraw that first`;
}

/** Set for later: the one thing that is pending. */
function set(before: Loaded, step: Exclude<Step, { step: 'add_on' }>, at: number): Loaded {
  const pending_plan_version_id = step.step === 'change' ? step.to.id : null;
  const pending = { pending_kind: step.step, pending_at: new Date(at), pending_plan_version_id };
  const pending_credit_unused = step.step === 'cancel' && step.creditUnused;
  const row = { ...before.row, ...pending, pending_credit_unused };
  const versions = new Map(before.versions);
  if (step.step === 'change') versions.set(step.to.id, step.to);
  return { ...before, row, versions };
}

/** A pause that begins now may say when it ends. */
function withResume(happening: Happening, resumesAt: number | undefined): Happening {
  if (resumesAt === undefined) return happening;
  return { ...happening, after: set(happening.after, { step: 'resume' }, resumesAt) };
}

/** What the step would do, decided as it is when it is taken. Throws what taking it would. */
export const planStep = async (doing: Doing, id: string, asked: SubscriptionStep): Promise<Plan> =>
  planOf(doing, await settled(doing, id), asked);

/** The same of a subscription that is settled and locked already. */
export async function planOf(
  doing: Doing,
  { loaded: before, customer, happened }: Awaited<ReturnType<typeof settled>>,
  asked: SubscriptionStep,
): Promise<Plan> {
  refuse(before.row.canceled_at === null ? undefined : 'The subscription is canceled');
  const step = await stepOf(doing, asked, customer);
  const isNow = asked.at === 'now';
  const at = momentOf(before, asked.at, doing.now);
  refuse(conflictOf(before, step, { at, now: doing.now }));
  if (!isNow) {
    const later = { at, now: doing.now };
    const after = step.step === 'add_on' ? withItems(before, step, later) : set(before, step, at);
    return { before, at, happened, isNow, step, after };
  }
  const resumes = asked.resumes_at;
  const resumesAt = resumes === undefined ? undefined : timeAhead(resumes, 'resumes_at', doing.now);
  const versions = new Map(before.versions);
  if (step.step === 'change') versions.set(step.to.id, step.to);
  const happening = taken(
    { ...before, versions },
    step,
    Math.max(at, before.row.started_at.getTime()),
  );
  return { before, at, happened, isNow: true, happening: withResume(happening, resumesAt) };
}

/** What the step would come to. Nothing is kept but what has happened by itself before. */
export async function previewStep(
  doing: Doing,
  id: string,
  asked: SubscriptionStep,
): Promise<Plan> {
  const plan = await planStep(doing, id, asked);
  if (plan.happened > 0) await tell(doing, plan.before);
  return plan;
}

/** Takes the step, or sets it for later. */
export const takeStep = async (
  doing: Doing,
  id: string,
  asked: SubscriptionStep,
): Promise<SubscriptionRow> => keepPlan(doing, await planStep(doing, id, asked));

/** Does what was planned in this transaction. */
export async function keepPlan(doing: Doing, plan: Plan): Promise<SubscriptionRow> {
  const { before } = plan;
  const { id } = before.row;
  let { after } = plan.isNow ? plan.happening : plan;
  if (plan.isNow) {
    await keep(doing, before, plan.happening);
    after = await followingDebt(doing, before, after);
  } else {
    await updateSubscription(doing.tx, id, after.row);
    await saveItems(doing.tx, id, { before: before.items ?? [], after: after.items ?? [] });
    await recordStep(doing, `subscription.schedule_${plan.step.step}`, plan);
  }
  await tell(doing, after);
  return after.row;
}

/** Nothing is pending any more: a cancel that was set is taken back, and so is a change. */
export async function withdrawPending(doing: Doing, id: string): Promise<SubscriptionRow> {
  const { loaded: before } = await settled(doing, id);
  const { row } = before;
  refuse(row.pending_kind === null ? 'Nothing is pending' : undefined);
  const none = { pending_kind: null, pending_at: null, pending_plan_version_id: null };
  const after = { ...before, row: { ...row, ...none, pending_credit_unused: false } };
  await updateSubscription(doing.tx, id, { ...none, pending_credit_unused: false });
  await recordStep(doing, 'subscription.withdraw', { before, after });
  await tell(doing, after);
  return after.row;
}

/**
 * Notes what a customer owes past its time, for those who know of invoices: its live subscription
 * is so at once, and one that begins later from its beginning.
 */
export async function setDebt(doing: Doing, customerId: string, debt: Debt): Promise<void> {
  const { tx } = doing;
  await saveDebt(tx, customerId, debt);
  const live = await liveSubscription(tx, customerId);
  if (live === undefined || !debtChange(live, await underDebt(doing, live))) return;
  const { loaded: before } = await settled(doing, live.id);
  const after = { ...before, row: await underDebt(doing, before.row) };
  const change = debtChange(before.row, after.row);
  if (change !== undefined) {
    await updateSubscription(tx, live.id, change);
    await recordStep(doing, 'subscription.debt', { before, after });
  }
  await tell(doing, after);
}
