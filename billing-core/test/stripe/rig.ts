import { setTimeout as pause } from 'node:timers/promises';
import type Stripe from 'stripe';
import { expect } from 'vitest';
import type { TestDatabase } from '../../../scripts/test/database.ts';
import { openStateFile } from '../../../stripe-sim/src/control/state.ts';
import { createSim, type Sim } from '../../../stripe-sim/src/sim.ts';
import type { Clock } from '../../../stripe-sim/src/world/clock.ts';
import type { FaultRule } from '../../../stripe-sim/src/wire/faults.ts';
import type { Log } from '../../src/kit/log.ts';
import type { Invoice } from '../../src/contract/invoice.ts';
import type { Payment } from '../../src/contract/payment.ts';
import { openSending, startJobs, type Jobs } from '../../src/kit/jobs.ts';
import type { Letter } from '../../src/kit/mail.ts';
import { openStripe, type StripeSettings } from '../../src/stripe/client.ts';
import type { Reconciliation, ShownDifference } from '../../src/contract/reconciliation.ts';
import {
  begin,
  reconcile,
  reconciliationJobs,
  type ReconcilingKit,
} from '../../src/reconciliation/jobs.ts';
import { beginCollecting, exchange, stripeJobs } from '../../src/stripe/jobs.ts';
import { KeyWatch } from '../../src/stripe/key-watch.ts';
import type { StripeKit } from '../../src/stripe/kit.ts';
import { refundLetterJob } from '../../src/stripe/refund-letter.ts';
import { tellPayer, takePayer } from '../../src/stripe/payer.ts';
import { catchUp } from '../../src/stripe/run.ts';
import { customerWith, openCore, person, type Answer, type Core } from '../../src/test/core.ts';

const DAY_MS = 86_400_000;
export const HANG_MS = 900;
/** For tests in which Stripe hangs: shorter than it hangs. */
export const SHORT_MS = 450;
const TIMEOUT_MS = 10_000;
const OWNER_MS = 30_000;
/** Longer than the queue has anybody wait. */
export const WAITED_MS = 16 * 60_000;

/** What people do in a core that Stripe collects for, whichever Stripe that is. */
export type Dealings = {
  core: Core;
  kit: StripeKit;
  /** A client beside ours: what an owner of the account sees. */
  stripe: Stripe;
  customer(card?: string): Promise<string>;
  /** A final invoice of one line, or of what is given. */
  invoice(customer: string, lines?: { description: string; amount: string }[]): Promise<Invoice>;
  read(id: string): Promise<Invoice>;
  payments(id: string): Promise<Payment[]>;
  post(id: string, verb: string, body?: object): Promise<Answer>;
};

export type Rig = Dealings & {
  sim: Sim;
  settings: StripeSettings;
  /** Moves time for core and Stripe alike. */
  pass(ms: number): void;
  /** Until nobody has anything to tell the other. */
  settle(): Promise<void>;
  fault(rule: Partial<FaultRule> & Pick<FaultRule, 'fault'>): FaultRule;
  /** Works on what was left to jobs, until stopped. */
  work(): Promise<Jobs>;
  close(): Promise<void>;
};

export const line = (amount: number | string, description = 'Usage') => ({
  description,
  amount: String(amount),
});

export type Differently = {
  /** Where the portal is, if there is one. */
  publicUrl?: string | undefined;
  /** Where requests that fail are written down; nowhere, unless given. */
  log?: Log;
  /** A database that there is already; whoever gives it drops it. */
  own?: TestDatabase;
};

/** A core whose invoices this Stripe collects, by this client of its own. */
export async function openDealings(
  settings: StripeSettings,
  open: (watch: KeyWatch) => Stripe,
  { own, publicUrl, log: lines }: Differently = {},
): Promise<Dealings> {
  let kit: StripeKit | undefined;
  const options: Parameters<typeof openCore>[0] = {
    ...(publicUrl !== undefined && { publicUrl }),
    ...(lines !== undefined && { log: lines }),
    collecting: ({ sql, log, clock: tell }) => {
      const watch = new KeyWatch(tell);
      const opened = { sql, log, clock: tell, wallClock: tell, send: openSending(sql), watch };
      kit = { ...opened, stripe: open(watch) };
      const paymentsUrl = (id: string) => `http://portal.test/c/${id}/payments`;
      return { kit, settings, paymentsUrl, poke: () => {} };
    },
  };
  const core = await openCore(options, own);
  if (kit === undefined) throw new Error('no kit');
  await beginCollecting(kit);
  await workOn({ core, kit }).then((jobs) => jobs.stop());
  return dealingsOf({ core, kit, stripe: openStripe({ ...settings, timeoutMs: OWNER_MS }) });
}

function dealingsOf({ core, kit, stripe }: Pick<Dealings, 'core' | 'kit' | 'stripe'>): Dealings {
  const of = <Body>(answer: Answer, status = 200): Body => {
    expect(answer.status, answer.text).toBe(status);
    return answer.body as unknown as Body;
  };
  const post: Dealings['post'] = (id, verb, body) =>
    core.admin('POST', `/v1/invoices/${id}/${verb}`, body);
  return {
    core,
    kit,
    stripe,
    post,
    customer: async (card) => {
      const owner = await person(core);
      const { id } = await customerWith(core, { owner });
      if (card !== undefined) await giveCard({ core, kit, stripe }, { id, card });
      return id;
    },
    invoice: async (customer_id, lines = [line(1_000)]) => {
      const body = { customer_id, lines };
      const made = of<Invoice>(await core.admin('POST', '/v1/invoices', body), 201);
      return of<Invoice>(await post(made.id, 'finalize'));
    },
    read: async (id) => of<Invoice>(await core.admin('GET', `/v1/invoices/${id}`)),
    payments: async (id) =>
      of<{ data: Payment[] }>(await core.admin('GET', `/v1/invoices/${id}/payments`)).data,
  };
}

