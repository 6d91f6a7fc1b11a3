import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type Stripe from 'stripe';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { systemClock } from '../../billing-core/src/kit/clock.ts';
import { openLog } from '../../billing-core/src/kit/log.ts';
import { compareBooks } from '../../billing-core/src/reconciliation/run.ts';
import { openStripe } from '../../billing-core/src/stripe/client.ts';
import { exchange } from '../../billing-core/src/stripe/jobs.ts';
import { KeyWatch } from '../../billing-core/src/stripe/key-watch.ts';
import { catchUp } from '../../billing-core/src/stripe/run.ts';
import { environment, run, type Run } from '../../billing-core/src/test/core-process.ts';
import { openScene, type Scene } from '../../billing-core/test/invoicing/scene.ts';
import { FAULTS, faultyStory, MAKING } from '../../billing-core/test/stripe/story.ts';
import { openRig } from '../../billing-core/test/stripe/rig.ts';
import { ROOT } from '../start/config.ts';
import { testFolder } from '../test/folder.ts';
import { freePort } from '../test/free-port.ts';
import { isFull, patience, report, sized } from './size.ts';

const CUSTOMERS = sized(6, 500);
const PERIODS = sized(2, 3);
const KILLS = sized(1, 6);
const BETWEEN_KILLS_MS = sized(1_500, 4_000);
const DAY_MS = 86_400_000;
const PERIOD_DAYS = 31;
const KEY = 'sk_test_chaos';
const SEED = 'chaos-1';
const FOREVER = -1;
const SETTLED = { timeout: patience() / 2, interval: 200 };

let scene: Scene;
let port: number;
let state: string;
let sim: ChildProcess;
let core: Run | undefined;
let env: Record<string, string>;
let kills = 0;

const base = (): string => `http://127.0.0.1:${port}`;
const control = (path: string, body: object): Promise<Response> =>
  fetch(`${base()}/_sim${path}`, { method: 'POST', body: JSON.stringify(body) });
const stripe = (): Stripe =>
  openStripe({ secretKey: KEY, apiBase: new URL(base()), webhookSecrets: [] });

async function startSim(): Promise<void> {
  sim = spawn(process.execPath, [`${ROOT}stripe-sim/src/main.ts`], {
    env: {
      ...process.env,
      STRIPE_SIM_PORT: String(port),
      STRIPE_SIM_STATE: state,
      STRIPE_SIM_SEED: SEED,
    },
    stdio: 'ignore',
  });
  await vi.waitFor(async () => expect((await fetch(`${base()}/_sim/clock`)).ok).toBe(true), {
    timeout: 30_000,
  });
}

/** What it has is kept, as Stripe's is; whoever waits for an answer gets none. */
async function restartSim(): Promise<void> {
  sim.kill('SIGTERM');
  await once(sim, 'exit');
  await startSim();
}

async function startCore(): Promise<void> {
  core = run('main.ts', env);
  const ready = `http://127.0.0.1:${env['PRIVATE_PORT']}/readyz`;
  await vi.waitFor(async () => expect((await fetch(ready)).ok).toBe(true), { timeout: 60_000 });
}

async function killCore(): Promise<void> {
  core?.child.kill('SIGKILL');
  await core?.ended;
  kills += 1;
  await startCore();
}

/** A fault at one call in twenty, of each kind in turn, and webhooks as bad as they come. */
async function trouble(): Promise<void> {
  for (const fault of FAULTS) {
    await control('/faults', {
      fault,
      times: FOREVER,
      probability: sized(0.005, 0.02),
      ms: 500,
      path: '/v1/*',
    });
  }
  const webhooks = { duplicate: 0.3, drop: 0.2, delay: 0.3, delay_seconds: 2, missign: 0.1 };
  await control('/webhooks', { ...webhooks, shuffle: true });
}

