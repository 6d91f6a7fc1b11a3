import { INVITATION_DAYS } from '../contract/invitation.ts';
import type { Sql } from '../kit/database.ts';
import type { Job } from '../kit/jobs.ts';
import { LetterRefused, type DirectLetter, type Mail } from '../kit/mail.ts';
import { invitationById, saveLetterEnd, type InvitationRow } from './invitation-store.ts';

export const INVITE = 'customers.invite';
/** With pauses up to a quarter of an hour: about a day. */
const RETRIES = 100;
const SECONDS_MAX = 120;
const SAID_CHARS_MAX = 500;

export type InvitationPost = {
  sql: Sql;
  mail: Mail;
  publicUrl: string;
  /** What the link ends with; only its hash is stored. */
  tokenOf: (row: InvitationRow) => string;
};

/** The letter of an invitation: the same message, however often it is sent. */
export function letterOf(
  row: InvitationRow,
  { publicUrl, tokenOf }: Pick<InvitationPost, 'publicUrl' | 'tokenOf'>,
): DirectLetter {
  const { id, round, email, customer_name: name, role, inviter } = row;
  const link = `${publicUrl}/invitation?token=${encodeURIComponent(tokenOf(row))}`;
  return {
    to: email,
    subject: `You are invited to ${name}`,
    messageId: `<${id}.${round}@${new URL(publicUrl).hostname}>`,
    text: `${inviter ?? 'Somebody'} invites you to ${name}, as ${role}.

Accept it within ${INVITATION_DAYS} days:
${link}

The link is for ${email} alone and works once. If you expected none, do nothing.
`,
  };
}

const isOver = (row: InvitationRow, round: number, now: number): boolean =>
  row.round !== round ||
  row.accepted_at !== null ||
  row.revoked_at !== null ||
  row.customer_state !== 'active' ||
  row.sent_at !== null ||
  row.expires_at.getTime() <= now;

type Try = { id: string; round: number; now: number };

/** Sends one letter. Throws what the mail server said, for another try. */
export async function sendInvitation(
  { sql, mail, ...post }: InvitationPost,
  { id, round, now }: Try,
): Promise<void> {
  const row = await invitationById(sql, id);
  if (row === undefined || isOver(row, round, now)) return;
  try {
    await mail.deliver(letterOf(row, post));
  } catch (error) {
    const said = error instanceof Error ? error.message.slice(0, SAID_CHARS_MAX) : 'unknown';
    const isRefused = error instanceof LetterRefused;
    await saveLetterEnd(sql, row, { refusedAt: isRefused ? new Date(now) : null, said });
    // No later try would be taken.
    if (isRefused) return;
    throw error;
  }
  await saveLetterEnd(sql, row, { sentAt: new Date(now) });
}

/** The job that sends one letter of an invitation. */
export const invitationJob = (post: InvitationPost): Job => ({
  name: INVITE,
  retries: RETRIES,
  secondsMax: SECONDS_MAX,
  inSteps: ({ data, now }) =>
    sendInvitation(post, {
      id: data['invitation_id'] ?? '',
      round: Number(data['round'] ?? 0),
      now,
    }),
});
