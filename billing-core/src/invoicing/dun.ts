import { planById } from '../catalog/plan-store.ts';
import type { DunningStepKind, UnpaidAction } from '../contract/dunning.ts';
import type { Doing } from '../kit/audit.ts';
import { Fault, found } from '../kit/fault.ts';
import { newId } from '../kit/id.ts';
import { liveSubscription } from '../subscriptions/row-store.ts';
import { setDebt } from '../subscriptions/steps.ts';
import { plannedSteps, turnAt, type DunningSettings } from './dunning.ts';
import {
  debtOf,
  dunningOf,
  insertStep,
  owingOf,
  saveDunning,
  stepsOf,
  type DunningRow,
  type Owing,
} from './dunning-store.ts';
import { tellOf } from './dunning-words.ts';
import { lockBalances } from './final-store.ts';
import { billingSettings } from './settings-store.ts';
import { invoiceById } from './store.ts';

const conflict = (detail: string): Fault => new Fault('state_conflict', { detail });

type Step = {
  kind: DunningStepKind;
  after_days?: number;
  /** Of an effect. */
  action?: UnpaidAction | null;
  tells?: boolean;
};

async function step({ tx, now, actor }: Doing, row: DunningRow, taken: Step): Promise<void> {
  const { invoice_id, customer_id, round } = row;
  const { kind, after_days = null, action = null, tells = false } = taken;
  const about = { id: newId('dun', now), invoice_id, customer_id, round };
  const by = { taken_at: new Date(now), taken_by: actor.id };
  await insertStep(tx, { ...about, kind, after_days, action, tells, ...by });
  if (tells) await tellOf(tx, about, { kind, action, at: now });
}

/** A round begins: from its due date on, or anew from now when money for it went back. */
function begun(owing: Owing, before: DunningRow | undefined, now: number): DunningRow {
  const { invoice_id, customer_id, due_at } = owing;
  const clock_from = before === undefined ? due_at : new Date(now);
  const none = { next_kind: null, next_at: null, acted_at: null, paused_at: null, ended_at: null };
  const round = (before?.round ?? 0) + 1;
  return { invoice_id, customer_id, round, owed_since: clock_from, clock_from, ...none };
}

type Terms = { settings: DunningSettings; action: UnpaidAction };

async function dunOne(doing: Doing, owing: Owing, terms: Terms): Promise<void> {
  const { tx, now } = doing;
  const before = await dunningOf(tx, owing.invoice_id);
  const running = before?.ended_at === null ? before : undefined;
  if (!owing.owed) {
    if (running === undefined) return;
    const none = { next_kind: null, next_at: null, acted_at: null, paused_at: null };
    await saveDunning(tx, { ...running, ...none, ended_at: new Date(now) });
    await step(doing, running, { kind: 'ended' });
    return;
  }
  const row = running ?? begun(owing, before, now);
  // Nobody expects that it is paid: the customer still owes it, but is reminded no more.
  if (row.paused_at !== null || owing.state === 'uncollectible') {
    await saveDunning(tx, { ...row, next_kind: null, next_at: null });
    return;
  }
  await saveDunning(tx, await stepped(doing, row, terms));
}

/** Takes the steps whose time has come. */
async function stepped(
  doing: Doing,
  row: DunningRow,
  { settings, action }: Terms,
): Promise<DunningRow> {
  const { tx, now } = doing;
  const taken = (await stepsOf(tx, row.invoice_id)).filter(({ round }) => round === row.round);
  const { take, next } = turnAt(plannedSteps(row.clock_from.getTime(), settings), taken, now);
  for (const { kind, afterDays, tells } of take) {
    const chosen = kind === 'effect' ? action : null;
    await step(doing, row, { kind, after_days: afterDays, action: chosen, tells });
  }
  const acts = take.some(({ kind }) => kind === 'effect');
  const next_at = next === undefined ? null : new Date(next.at);
  const acted_at = acts ? new Date(now) : row.acted_at;
  return { ...row, next_kind: next?.kind ?? null, next_at, acted_at };
}

async function unpaidAction({ tx }: Doing, customerId: string): Promise<UnpaidAction> {
  const live = await liveSubscription(tx, customerId);
  return live ? found(await planById(tx, live.plan_id), 'plan').unpaid_action : 'keep';
}

/** Makes access be as the customer's debts and its plan have it. */
const followDebt = async (doing: Doing, customerId: string): Promise<void> =>
  setDebt(doing, customerId, await debtOf(doing.tx, customerId));

/**
 * Does all that is to be done by now about what a customer has not paid in time, each step once,
 * and about what it has paid since; its subscription follows in the same transaction. Call it
 * last: it tells gateways.
 */
export async function dunCustomer(doing: Doing, customerId: string): Promise<void> {
  const { tx, now } = doing;
  await lockBalances(tx, [customerId]);
  const settings = await billingSettings(tx);
  const action = await unpaidAction(doing, customerId);
  for (const owing of await owingOf(tx, customerId, now)) {
    await dunOne(doing, owing, { settings, action });
  }
  await followDebt(doing, customerId);
}

/** What is being done about this invoice, its customer locked. */
async function running(doing: Doing, invoiceId: string): Promise<DunningRow> {
  const { customer_id } = found(await invoiceById(doing.tx, invoiceId), 'invoice');
  // An invoice that is just past due is one, whether or not the job has seen it.
  await dunCustomer(doing, customer_id);
  const row = await dunningOf(doing.tx, invoiceId);
  if (row === undefined || row.ended_at !== null) throw conflict('It is not past due');
  return row;
}

/** Nothing more is done about it, and the plan's choice does not hold for it, until resumed. */
export async function pauseDunning(doing: Doing, invoiceId: string): Promise<void> {
  const row = await running(doing, invoiceId);
  if (row.paused_at !== null) throw conflict('It is paused already');
  const paused_at = new Date(doing.now);
  await saveDunning(doing.tx, { ...row, paused_at, next_kind: null, next_at: null });
  await step(doing, row, { kind: 'paused' });
  await followDebt(doing, row.customer_id);
}

/** Steps go on where they were: the time of the pause does not count. */
export async function resumeDunning(doing: Doing, invoiceId: string): Promise<void> {
  const row = await running(doing, invoiceId);
  if (row.paused_at === null) throw conflict('It is not paused');
  const pausedMs = Math.max(doing.now - row.paused_at.getTime(), 0);
  const clock_from = new Date(row.clock_from.getTime() + pausedMs);
  await saveDunning(doing.tx, { ...row, clock_from, paused_at: null });
  await step(doing, row, { kind: 'resumed' });
  await dunCustomer(doing, row.customer_id);
}

/** Reminds the customer now, beside the steps that come by themselves. */
export async function remindNow(doing: Doing, invoiceId: string): Promise<void> {
  await step(doing, await running(doing, invoiceId), { kind: 'asked_reminder', tells: true });
}