/**
 * A core whose invoices a local Stripe collects, each in this process, with HTTP between them.
 * `state`: a file in which that Stripe's world is kept.
 */
export async function openRig(
  seed: string,
  { state, ...differently }: Differently & { state?: string } = {},
): Promise<Rig> {
  const time: { of?: Core['clock'] } = {};
  const now = (): number => Math.floor((time.of?.now ?? 0) / 1_000);
  const clock: Clock = {
    now,
    wall: now,
    moveTo: (to) => {
      if (time.of) time.of.now = Math.max(time.of.now, to * 1_000);
    },
  };
  const sim = createSim({ seed, clock });
  if (state !== undefined) openStateFile(sim.world, state);
  const port = await sim.listen(0);
  const settings: StripeSettings = {
    secretKey: 'sk_test_rig',
    apiBase: new URL(`http://127.0.0.1:${port}`),
    webhookSecrets: ['whsec_of_the_rig'],
    timeoutMs: TIMEOUT_MS,
    callsPerSecond: 5_000,
  };
  const open = (watch: KeyWatch): Stripe => openStripe(settings, watch);
  const dealings = await openDealings(settings, open, differently);
  const { core, kit } = dealings;
  time.of = core.clock;
  const pass: Rig['pass'] = (ms) => sim.advance(Math.ceil(ms / 1_000));
  return {
    ...dealings,
    sim,
    settings,
    pass,
    work: () => workOn({ core, kit }),
    settle: () =>
      settled({ core, kit }, async () => {
        sim.faults.rules = sim.faults.rules.filter(({ times, hit }) => times === -1 || hit < times);
        pass(WAITED_MS);
        // What hangs there goes on by the machine's time.
        await pause(50);
      }),
    fault: (rule) => {
      const whole = { after: 0, times: 1, probability: 1, ms: HANG_MS, matched: 0, hit: 0 };
      const made = { ...whole, ...rule };
      sim.faults.rules.push(made);
      return made;
    },
    close: async () => {
      await sim.close();
      await core.close();
    },
  };
}

/** What compares the books; letters to admins are kept with those of the core. */
export function reconcilingOf({ core, kit }: Pick<Dealings, 'core' | 'kit'>): ReconcilingKit {
  const deliver = async (letter: Letter) => void core.letters.push(letter);
  const mail = { send: () => {}, deliver, settled: async () => {} };
  return { ...kit, stripe: kit, mail, publicUrl: 'http://portal.test' };
}

export type Books = Reconciliation & { data: ShownDifference[] };

/** What the books say now, with what differs. */
export async function comparedIn(rig: Pick<Dealings, 'core' | 'kit'>): Promise<Books> {
  // Which comparison is the later one their times say.
  rig.core.clock.now += 1_000;
  const now = rig.kit.clock();
  const { id } = await begin(rig.kit.sql, 'test', now);
  await reconcile(reconcilingOf(rig), id, now);
  const path = `/v1/reconciliations/${id}`;
  const [run, found] = [
    await rig.core.admin('GET', path),
    await rig.core.admin('GET', `${path}/differences`),
  ];
  expect([run.status, found.status], `${run.text} ${found.text}`).toEqual([200, 200]);
  const { data } = found.body as unknown as { data: ShownDifference[] };
  return { ...(run.body as unknown as Reconciliation), data };
}

async function workOn({ core, kit }: Pick<Dealings, 'core' | 'kit'>): Promise<Jobs> {
  const opened = { sql: core.sql, log: kit.log, clock: kit.clock };
  const books = reconcilingOf({ core, kit });
  const all = [...stripeJobs(kit), refundLetterJob(books), ...reconciliationJobs(books)];
  const jobs = startJobs(opened, all, { retryFirstS: 0 });
  await jobs.begun;
  return jobs;
}

/** What failed waits in the queue: time passes until nothing is left to be told or acted on. */
export async function settled(
  { core, kit }: Pick<Dealings, 'core' | 'kit'>,
  wait: () => Promise<void>,
): Promise<void> {
  // Fewer than would make a day, after which Stripe forgets keys.
  for (let round = 0; round < 80; round++) {
    await exchange(kit);
    const [left] = await core.sql<{ waiting: number }[]>`
      select (select count(*) from stripe_queue where not is_stuck)
           + (select count(*) from stripe_events where applied_at is null and not is_stuck)
           + (select count(*) from changes, stripe_feed where feed = 'money' and number > cursor)
             as waiting`;
    await catchUp(kit).catch(() => {});
    const [found] = await core.sql<{ waiting: number }[]>`
      select count(*) as waiting from stripe_events where applied_at is null and not is_stuck`;
    if (Number(left?.waiting) === 0 && Number(found?.waiting) === 0) return;
    await wait();
  }
  throw new Error('core and Stripe do not come to an end');
}

/** What Checkout does: a card that is saved, and the default from then on. */
export async function giveCard(
  { kit, stripe }: Pick<Dealings, 'core' | 'kit' | 'stripe'>,
  { id, card }: { id: string; card: string },
): Promise<void> {
  const { stripe_id } = await tellPayer(kit, id);
  const method = await stripe.paymentMethods.attach(card, { customer: stripe_id });
  await stripe.customers.update(stripe_id, {
    invoice_settings: { default_payment_method: method.id },
  });
  await takePayer(kit, stripe_id);
}

/** All of one kind that is at Stripe. */
export const allOf = <Kind extends keyof Sim['world']['tables']>(sim: Sim, kind: Kind) => [
  ...sim.world.tables[kind].values(),
];

export const DAY = DAY_MS;
