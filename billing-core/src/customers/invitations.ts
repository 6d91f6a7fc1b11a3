import { createHash } from 'node:crypto';
import type { SignIn } from '../auth/sign-in.ts';
import { throttle } from '../auth/throttle.ts';
import { INVITATION_DAYS, type NewInvitation } from '../contract/invitation.ts';
import type { SessionUser } from '../contract/session.ts';
import { audit, type Doing } from '../kit/audit.ts';
import { DAY_MS } from '../kit/clock.ts';
import type { Query } from '../kit/database.ts';
import { Fault, found, notFound } from '../kit/fault.ts';
import { newId, timeOfId } from '../kit/id.ts';
import type { SendJob } from '../kit/jobs.ts';
import { INVITE } from './invitation-letter.ts';
import {
  acceptInvitation,
  hasMember,
  insertInvitation,
  invitationByHash,
  invitationById,
  openTo,
  renewInvitation,
  revokeInvitation,
  staysOwner,
  type InvitationRow,
} from './invitation-store.ts';
import { addMember } from './memberships.ts';
import { lockCustomer } from './store.ts';

/** So many may be unanswered at one customer; those that expired are not counted. */
const OPEN_MAX = 50;

/** What mints links, and sends them. */
export type Inviting = { secrets: Pick<SignIn, 'secretOf'>; send: SendJob };

/** What the link of an invitation ends with: made anew for each letter, and of no use but there. */
export const tokenOf = (
  { secretOf }: Pick<SignIn, 'secretOf'>,
  { id, round }: Pick<InvitationRow, 'id' | 'round'>,
): string => secretOf(`invitation ${id} ${round}`);

const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest();
const conflict = (detail: string): Fault => new Fault('state_conflict', { detail });
const taken = (detail: string): Fault => new Fault('already_exists', { detail });

/** The time of day: an address's owner reads no customer's clock. */
const wallOf = ({ requestId }: Pick<Doing, 'requestId'>): number => timeOfId(requestId);

async function limitLetters({ tx, ...doing }: Doing, customer: string, to: string): Promise<void> {
  const now = wallOf(doing);
  await throttle(tx, { what: 'invite:customer', who: customer, now });
  await throttle(tx, { what: 'invite:address', who: to, now });
}

/** Throws already_exists for who is a member or was asked; state_conflict past OPEN_MAX. */
async function makeRoom(doing: Doing, customerId: string, email: string): Promise<void> {
  const { tx } = doing;
  if (await hasMember(tx, customerId, email)) throw taken('This person is a member already');
  const now = wallOf(doing);
  const { own, others } = await openTo(tx, customerId, { email, now });
  if (own !== undefined && own.expires_at.getTime() > now) {
    throw taken('This address was invited already: send that again, or withdraw it');
  }
  if (own !== undefined) await revokeInvitation(tx, own.id, new Date(now));
  refuseBeyond(others);
}

function refuseBeyond(others: number): void {
  if (others >= OPEN_MAX) throw conflict(`${OPEN_MAX} invitations are unanswered already`);
}

/**
 * Asks somebody by a letter to become a member. The letter is asked for in this transaction, and
 * tried until the mail server takes it. Throws already_exists, state_conflict, too_many_requests.
 */
export async function invite(
  doing: Doing,
  customerId: string,
  { email, role, secrets, send }: NewInvitation & Inviting,
): Promise<InvitationRow> {
  const { tx, actor, now, requestId } = doing;
  const customer = found(await lockCustomer(tx, customerId), 'customer');
  if (customer.state !== 'active') throw conflict('The customer is archived');
  // Removed while this waited: who is no owner any more leaves no invitation behind.
  if (!(await staysOwner(tx, customerId, actor.id))) throw new Fault('forbidden');
  await makeRoom(doing, customerId, email);
  await limitLetters(doing, customerId, email);
  const at = wallOf(doing);
  const id = newId('ivt', at);
  const asked = { id, customer_id: customerId, email, role, invited_by: actor.id };
  const times = { created_at: new Date(at), expires_at: new Date(at + INVITATION_DAYS * DAY_MS) };
  const token_hash = hashOf(tokenOf(secrets, { id, round: 1 }));
  await insertInvitation(tx, { ...asked, ...times, token_hash });
  const detail = { invitation_id: id, email, role };
  const deed = { actor, action: 'invitation.create', subjectId: customerId };
  await audit(tx, { ...deed, now, requestId, detail });
  await send(tx, INVITE, { invitation_id: id, round: '1' });
  return found(await invitationById(tx, id), 'invitation');
}

