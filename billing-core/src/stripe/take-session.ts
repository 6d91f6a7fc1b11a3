import type Stripe from 'stripe';
import type { StripeKit } from './kit.ts';
import { once } from './once.ts';
import { takePayer } from './payer.ts';
import { payerAt } from './store.ts';

const idOf = (object: string | { id: string } | null | undefined): string | undefined =>
  typeof object === 'string' ? object : object?.id;

type Choice = { session: string; customer: string; method: string };

/** What somebody chose on Stripe's page; undefined: nothing yet, or not a card to be kept. */
async function choiceOf(stripe: Stripe, id: string): Promise<Choice | undefined> {
  const session = await stripe.checkout.sessions.retrieve(id, { expand: ['setup_intent'] });
  const customer = idOf(session.customer);
  const intent = session.setup_intent as Stripe.SetupIntent | null;
  const method = idOf(intent?.payment_method);
  if (session.status !== 'complete' || customer === undefined || method === undefined) return;
  return { session: id, customer, method };
}

/**
 * Whether this card is the customer's last word: it is theirs still, and no card that is charged
 * now was given after it. Sessions are told of in any order.
 */
async function isLatest(stripe: Stripe, { customer, method }: Choice): Promise<boolean> {
  const chosen = await stripe.paymentMethods.retrieve(method);
  if (idOf(chosen.customer) !== customer) return false;
  const payer = await stripe.customers.retrieve(customer);
  if (payer.deleted) return false;
  const now = idOf(payer.invoice_settings.default_payment_method);
  if (now === undefined) return true;
  return (await stripe.paymentMethods.retrieve(now)).created < chosen.created;
}

/** Once for a session: whoever hears of it again does not undo what was chosen since. */
async function choose({ sql, stripe, wallClock }: StripeKit, choice: Choice): Promise<void> {
  await once(
    { sql, now: wallClock() },
    {
      name: `session:${choice.session}`,
      params: choice,
      make: async ({ session, customer, method }, key) => {
        const invoice_settings = { default_payment_method: method };
        await stripe.customers.update(customer, { invoice_settings }, key);
        return { id: session };
      },
      // To say it once more makes nothing.
      find: async () => undefined,
    },
  );
}

/**
 * Somebody gave a card on Stripe's page: it is the one that is charged from now on. Sessions of
 * customers that are not ours are left alone.
 */
export async function takeSession(kit: StripeKit, id: string): Promise<void> {
  const { stripe, sql } = kit;
  const choice = await choiceOf(stripe, id);
  if (choice === undefined || (await payerAt(sql, choice.customer)) === undefined) return;
  if (await isLatest(stripe, choice)) await choose(kit, choice);
  await takePayer(kit, choice.customer);
}
