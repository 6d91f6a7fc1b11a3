import { type Context, Hono } from 'hono';
import { authenticatePayment } from '../objects/collect.ts';
import { openDispute } from '../objects/dispute.ts';
import { authenticateSetup } from '../objects/setup-intent.ts';
import { send } from '../webhooks/delivery.ts';
import { rollSecret } from '../webhooks/endpoint.ts';
import { inPath, invalid, noSuchPath, StripeFault } from '../wire/fault.ts';
import { type FaultRule, FAULTS, type Faults } from '../wire/faults.ts';
import {
  boolean,
  type Fields,
  list,
  natural,
  oneOf,
  type Reader,
  required,
  text,
  type Values,
  valuesOf,
} from '../wire/params.ts';
import type { Env, Logged } from '../wire/pipeline.ts';
import { resetWorld, type World } from '../world/world.ts';
import { rawOfJson } from './json.ts';
import { snapshotOf } from './snapshot.ts';

/** What the controls reach beside the world. */
export interface Levers {
  world: World;
  faults: Faults;
  log: Logged[];
  /** Moves simulated time to a time, with what is due on the way. */
  moveTo(time: number): void;
  flush(): Promise<void>;
}

const chance: Reader<number> = (raw, param) => {
  const value = typeof raw === 'string' && raw !== '' ? Number(raw) : Number.NaN;
  if (value >= 0 && value <= 1) return value;
  throw invalid('A chance goes from 0 to 1.', { param });
};

const rule = {
  after: natural,
  fault: required(oneOf(...FAULTS)),
  method: oneOf('GET', 'POST', 'DELETE'),
  ms: natural,
  path: text,
  probability: chance,
  times: natural,
};
const mischief = {
  before_reply: boolean,
  delay: chance,
  delay_seconds: natural,
  drop: chance,
  duplicate: chance,
  missign: chance,
  shuffle: boolean,
};
const settings = {
  dunning_after_days: list(natural),
  dunning_last: oneOf('leave_open', 'mark_uncollectible'),
  finalization_failures: natural,
};

/** The simulator's own controls, below /_sim: JSON, without a key, on this machine only. */
export function controls(levers: Levers): Hono<Env> {
  const { world, faults, log } = levers;
  const app = new Hono<Env>();
  app.post('/reset', (c) => {
    resetWorld(world);
    faults.rules = [];
    log.length = 0;
    return c.json({ reset: true });
  });
  app.get('/snapshot', (c) => c.json(snapshotOf(world)));
  app.get('/clock', (c) => c.json({ now: world.clock.now() }));
  app.post('/clock', async (c) => {
    const { advance, to } = await bodyOf(c, { advance: natural, to: natural });
    levers.moveTo(to ?? world.clock.now() + (advance ?? 0));
    await levers.flush();
    return c.json({ now: world.clock.now() });
  });
  app.get('/requests', (c) => c.text(log.map((each) => `${JSON.stringify(each)}\n`).join('')));
  app.post('/settings', async (c) => {
    const asked = await bodyOf(c, settings);
    world.dunning.afterDays = asked.dunning_after_days ?? world.dunning.afterDays;
    world.dunning.last = asked.dunning_last ?? world.dunning.last;
    world.finalizationFailures = asked.finalization_failures ?? world.finalizationFailures;
    return c.json({ dunning: world.dunning, finalizationFailures: world.finalizationFailures });
  });
  faultControls(app, levers);
  webhookControls(app, levers);
  paymentControls(app, levers);
  app.onError((error, c) => {
    const status = error instanceof StripeFault ? error.status : 500;
    return c.json({ error: { message: error.message } }, status as 400);
  });
  return app;
}

function faultControls(app: Hono<Env>, { faults }: Levers): void {
  app.get('/faults', (c) => c.json({ rules: faults.rules }));
  app.post('/faults', async (c) => {
    const asked = await bodyOf(c, rule);
    faults.rules.push(ruleOf(asked));
    return c.json({ rules: faults.rules });
  });
  app.delete('/faults', (c) => {
    faults.rules = [];
    return c.json({ rules: [] });
  });
}

/** Out: a rule with what was not said: every request from the first on, at once. */
export const ruleOf = (
  asked: Partial<Values<typeof rule>> & Pick<FaultRule, 'fault'>,
): FaultRule => ({
  fault: asked.fault,
  method: asked.method,
  path: asked.path,
  after: asked.after ?? 0,
  times: asked.times ?? -1,
  probability: asked.probability ?? 1,
  ms: asked.ms ?? 0,
  matched: 0,
  hit: 0,
});

function webhookControls(app: Hono<Env>, { world, flush }: Levers): void {
  app.get('/webhooks', (c) => c.json(world.mischief));
  app.post('/webhooks', async (c) => {
    const { before_reply, delay_seconds, ...asked } = await bodyOf(c, mischief);
    const said = Object.entries(asked).filter(([, value]) => value !== undefined);
    Object.assign(world.mischief, Object.fromEntries(said));
    world.mischief.beforeReply = before_reply ?? world.mischief.beforeReply;
    world.mischief.delaySeconds = delay_seconds ?? world.mischief.delaySeconds;
    return c.json(world.mischief);
  });
  app.post('/webhooks/flush', async (c) => {
    await flush();
    return c.json({ waiting: world.deliveries.filter(({ state }) => state === 'waiting').length });
  });
  app.get('/deliveries', (c) => c.json({ deliveries: world.deliveries }));
  app.post('/events/:id/resend', async (c) => {
    const event = inPath(world, 'event', c.req.param('id'));
    for (const { id } of world.tables.webhook_endpoint.values()) send(world, event, id);
    await flush();
    return c.json({ deliveries: world.deliveries.filter((each) => each.event === event.id) });
  });
  app.post('/webhook_endpoints/:id/roll', async (c) => {
    const { old_for_seconds } = await bodyOf(c, { old_for_seconds: natural });
    return c.json({ secret: rollSecret(world, c.req.param('id'), old_for_seconds ?? 0) });
  });
}

function paymentControls(app: Hono<Env>, { world, flush }: Levers): void {
  app.post('/charges/:id/dispute', async (c) => {
    const dispute = openDispute(world, c.req.param('id'));
    await flush();
    return c.json(dispute);
  });
  app.post('/intents/:id/authenticate', async (c) => {
    const { done } = await bodyOf(c, { done: required(boolean) });
    authenticate(world, c.req.param('id'), done);
    await flush();
    return c.json({ done });
  });
}

/** Ends the 3D Secure of an intent of either kind. Throws 404, 400. */
export function authenticate(world: World, id: string, isDone: boolean): void {
  const setup = world.tables.setup_intent.get(id);
  if (setup) {
    authenticateSetup(world, setup, isDone);
    return;
  }
  const payment = world.tables.payment_intent.get(id);
  if (!payment) throw noSuchPath('intent', id);
  authenticatePayment(world, payment, isDone);
}

const bodyOf = async <F extends Fields>(c: Context<Env>, fields: F): Promise<Values<F>> =>
  valuesOf(fields, rawOfJson(await c.req.text()));
