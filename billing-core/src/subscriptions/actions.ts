import { shownVersion } from '../catalog/model.ts';
import { defaultVersion, heldVersion } from '../catalog/plan-store.ts';
import type { NewOwnCustomer, NewSubscription } from '../contract/subscription.ts';
import { createOwnCustomer } from '../customers/actions.ts';
import { lockCustomer, type CustomerRow } from '../customers/store.ts';
import type { Doing } from '../kit/audit.ts';
import { MINUTE_MS } from '../kit/clock.ts';
import { Fault, found } from '../kit/fault.ts';
import { newId } from '../kit/id.ts';
import { underDebt } from './debt.ts';
import { begun, type Loaded } from './decide.ts';
import { recordStep, tell } from './load.ts';
import { overlap, startError, trialEnd, versionConflict, type SubscriptionRow } from './model.ts';
import { insertCharges, insertPhase, insertSubscription, latestSubscription } from './row-store.ts';

export function refuse(conflict: string | undefined): void {
  if (conflict !== undefined) throw new Fault('state_conflict', { detail: conflict });
}

function startOf(wanted: NewSubscription, now: number): number {
  if (wanted.starts_at === undefined) return now;
  const start = new Date(wanted.starts_at).getTime();
  const message = startError(start, now);
  if (message === undefined) return start;
  throw new Fault('invalid_request', { errors: [{ path: 'starts_at', message }] });
}

type Version = NonNullable<Awaited<ReturnType<typeof heldVersion>>>;
type Start = { start: number; trialDays: number; now: number };

/** A subscription of this customer that begins then. */
function begins(customer: CustomerRow, version: Version, { start, trialDays, now }: Start): Loaded {
  const trial = trialEnd(start, trialDays, customer.billing_zone);
  const started_at = new Date(start);
  const anchor_at = new Date(Math.floor(start / MINUTE_MS) * MINUTE_MS);
  const { id: plan_version_id, plan_id, interval_months } = version;
  const on = { plan_version_id, interval_months, anchor_at };
  const row: SubscriptionRow = {
    id: newId('sub', now),
    customer_id: customer.id,
    plan_id,
    ...on,
    time_zone: customer.billing_zone,
    started_at,
    trial_ends_at: trial === null ? null : new Date(trial),
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
  const phases = [{ ...on, starts_at: started_at, paused: false }];
  return { row, phases, versions: new Map([[version.id, shownVersion(version)]]) };
}

/** Puts a customer that has no live subscription on a published version. */
export async function subscribe(doing: Doing, wanted: NewSubscription): Promise<SubscriptionRow> {
  const { tx, now } = doing;
  const customer = found(await lockCustomer(tx, wanted.customer_id), 'customer');
  const version = found(await heldVersion(tx, wanted.plan_version_id), 'plan version');
  const start = startOf(wanted, now);
  refuse(versionConflict(customer, version));
  refuse(overlap(await latestSubscription(tx, customer.id), start));
  const trialDays = wanted.trial_days ?? version.trial_days;
  const { after: paid, fees } = begun(begins(customer, version, { start, trialDays, now }));
  // What the customer owes of an earlier one goes with it: nobody gets access anew by a new start.
  const after = { ...paid, row: await underDebt(doing, paid.row) };
  const { row, phases } = after;
  await insertSubscription(tx, row, new Date(now));
  for (const phase of phases) await insertPhase(tx, row.id, phase);
  const { currency } = version;
  const due_at = row.started_at;
  await insertCharges(tx, fees, { subscription: row, cause: 'start', currency, due_at, now });
  await recordStep(doing, 'subscription.create', { after });
  await tell(doing, after);
  return row;
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
  const none = { key_scopes: [], billing_address: '', tax_number: '', metadata: {} };
  const wanted = { name, currency, billing_zone, ...none };
  const customer = await createOwnCustomer(doing, wanted, userId);
  if (version !== undefined) {
    await subscribe(doing, { customer_id: customer.id, plan_version_id: version.id });
  }
  return customer;
}