async function peace(): Promise<void> {
  await fetch(`${base()}/_sim/faults`, { method: 'DELETE' });
  await control('/webhooks', { duplicate: 0, drop: 0, delay: 0, missign: 0, shuffle: false });
}

async function open(): Promise<void> {
  port = await freePort();
  state = join(testFolder('chaos'), 'stripe.json');
  await startSim();
  scene = await openScene(Math.floor(Date.now() / DAY_MS) * DAY_MS + DAY_MS);
  const {
    host,
    port: pg,
    user,
    pass,
    database,
  } = scene.core.sql.options as unknown as {
    host: string[];
    port: number[];
    user: string;
    pass: string;
    database: string;
  };
  env = {
    ...(await environment(`postgres://${user}:${pass ?? ''}@${host[0]}:${pg[0]}/${database}`)),
    STRIPE_SECRET_KEY: KEY,
    STRIPE_API_BASE: base(),
    LOG_LEVEL: 'silent',
  };
  const url = `http://127.0.0.1:${env['PORT']}/webhooks/stripe`;
  const { secret } = await stripe().webhookEndpoints.create({ url, enabled_events: ['*'] });
  await startCore();
  // From the second start on with a secret: at first there is nothing to be told.
  env['STRIPE_WEBHOOK_SECRET'] = secret ?? '';
  await killCore();
}

const kitOf = () => {
  const send = async (): Promise<void> => {};
  const { sql } = scene.core;
  const log = openLog('test', 'silent');
  const watch = new KeyWatch(systemClock);
  const clocks = { clock: systemClock, wallClock: systemClock };
  return { sql, log, stripe: stripe(), ...clocks, send, watch };
};

/** Until core has told all and heard all; what deliveries did not bring is asked for. */
async function settle(): Promise<void> {
  const { sql } = scene.core;
  await vi.waitFor(async () => {
    // There is peace now: nobody has to wait for as long as the last failure said.
    await sql`update stripe_queue set claimed_until = '-infinity'`;
    await sql`update stripe_events set claimed_until = '-infinity' where applied_at is null`;
    await catchUp(kitOf());
    await exchange(kitOf());
    const [left] = await sql<{ waiting: number }[]>`
      select ((select count(*) from stripe_queue)
            + (select count(*) from stripe_events where applied_at is null))::int as waiting`;
    expect(left?.waiting).toBe(0);
  }, SETTLED);
}

/** A third has a card, a third one that is declined, and a third none. */
async function giveCards(customers: readonly string[]): Promise<void> {
  const cards = ['pm_card_visa', 'pm_card_chargeCustomerFail'];
  const links = await scene.core.sql<{ customer_id: string; stripe_id: string }[]>`
    select customer_id, stripe_id from stripe_customers`;
  for (const { customer_id, stripe_id } of links) {
    const card = cards[customers.indexOf(customer_id) % 3];
    if (card === undefined) continue;
    const method = await stripe().paymentMethods.attach(card, { customer: stripe_id });
    await stripe().customers.update(stripe_id, {
      invoice_settings: { default_payment_method: method.id },
    });
  }
}

/** What people do meanwhile: by the number of the invoice, so that a run is like the one before. */
async function deeds(customers: readonly string[], period: number): Promise<void> {
  const { admin } = scene.core;
  for (const [at, customer] of customers.entries()) {
    const invoice = (await scene.invoices(customer)).at(-1);
    if (invoice === undefined || invoice.state === 'void') continue;
    const post = (verb: string, body?: object) =>
      admin('POST', `/v1/invoices/${invoice.id}/${verb}`, body);
    const which = (at * 7 + period) % 10;
    // What is being charged just then would be paid and void: for an admin to see, and not here.
    if (which === 0 && at % 3 === 2) await post('void');
    if (which === 1) await post('credit-notes', { reason: 'Agreed', amount: '100' });
    if (which === 2) await post('payments', { method: 'transfer' });
    if (which === 3) await post('payments', { method: 'transfer', amount: '50' });
    if (which === 4) await post('uncollectible');
    if (which === 5) {
      await post('credit-notes', { reason: 'Agreed', amount: '200' });
      await post('payments', { kind: 'refund', method: 'stripe' });
    }
  }
}

