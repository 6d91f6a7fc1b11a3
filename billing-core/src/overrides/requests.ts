import { QUANTITY_MAX, scaled } from '../catalog/quantity.ts';
import type { NewQuotaRequest, QuotaAnswer } from '../contract/quota-request.ts';
import { audit, type Doing } from '../kit/audit.ts';
import { appendChange } from '../kit/changes.ts';
import { Fault, found } from '../kit/fault.ts';
import { newId } from '../kit/id.ts';
import { recordNotice } from '../notices/record.ts';
import { heldBy, type HeldQuota } from '../subscriptions/store.ts';
import { invalid, raiseOf, raiseQuota, type Timed } from './actions.ts';
import { closeRequest, insertRequest, requestById, type RequestRow } from './request-store.ts';
import type { Current } from './store.ts';
import { answerWords, type Raise } from './words.ts';

/** Who asks, for which customer. */
type Asker = { customerId: string; userId: string };

/** The limit that is asked for, in scaled units: more than the one that holds. */
function limitAsked({ limit: text }: NewQuotaRequest, quota: HeldQuota, limit: number): bigint {
  const asked = scaled(text, quota.meter_scale);
  if (asked === undefined) invalid('limit', `has more than ${quota.meter_scale} decimal places`);
  if (asked > QUANTITY_MAX) invalid('limit', 'is more than can be counted');
  if (asked <= BigInt(limit)) invalid('limit', 'is not more than the limit that holds now');
  return asked;
}

/**
 * Asks for more of a quota. Nothing changes by it: an admin answers, and may raise the quota with
 * the answer.
 */
export async function askForMore(
  doing: Doing,
  { customerId, userId }: Asker,
  wanted: NewQuotaRequest,
): Promise<RequestRow> {
  const { tx, now, actor, requestId } = doing;
  const held = await heldBy(tx, customerId, now);
  const quota = held?.quotas.find(
    ({ meter_id, window, scope }) =>
      meter_id === wanted.meter_id && window === wanted.window && scope === wanted.scope,
  );
  if (quota === undefined) invalid('meter_id', 'has no such quota in the plan');
  if (quota.limit === null) invalid('meter_id', 'is not limited in that window');
  const row = {
    id: newId('qrq', now),
    customer_id: customerId,
    asked_by: userId,
    meter_id: wanted.meter_id,
    quota_window: wanted.window,
    quota_scope: wanted.scope,
    limit_then: BigInt(quota.limit),
    limit_asked: limitAsked(wanted, quota, quota.limit),
    reason: wanted.reason,
    created_at: new Date(now),
  };
  if (!(await insertRequest(tx, row))) {
    throw new Fault('already_exists', { detail: 'A request for this quota is open' });
  }
  await audit(tx, { actor, action: 'quota_request.create', subjectId: row.id, now, requestId });
  return found(await requestById(tx, row.id), 'quota request');
}

async function close(
  doing: Doing,
  id: string,
  { state, answer }: { state: 'granted' | 'declined' | 'withdrawn'; answer: string },
): Promise<RequestRow> {
  const { tx, now, actor, requestId } = doing;
  const closed = await closeRequest(tx, id, { state, answer, answered_at: new Date(now) });
  const row = found(await requestById(tx, id), 'quota request');
  if (!closed) throw new Fault('state_conflict', { detail: `The request is ${row.state} already` });
  const action = `quota_request.${state === 'withdrawn' ? 'withdraw' : 'answer'}`;
  await audit(tx, { actor, action, subjectId: id, now, requestId, detail: { state } });
  return row;
}

/** The customer wants it no more. */
export async function withdrawRequest(
  doing: Doing,
  id: string,
  customerId: string,
): Promise<RequestRow> {
  found(await requestById(doing.tx, id, customerId), 'quota request');
  return close(doing, id, { state: 'withdrawn', answer: '' });
}

/** Raises the quota that was asked for; never below what holds now. */
async function raiseFor(
  doing: Timed,
  row: RequestRow,
  raise: NonNullable<QuotaAnswer['raise']>,
): Promise<Raise | undefined> {
  const { customer_id, meter_id, quota_window, quota_scope, reason, id } = row;
  const of = { customer_id, meter_id, quota_window, quota_scope };
  const mayReplace = (current: Current | null, limit: bigint): void => {
    if (current !== null && limit <= current.quota_limit) {
      invalid('raise.limit', 'is not more than the limit that holds now');
    }
  };
  const wish = { ...of, raise, reason, requestId: id };
  const made = await raiseQuota(doing, { wish, at: 'raise.', mayReplace });
  return raiseOf(made.row, made.customer);
}

/**
 * An admin's answer; it is given once. With `raise` the quota is raised in the same transaction.
 * The customer is told, and gateways.
 */
export async function answerRequest(
  doing: Timed,
  id: string,
  { decision, answer, raise: wanted }: QuotaAnswer,
): Promise<RequestRow> {
  if (wanted && decision === 'declined') invalid('raise', 'is for a request that is granted');
  const row = await close(doing, id, { state: decision, answer });
  const raise = wanted && (await raiseFor(doing, row, wanted));
  const { meter, quota_window: window, quota_scope: scope } = row;
  const said = { granted: decision === 'granted', answer, asked: row.limit_asked, raise };
  await recordNotice(doing.tx, {
    customerId: row.customer_id,
    kind: 'quota_change',
    subject: `${id} answered`,
    ...answerWords({ meter, window, scope }, said),
    path: '/quotas',
    detail: { what: decision, meter_id: row.meter_id, window, quota_request_id: id },
    at: doing.now,
  });
  if (wanted) await appendChange(doing.tx, 'customer', row.customer_id);
  return found(await requestById(doing.tx, id), 'quota request');
}
