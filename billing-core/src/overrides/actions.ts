import { QUANTITY_MAX, scaled, unscaled } from '../catalog/quantity.ts';
import type { NewQuotaOverride, QuotaRaise } from '../contract/quota-override.ts';
import { lockCustomer, type CustomerRow } from '../customers/store.ts';
import { audit, type Doing } from '../kit/audit.ts';
import { appendChange } from '../kit/changes.ts';
import { Fault, found, notFound } from '../kit/fault.ts';
import { newId } from '../kit/id.ts';
import { recordNotice } from '../notices/record.ts';
import {
  currentOverride,
  endOverride,
  heldQuota,
  insertOverride,
  overrideById,
  type Current,
  type Of,
  type OverrideRow,
} from './store.ts';
import { endedWords, raisedWords, type Raise, type Told } from './words.ts';

/** Core time now, and the time of the customer, which may have a clock of its own. */
export type Timed = Doing & { coreNow: number };

export function invalid(path: string, message: string): never {
  throw new Fault('invalid_request', { errors: [{ path, message }] });
}

type Wish = Of & { raise: QuotaRaise; reason: string; requestId: string | null };

/** Scaled. `at`: where in the request a mistake stands. */
function limitOf({ raise }: Wish, held: { limit: bigint; scale: number }, at: string): bigint {
  const limit = scaled(raise.limit, held.scale);
  if (limit === undefined) invalid(`${at}limit`, `has more than ${held.scale} decimal places`);
  if (limit > QUANTITY_MAX) invalid(`${at}limit`, 'is more than can be counted');
  if (limit <= held.limit) invalid(`${at}limit`, 'is not more than the plan and add-ons have');
  return limit;
}

function endOf({ raise }: Wish, now: number, at: string): Date | null {
  if (raise.ends_at === null) return null;
  const end = new Date(raise.ends_at);
  if (end.getTime() <= now) invalid(`${at}ends_at`, 'is over already');
  return end;
}

export const quotaOf = (row: OverrideRow) => ({
  meter: row.meter,
  window: row.quota_window,
  scope: row.quota_scope,
});

/** What words are made of; undefined where the customer has no such quota to speak of. */
export function raiseOf(row: OverrideRow, { billing_zone: zone }: CustomerRow): Raise | undefined {
  if (row.plan_limit === null) return undefined;
  return { limit: row.quota_limit, endsAt: row.ends_at, planLimit: row.plan_limit, zone };
}

/** Tells the customer, once of each beginning and each end. */
async function tell(
  { tx, now }: Doing,
  row: OverrideRow,
  { title, body, what }: Told & { what: 'began' | 'ended' },
): Promise<void> {
  const limit = unscaled(row.quota_limit, row.meter.scale);
  await recordNotice(tx, {
    customerId: row.customer_id,
    kind: 'quota_change',
    subject: `${row.id} ${what}`,
    title,
    body,
    path: '/quotas',
    detail: { what, meter_id: row.meter_id, window: row.quota_window, limit },
    at: now,
  });
}

/** The override that holds; one whose time is over is ended on the way. */
async function holding(doing: Doing, of: Of): Promise<Current | null> {
  const current = await currentOverride(doing.tx, of);
  if (current === undefined) return null;
  if (current.ends_at === null || current.ends_at.getTime() > doing.now) return current;
  await endOverride(doing.tx, current.id, current.ends_at);
  return null;
}

type Raising = {
  wish: Wish;
  /** Where the limit and the end stand in the request: '' or 'raise.'. */
  at: string;
  /** Decides, of the one that holds or null, whether it may be replaced by this limit. */
  mayReplace: (current: Current | null, limit: bigint) => void;
};