async function hurt(): Promise<void> {
  for (let kill = 0; kill < KILLS; kill++) {
    await pause(BETWEEN_KILLS_MS);
    await killCore();
  }
  await restartSim();
  await trouble();
}

beforeAll(open, 120_000);
afterAll(async () => {
  core?.child.kill('SIGKILL');
  sim.kill('SIGKILL');
  await scene.core.close();
});

test(
  'Stripe has each invoice once, for what it says, over periods in which all goes wrong',
  { timeout: patience() },
  async () => {
    const { sql } = scene.core;
    const version = await scene.plan([
      { model: 'flat', amount: '2900' },
      { model: 'per_unit', meter_id: 'mtr_requests', unit_amount: '0.37' },
    ]);
    const customers: string[] = [];
    for (let made = 0; made < CUSTOMERS; made++) {
      const customer = await scene.customer();
      await scene.subscribe(customer, version);
      customers.push(customer);
    }
    await trouble();
    for (let period = 0; period < PERIODS; period++) {
      const now = scene.core.clock.now;
      for (const [at, customer] of customers.entries()) {
        await scene.use(customer, { at: now + DAY_MS, quantity: 1_000 + at * 37 });
      }
      await scene.go(now + PERIOD_DAYS * DAY_MS);
      await scene.bill();
      await Promise.all([hurt(), deeds(customers, period)]);
      if (period === 0) {
        await peace();
        await settle();
        await giveCards(customers);
        await trouble();
      }
    }
    await peace();
    await settle();
    const { invoices, twice, lost } = await judged();
    expect([twice, lost]).toEqual([[], []]);
    const stages = await compareBooks(
      { sql, stripe: kitOf(), now: systemClock() + 366 * DAY_MS },
      new Date(systemClock() - 92 * DAY_MS),
    );
    // No gateway counted here: usage was written by the test.
    const [, ...money] = stages;
    expect(money.flatMap(({ differences }) => differences)).toEqual([]);
    report(`${CUSTOMERS} customers, ${invoices} invoices, ${kills} kills: none twice, none lost`);
  },
);

/** By what Stripe has and SQL alone. */
async function judged() {
  const { sql } = scene.core;
  const snapshot = (await (await fetch(`${base()}/_sim/snapshot`)).json()) as {
    objects: { invoice: Stripe.Invoice[] };
  };
  const theirs = snapshot.objects.invoice;
  const ofOurs = Map.groupBy(theirs, ({ metadata }) => metadata?.['tollgate_invoice'] ?? '');
  const rows = await sql<{ id: string; due: string; state: string }[]>`
    select id, (total - from_balance)::text as due, state from invoices
     where state <> 'draft' and total > from_balance`;
  const twice = [...ofOurs].filter(([id, all]) => id !== '' && all.length > 1).map(([id]) => id);
  const lost = rows.filter(({ id, due, state: ours }) => {
    const [one] = ofOurs.get(id) ?? [];
    if (one === undefined) return ours === 'open' || ours === 'uncollectible';
    return String(one.total) !== due || one.status !== ours;
  });
  return { invoices: rows.length, twice, lost };
}

test.runIf(isFull())(
  'each fault at each call that makes something at Stripe leaves one object',
  { timeout: patience() },
  async () => {
    const rig = await openRig('matrix');
    for (const fault of FAULTS) {
      for (const path of MAKING) {
        expect([fault, path, await faultyStory(rig, fault, [path])]).toEqual([fault, path, []]);
      }
    }
    await rig.close();
    report(`${FAULTS.length} faults at ${MAKING.length} calls: one object each`);
  },
);
