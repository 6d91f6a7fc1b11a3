import { setTimeout as pause } from 'node:timers/promises';
import { randomBytes } from 'node:crypto';
import type Stripe from 'stripe';
import { createSim } from '../../../stripe-sim/src/sim.ts';
import { openStripe, type StripeSettings } from '../../src/stripe/client.ts';

// One Stripe or the other, for tests that say the same of both: the local one, and test mode of an
// account at Stripe itself, where STRIPE_TEST_SECRET_KEY names one.

const DAY_S = 86_400;
const POLL_MS = 500;
const ADVANCED_WITHIN_MS = 180_000;

/** An account of Stripe's whose time a test can move, for customers that a run makes there. */
export type Account = {
  settings: StripeSettings;
  /** Out: this client, by which all customers and numbers are of this run, and go with it. */
  mark(client: Stripe): Stripe;
  /** Days pass for these customers, with all that Stripe does by itself on the way. */
  days(count: number): Promise<void>;
  /** Takes away what the run made, as far as Stripe lets go of it. */
  close(): Promise<void>;
};

export type Mode = { name: string; open(): Promise<Account> };

/** Until Stripe has done all that is due by then. */
async function advanced(stripe: Stripe, id: string): Promise<number> {
  const until = performance.now() + ADVANCED_WITHIN_MS;
  while (performance.now() < until) {
    const { status, frozen_time } = await stripe.testHelpers.testClocks.retrieve(id);
    if (status === 'ready') return frozen_time;
    if (status === 'internal_failure') break;
    await pause(POLL_MS);
  }
  throw new Error(`the test clock ${id} does not come to an end`);
}

type Make<Params, Made> = (params: Params, options?: Stripe.RequestOptions) => Promise<Made>;

/** Numbers of a database begin anew with each run; an account takes each once. */
function mark(client: Stripe, { run, clock }: { run: string; clock: string }): Stripe {
  const { customers, invoices } = client;
  const makeCustomer = customers.create.bind(customers) as Make<
    Stripe.CustomerCreateParams,
    Stripe.Response<Stripe.Customer>
  >;
  const makeInvoice = invoices.create.bind(invoices) as Make<
    Stripe.InvoiceCreateParams,
    Stripe.Response<Stripe.Invoice>
  >;
  const ofRun = (metadata: unknown) => ({ ...(metadata as object), tollgate_run: run });
  const newCustomer: typeof makeCustomer = (params, options) =>
    makeCustomer({ ...params, test_clock: clock, metadata: ofRun(params.metadata) }, options);
  const newInvoice: typeof makeInvoice = (params, options) => {
    const number = `${run}-${String(params.number)}`;
    return makeInvoice({ ...params, number, metadata: ofRun(params.metadata) }, options);
  };
  customers.create = newCustomer as typeof customers.create;
  invoices.create = newInvoice as typeof invoices.create;
  return client;
}

async function accountAt(settings: StripeSettings, end: () => Promise<void>): Promise<Account> {
  const stripe = openStripe(settings);
  const run = `T${randomBytes(4).toString('hex').toUpperCase()}`;
  const begun = await stripe.testHelpers.testClocks.create({
    frozen_time: Math.floor(Date.now() / 1_000),
    name: `Tollgate ${run}`,
  });
  return {
    settings,
    mark: (client) => mark(client, { run, clock: begun.id }),
    days: async (count) => {
      const frozen_time = (await advanced(stripe, begun.id)) + count * DAY_S;
      await stripe.testHelpers.testClocks.advance(begun.id, { frozen_time });
      await advanced(stripe, begun.id);
    },
    close: async () => {
      await stripe.testHelpers.testClocks.del(begun.id);
      await end();
    },
  };
}

async function local(): Promise<Account> {
  const sim = createSim({ seed: 'account' });
  sim.world.clock.moveTo(Math.floor(Date.now() / 1_000));
  const apiBase = new URL(`http://127.0.0.1:${await sim.listen(0)}`);
  const settings = { secretKey: 'sk_test_rig', apiBase, webhookSecrets: [], callsPerSecond: 5_000 };
  return accountAt(settings, () => sim.close());
}

/** Both, where there is a key of the one; a live key is refused, as no test may move money. */
export function modes(secretKey: string | undefined): Mode[] {
  const ours = { name: 'the local Stripe', open: local };
  if (secretKey === undefined || secretKey === '') return [ours];
  if (!/^[sr]k_test_/.test(secretKey)) throw new Error('STRIPE_TEST_SECRET_KEY is no test key');
  const settings = { secretKey, webhookSecrets: [] };
  return [ours, { name: 'Stripe’s test mode', open: () => accountAt(settings, async () => {}) }];
}
