import { z } from 'zod';
import { MEMBER_ROLES } from './customer.ts';
import { time } from './field.ts';
import { email } from './user.ts';

/** For so long the link of a letter works. */
export const INVITATION_DAYS = 7;

/** Somebody who was asked to become a member and has not answered. */
export const invitation = z
  .object({
    id: z.string(),
    email: z.string(),
    role: z.enum(MEMBER_ROLES),
    /** expired: its link works no more; it can be sent again. */
    state: z.enum(['open', 'expired']),
    /** What became of its letter. refused: the mail server takes none to this address. */
    letter: z.enum(['waiting', 'sent', 'refused']),
    /** What the mail server said last. */
    said: z.string().nullable(),
    /** The name of who invited; null for who is gone. */
    invited_by: z.string().nullable(),
    created_at: time(),
    expires_at: time(),
  })
  .meta({ id: 'Invitation' });
export type Invitation = z.infer<typeof invitation>;

export const newInvitation = z.strictObject({ email: email(), role: z.enum(MEMBER_ROLES) });
export type NewInvitation = z.infer<typeof newInvitation>;

const TOKEN_CHARS_MAX = 100;
/** What the link of the letter ends with. */
export const invitationToken = () => z.string().min(1).max(TOKEN_CHARS_MAX);
export const invitationLink = z.strictObject({ token: invitationToken() });

/** What who holds the letter reads before they answer. */
export const invitationSeen = z
  .object({
    customer: z.object({ name: z.string() }),
    email: z.string(),
    role: z.enum(MEMBER_ROLES),
    invited_by: z.string().nullable(),
    expires_at: time(),
    /** Whether somebody signs in with this address already. */
    has_account: z.boolean(),
  })
  .meta({ id: 'InvitationSeen' });
export type InvitationSeen = z.infer<typeof invitationSeen>;

export const invitationAccepted = z.object({ customer_id: z.string() });
export type InvitationAccepted = z.infer<typeof invitationAccepted>;
