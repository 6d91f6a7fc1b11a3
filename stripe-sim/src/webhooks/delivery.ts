import type { KeptEvent } from '../world/kinds.ts';
import { viewOf } from '../world/view.ts';
import { type Delivery, mintWith, type World } from '../world/world.ts';
import { signatureOf } from './signature.ts';

/**
 * How long after an attempt the next one is made, in seconds of simulated time: three days of them.
 * https://docs.stripe.com/webhooks#retries
 */
const RETRY_SECONDS = [60, 300, 1800, 7200, 18_000, 36_000, 43_200, 43_200, 43_200, 43_200];
const ANSWER_WITHIN_MS = 10_000;
/** Of a long run the oldest that are done are forgotten. */
const DELIVERIES_MAX = 100_000;

function forget(world: World): void {
  let over = world.deliveries.length - DELIVERIES_MAX;
  if (over <= 0) return;
  world.deliveries = world.deliveries.filter(({ state }) => {
    if (state === 'waiting' || over <= 0) return true;
    over -= 1;
    return false;
  });
}

/** Gives events that are new to the endpoints that ask for them. */
export function dispatch(world: World): void {
  const events = [...world.tables.event.values()].slice(world.dispatched);
  world.dispatched = world.tables.event.size;
  forget(world);
  for (const event of events) {
    for (const endpoint of world.tables.webhook_endpoint.values()) {
      const isAsked = endpoint.enabled_events.some((type) => type === '*' || type === event.type);
      if (endpoint.status === 'enabled' && isAsked) send(world, event, endpoint.id);
    }
  }
}

/** Puts an event on its way to an endpoint, with what mischief does to it. */
export function send(world: World, event: KeptEvent, endpoint: string): void {
  const { mischief } = world;
  const happens = (chance: number): boolean => chance > 0 && world.chance.deliveries() < chance;
  const isDropped = happens(mischief.drop);
  const copies = !isDropped && happens(mischief.duplicate) ? 2 : 1;
  for (let copy = 0; copy < copies; copy += 1) {
    const late = happens(mischief.delay)
      ? Math.ceil(world.chance.deliveries() * mischief.delaySeconds)
      : 0;
    world.deliveries.push({
      id: mintWith(world, 'whd_'),
      event: event.id,
      endpoint,
      due: world.clock.now() + late,
      state: isDropped ? 'dropped' : 'waiting',
      statuses: [],
    });
    if (!isDropped) event.pending_webhooks += 1;
  }
  if (isDropped) world.undelivered.add(event.id);
}

/** Out: what is due, in the order in which it goes out. */
function dueOf(world: World): Delivery[] {
  const due = world.deliveries.filter(
    ({ state, due: at }) => state === 'waiting' && at <= world.clock.now(),
  );
  if (!world.mischief.shuffle) return due;
  return due
    .map((delivery) => ({ delivery, at: world.chance.deliveries() }))
    .toSorted((one, other) => one.at - other.at)
    .map(({ delivery }) => delivery);
}

/** Makes one attempt at everything that is due. Out: whether there was anything. */
export async function deliverDue(world: World, closing: AbortSignal): Promise<boolean> {
  const due = dueOf(world);
  for (const delivery of due) {
    if (closing.aborted) return false;
    // A reset may have taken it meanwhile.
    if (delivery.state === 'waiting') await attempt(world, delivery, closing);
  }
  return due.length > 0;
}

async function attempt(world: World, delivery: Delivery, closing: AbortSignal): Promise<void> {
  const endpoint = world.tables.webhook_endpoint.get(delivery.endpoint);
  const event = world.tables.event.get(delivery.event);
  if (!endpoint || !event || endpoint.status !== 'enabled') {
    end(world, delivery, 'failed');
    return;
  }
  const body = JSON.stringify(viewOf(world, event), null, 2);
  const isMissigned =
    world.mischief.missign > 0 && world.chance.deliveries() < world.mischief.missign;
  const secrets = isMissigned ? ['whsec_of_nobody'] : secretsOf(world, endpoint.id);
  const status = await post(endpoint.url, {
    body,
    signature: signatureOf(body, secrets, world.clock.wall()),
    signal: AbortSignal.any([closing, AbortSignal.timeout(ANSWER_WITHIN_MS)]),
  });
  delivery.statuses.push(status);
  if (status >= 200 && status < 300) {
    end(world, delivery, 'delivered');
    return;
  }
  const wait = RETRY_SECONDS[delivery.statuses.length - 1];
  if (wait === undefined) end(world, delivery, 'failed');
  else delivery.due = world.clock.now() + wait;
}

function end(world: World, delivery: Delivery, state: 'delivered' | 'failed'): void {
  delivery.state = state;
  const event = world.tables.event.get(delivery.event);
  if (event) event.pending_webhooks = Math.max(0, event.pending_webhooks - 1);
  if (state === 'failed') world.undelivered.add(delivery.event);
}

const secretsOf = (world: World, endpoint: string): string[] =>
  (world.secrets.get(endpoint) ?? [])
    .filter(({ until }) => until === null || until > world.clock.now())
    .map(({ secret }) => secret);

// Out: the status; 0 when there was no answer.
async function post(
  url: string,
  { body, signature, signal }: { body: string; signature: string; signal: AbortSignal },
): Promise<number> {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'stripe-signature': signature,
        'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
      },
      body,
      redirect: 'manual',
      signal,
    });
    await answer.arrayBuffer();
    return answer.status;
  } catch {
    return 0;
  }
}
