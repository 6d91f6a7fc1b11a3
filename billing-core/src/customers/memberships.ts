import { userById } from '../auth/user-store.ts';
import type { MemberRole, NewMembership } from '../contract/customer.ts';
import { audit, type Doing } from '../kit/audit.ts';
import { appendChange } from '../kit/changes.ts';
import { found, notFound } from '../kit/fault.ts';
import { newId, timeOfId } from '../kit/id.ts';
import { revokeInvitationsOf } from './invitation-store.ts';
import {
  deleteMembership,
  insertMembership,
  membershipById,
  updateRole,
  type MembershipRow,
} from './membership-store.ts';
import { refuseErased } from './erased.ts';
import { lockCustomer } from './store.ts';

/** Makes a user a member. Throws not_found for either; already_exists. */
export async function addMember(
  doing: Doing,
  customerId: string,
  wanted: NewMembership,
): Promise<MembershipRow> {
  const { tx, actor, now, requestId } = doing;
  const { user_id: userId, role } = wanted;
  found(await lockCustomer(tx, customerId), 'customer');
  await refuseErased(tx, customerId);
  found(await userById(tx, userId), 'user');
  const id = newId('mem', now);
  await insertMembership(tx, { id, customerId, userId, role, createdAt: new Date(now) });
  const detail = { user_id: userId, role };
  const action = 'membership.create';
  await audit(tx, { actor, action, subjectId: customerId, now, requestId, detail });
  // Where a customer names no addresses, its letters go to its members.
  await appendChange(tx, 'payer', customerId);
  return found(await membershipById(tx, id), 'membership');
}

/** Who is no owner any more asks nobody to be one: what they asked and nobody answered is over. */
async function withdrawAsked(doing: Doing, { customer_id, user_id }: MembershipRow): Promise<void> {
  const { tx, actor, now, requestId } = doing;
  const by = { customerId: customer_id, userId: user_id };
  const count = await revokeInvitationsOf(tx, { ...by, at: new Date(timeOfId(requestId)) });
  if (count === 0) return;
  const detail = { invited_by: user_id, count };
  const action = 'invitation.withdraw';
  await audit(tx, { actor, action, subjectId: customer_id, now, requestId, detail });
}

/** Gives a member another role. Throws not_found; state_conflict for the last owner. */
export async function changeRole(
  doing: Doing,
  id: string,
  role: MemberRole,
): Promise<MembershipRow> {
  const { tx, actor, now, requestId } = doing;
  if (!(await updateRole(tx, id, role))) throw notFound('membership');
  const row = found(await membershipById(tx, id), 'membership');
  const detail = { user_id: row.user_id, role };
  const subjectId = row.customer_id;
  await audit(tx, { actor, action: 'membership.update', subjectId, now, requestId, detail });
  if (role !== 'owner') await withdrawAsked(doing, row);
  await appendChange(tx, 'payer', subjectId);
  return row;
}

/** Ends a membership. Throws not_found; state_conflict for the last owner. */
export async function removeMember(doing: Doing, id: string): Promise<void> {
  const { tx, actor, now, requestId } = doing;
  const row = found(await membershipById(tx, id), 'membership');
  if (!(await deleteMembership(tx, id))) throw notFound('membership');
  const detail = { user_id: row.user_id };
  const subjectId = row.customer_id;
  await audit(tx, { actor, action: 'membership.delete', subjectId, now, requestId, detail });
  await withdrawAsked(doing, row);
  await appendChange(tx, 'payer', subjectId);
}