/** Makes the override under the customer's lock; the caller tells the customer and gateways. */
export async function raiseQuota(
  doing: Timed,
  { wish, at, mayReplace }: Raising,
): Promise<{ row: OverrideRow; customer: CustomerRow }> {
  const { tx, now, actor, requestId } = doing;
  const customer = found(await lockCustomer(tx, wish.customer_id), 'customer');
  const { raise, reason, requestId: request_id, ...of } = wish;
  const held = await heldQuota(tx, of, new Date(now));
  const whole = at === '' ? 'meter_id' : 'raise';
  if (held === undefined) invalid(whole, 'has no such quota in the plan of the customer');
  const { limit, scale } = held;
  if (limit === null) invalid(whole, 'is not limited in that window');
  const quota_limit = limitOf(wish, { limit, scale }, at);
  const ends_at = endOf(wish, now, at);
  const current = await holding(doing, of);
  mayReplace(current, quota_limit);
  if (current !== null) await endOverride(tx, current.id, new Date(now));
  const id = newId('qov', now);
  const starts_at = new Date(now);
  await insertOverride(tx, { ...of, id, quota_limit, reason, request_id, starts_at, ends_at });
  const detail = { customer_id: of.customer_id, limit: raise.limit, ends_at: raise.ends_at };
  const told = { ...detail, reason, replaces: current?.id ?? null };
  const action = 'quota_override.create';
  await audit(tx, { actor, action, subjectId: id, now, requestId, detail: told });
  return { row: found(await overrideById(tx, id, doing.coreNow), 'quota override'), customer };
}

/** Raises a quota of one customer, and tells the customer and gateways in the same transaction. */
export async function makeOverride(doing: Timed, wanted: NewQuotaOverride): Promise<OverrideRow> {
  const { customer_id, meter_id, window, scope, reason, replaces, limit, ends_at } = wanted;
  const of = { customer_id, meter_id, quota_window: window, quota_scope: scope };
  const wish = { ...of, raise: { limit, ends_at }, reason, requestId: null };
  const mayReplace = (current: Current | null): void => {
    if ((current?.id ?? null) === replaces) return;
    const detail =
      current === null
        ? 'The override that it would replace has ended'
        : `The quota is raised already by ${current.id}, which it does not replace`;
    throw new Fault('state_conflict', { detail });
  };
  const { row, customer } = await raiseQuota(doing, { wish, at: '', mayReplace });
  const raise = raiseOf(row, customer);
  if (raise) await tell(doing, row, { what: 'began', ...raisedWords(quotaOf(row), raise) });
  await appendChange(doing.tx, 'customer', row.customer_id);
  return row;
}

/** Ends what holds, and says so; undefined where it had ended. `at`: when, by whom. */
export async function finishOverride(
  doing: Timed,
  { id, at, action }: { id: string; at: (row: OverrideRow) => Date; action: string },
): Promise<OverrideRow | undefined> {
  const { tx, now, actor, requestId } = doing;
  const seen = await overrideById(tx, id, doing.coreNow);
  if (seen === undefined) throw notFound('quota override');
  const customer = found(await lockCustomer(tx, seen.customer_id), 'customer');
  if (!(await endOverride(tx, id, at(seen)))) return undefined;
  const row = found(await overrideById(tx, id, doing.coreNow), 'quota override');
  const raise = raiseOf(row, customer);
  // Where the plan has as much by now nothing ends for the customer.
  if (raise && raise.limit > raise.planLimit) {
    await tell(doing, row, { what: 'ended', ...endedWords(quotaOf(row), raise) });
  }
  const detail = { customer_id: row.customer_id };
  await audit(tx, { actor, action, subjectId: id, now, requestId, detail });
  await appendChange(tx, 'customer', row.customer_id);
  return row;
}

/** Ends one by hand. */
export async function stopOverride(doing: Timed, id: string): Promise<OverrideRow> {
  const at = ({ ends_at: end }: OverrideRow): Date =>
    end !== null && end.getTime() < doing.now ? end : new Date(doing.now);
  const row = await finishOverride(doing, { id, at, action: 'quota_override.end' });
  if (row === undefined) throw new Fault('state_conflict', { detail: 'It has ended already' });
  return row;
}
