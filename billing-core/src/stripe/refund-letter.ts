import { adminsToTell } from '../auth/user-store.ts';
import { numberText } from '../invoicing/model.ts';
import type { Query, Sql, Tx } from '../kit/database.ts';
import type { Job } from '../kit/jobs.ts';
import { LetterRefused, type DirectLetter, type Mail } from '../kit/mail.ts';
import type { StripeKit } from './kit.ts';

export const TELL_REFUND = 'stripe.tell-refund';
/** With pauses up to a quarter of an hour: about a day. */
const RETRIES = 100;
const SECONDS_MAX = 120;

/** Asks for letters to all admins about a refund that failed, in the transaction that says so. */
export async function tellRefundFailed(
  { send }: Pick<StripeKit, 'send'>,
  tx: Tx,
  stripeId: string,
): Promise<void> {
  for (const { id } of await adminsToTell(tx)) {
    await send(tx, TELL_REFUND, { stripe_id: stripeId, user_id: id });
  }
}

type Failed = {
  invoice_id: string;
  series: string;
  number: bigint;
  customer: string;
  currency: string;
  amount: string;
};

async function failedOf(sql: Query, stripeId: string): Promise<Failed | undefined> {
  const [row] = await sql<Failed[]>`
    select invoices.id as invoice_id, series, number, customer ->> 'name' as customer,
           payments.currency, coalesce(part, amount)::text as amount
      from stripe_money join payments on payments.id = payment_id
      join invoices on invoices.id = stripe_money.invoice_id
     where stripe_id = ${stripeId}`;
  return row;
}

/** The letter to an admin about a refund that failed: one message, however often it is sent. */
export function letterOf(
  { invoice_id, series, number, customer, currency, amount }: Failed,
  at: { stripeId: string; to: string; userId: string; publicUrl: string },
): DirectLetter {
  const invoice = numberText(series, number);
  const place = at.stripeId.replaceAll(/[^\w.-]/g, '.');
  return {
    to: at.to,
    messageId: `<${place}.${at.userId}@${new URL(at.publicUrl).hostname}>`,
    subject: `A refund of ${invoice} failed`,
    text: `${amount} minor units of ${currency} were to go back to ${customer} through Stripe, for
invoice ${invoice}, and did not: Stripe refused it, or the bank sent the money back.

The books have taken the refund back. It can be ordered anew, or given back another way:
${at.publicUrl}/admin/invoices/${invoice_id}
`,
  };
}

/** Sends each admin the letter about each refund that failed. */
export function refundLetterJob({
  sql,
  mail,
  publicUrl,
}: {
  sql: Sql;
  mail: Mail;
  publicUrl: string;
}): Job {
  return {
    name: TELL_REFUND,
    retries: RETRIES,
    secondsMax: SECONDS_MAX,
    inSteps: async ({ data }) => {
      const { stripe_id: stripeId = '', user_id: userId = '' } = data;
      const admin = (await adminsToTell(sql)).find(({ id }) => id === userId);
      const failed = await failedOf(sql, stripeId);
      if (admin === undefined || failed === undefined) return;
      const letter = letterOf(failed, { stripeId, to: admin.email, userId, publicUrl });
      await mail.deliver(letter).catch((error: unknown) => {
        // No later try would be taken.
        if (!(error instanceof LetterRefused)) throw error;
      });
    },
  };
}