/** Of this customer, and neither answered nor taken back. Throws not_found. */
async function unanswered(
  { tx }: Pick<Doing, 'tx'>,
  customerId: string,
  id: string,
): Promise<InvitationRow> {
  const row = await invitationById(tx, id);
  if (row?.customer_id !== customerId || row.accepted_at || row.revoked_at) {
    throw notFound('invitation');
  }
  return row;
}

/** Sends the letter again, with another link: the one before opens nothing. Throws not_found. */
export async function inviteAgain(
  doing: Doing,
  customerId: string,
  { id, secrets, send }: { id: string } & Inviting,
): Promise<InvitationRow> {
  const { tx, actor, now, requestId } = doing;
  const customer = found(await lockCustomer(tx, customerId), 'customer');
  if (customer.state !== 'active') throw conflict('The customer is archived');
  const { email, round: before } = await unanswered(doing, customerId, id);
  if (await hasMember(tx, customerId, email)) throw taken('This person is a member already');
  // One that expired did not count any more, and counts again.
  refuseBeyond((await openTo(tx, customerId, { email, now: wallOf(doing) })).others);
  await limitLetters(doing, customerId, email);
  const round = before + 1;
  const hash = hashOf(tokenOf(secrets, { id, round }));
  const expiresAt = new Date(wallOf(doing) + INVITATION_DAYS * DAY_MS);
  if (!(await renewInvitation(tx, { id, round, hash, expiresAt }))) throw notFound('invitation');
  const detail = { invitation_id: id, email };
  const deed = { actor, action: 'invitation.send_again', subjectId: customerId };
  await audit(tx, { ...deed, now, requestId, detail });
  await send(tx, INVITE, { invitation_id: id, round: String(round) });
  return found(await invitationById(tx, id), 'invitation');
}

/** Takes an invitation back: its link opens nothing. Throws not_found. */
export async function withdrawInvitation(
  doing: Doing,
  customerId: string,
  id: string,
): Promise<void> {
  const { tx, actor, now, requestId } = doing;
  const { email } = await unanswered(doing, customerId, id);
  if (!(await revokeInvitation(tx, id, new Date(wallOf(doing))))) throw notFound('invitation');
  const detail = { invitation_id: id, email };
  const deed = { actor, action: 'invitation.withdraw', subjectId: customerId };
  await audit(tx, { ...deed, now, requestId, detail });
}

const gone = (detail: string): Fault => new Fault('gone', { detail });

/** Why an invitation opens nothing any more at `now` (ms); undefined while it does. */
function endOf(row: InvitationRow, now: number): Fault | undefined {
  if (row.accepted_at) return gone('This invitation was accepted already');
  if (row.revoked_at) return gone('This invitation was withdrawn');
  if (row.customer_state !== 'active') return gone('This customer is closed');
  if (row.expires_at.getTime() <= now) return gone('This invitation has expired: ask for another');
  return undefined;
}

/** What a link leads to. Throws not_found for a link that was never sent, gone for an old one. */
export async function invitationOf(sql: Query, token: string, now: number): Promise<InvitationRow> {
  const row = found(await invitationByHash(sql, hashOf(token)), 'invitation');
  const end = endOf(row, now);
  if (end) throw end;
  return row;
}

/** Whether this address was sent this link and it works at `now` (ms). */
export async function isInvited(
  sql: Query,
  { token, email, now }: { token: string; email: string; now: number },
): Promise<boolean> {
  const row = await invitationByHash(sql, hashOf(token));
  return row !== undefined && endOf(row, now) === undefined && row.email === email;
}

/**
 * Makes who is signed in what they were invited to be. Once: of two at a time one does.
 * Throws not_found, gone, already_exists; forbidden for somebody with another address.
 */
export async function acceptInvite(
  doing: Doing,
  token: string,
  user: SessionUser,
): Promise<InvitationRow> {
  const { tx, actor, now, requestId } = doing;
  const row = await invitationOf(tx, token, now);
  if (row.email !== user.email) {
    const detail = `This invitation is for ${row.email}: sign in with that address`;
    throw new Fault('forbidden', { detail });
  }
  const answer = { hash: hashOf(token), at: new Date(now), by: user.id };
  if (!(await acceptInvitation(tx, answer))) throw gone('This invitation was accepted already');
  const detail = { invitation_id: row.id, role: row.role };
  const deed = { actor, action: 'invitation.accept', subjectId: row.customer_id };
  await audit(tx, { ...deed, now, requestId, detail });
  await addMember(doing, row.customer_id, { user_id: user.id, role: row.role });
  return row;
}
