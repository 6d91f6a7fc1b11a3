import { QUANTITY_MAX, scaled } from '../catalog/quantity.ts';
import type { NewQuotaRequest, QuotaAnswer } from '../contract/quota-request.ts';
import { audit, type Doing } from '../kit/audit.ts';
import { Fault, found } from '../kit/fault.ts';
import { newId } from '../kit/id.ts';
import { heldBy, type HeldQuota } from '../subscriptions/store.ts';
import { closeRequest, insertRequest, requestById, type RequestRow } from './request-store.ts';

/** Who asks, for which customer. */
type Asker = { customerId: string; userId: string };

function invalid(path: string, message: string): never {
  throw new Fault('invalid_request', { errors: [{ path, message }] });
}

/** The limit that is asked for, in scaled units: more than the one that holds. */
function limitAsked({ limit: text }: NewQuotaRequest, quota: HeldQuota, limit: number): bigint {
  const asked = scaled(text, quota.meter_scale);
  if (asked === undefined) invalid('limit', `has more than ${quota.meter_scale} decimal places`);
  if (asked > QUANTITY_MAX) invalid('limit', 'is more than can be counted');
  if (asked <= BigInt(limit)) invalid('limit', 'is not more than the limit that holds now');
  return asked;
}

/**
 * Asks for more of a quota. Nothing changes by it: an admin answers, and what is granted comes with
 * the customer's own terms, an add-on or another plan.
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

/** An admin's answer; it is given once. */
export const answerRequest = (
  doing: Doing,
  id: string,
  { decision, answer }: QuotaAnswer,
): Promise<RequestRow> => close(doing, id, { state: decision, answer });
