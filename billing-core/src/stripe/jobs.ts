import { setTimeout as pause } from 'node:timers/promises';
import { lastChange } from '../kit/changes.ts';
import { Hopeless, type Job } from '../kit/jobs.ts';
import { eventById, eventsApplied } from './event-store.ts';
import { freeDiscarded, leaveQueue, openFeed, queuedOf } from './feed-store.ts';
import type { StripeKit } from './kit.ts';
import { saveKeyRefusal } from './seen-store.ts';
import { pushCustomer } from './push.ts';
import {
  catchUp,
  followChanges,
  isHopeless,
  pushQueued,
  PUSH_ONE,
  takeEvents,
  TAKE_ONE,
} from './run.ts';
import { subjectsOf, takeSubject } from './take-event.ts';

const RETRIES = 10;
const SECONDS_MAX = 300;
const LOOK_EVERY_MS = 500;
const CATCH_UP_EVERY_MS = 60_000;
/** Where nothing is delivered: a Stripe that cannot reach us. */
const ASK_EVERY_MS = 5_000;
const WAIT_AFTER_FAULT_MS = 5_000;

/** What no later try mends is a dead letter at once. */
async function orDead(work: Promise<void>): Promise<void> {
  await work.catch((error: unknown) => {
    throw isHopeless(error, 0) ? new Hopeless((error as Error).message, { cause: error }) : error;
  });
}

async function pushAgain(kit: StripeKit, customerId: string): Promise<void> {
  const queued = await queuedOf(kit.sql, customerId);
  await pushCustomer(kit, customerId);
  if (queued !== undefined) await leaveQueue(kit.sql, queued);
}

async function takeAgain(kit: StripeKit, eventId: string): Promise<void> {
  const event = await eventById(kit.sql, eventId);
  if (event === undefined) return;
  const { data } = event.payload as { data: { object: unknown } };
  for (const subject of subjectsOf(data.object)) await takeSubject(kit, subject);
  await eventsApplied(kit.sql, [eventId], kit.wallClock());
}

/** What could not be done by itself: each a job of its own, which waits for an admin in the end. */
export function stripeJobs(kit: StripeKit): Job[] {
  const settings = { retries: RETRIES, secondsMax: SECONDS_MAX };
  return [
    {
      name: PUSH_ONE,
      ...settings,
      inSteps: ({ data }) => orDead(pushAgain(kit, data['customer_id'] ?? '')),
    },
    {
      name: TAKE_ONE,
      ...settings,
      inSteps: ({ data }) => orDead(takeAgain(kit, data['event_id'] ?? '')),
    },
  ];
}

/** Everything that is to be told and was told, once. */
export async function exchange(kit: StripeKit, signal?: AbortSignal): Promise<void> {
  await followChanges(kit);
  await freeDiscarded(kit.sql, PUSH_ONE);
  await pushQueued(kit, signal);
  await takeEvents(kit, signal);
  await tellKey(kit);
}

/** Writes down that Stripe does not take the key, or that it does again. */
async function tellKey({ sql, log, watch }: StripeKit): Promise<void> {
  // A core that has not asked yet knows nothing.
  if (!watch.hasSeen) return;
  const { refusal } = watch;
  const isNews = await saveKeyRefusal(sql, refusal);
  if (isNews && refusal !== undefined) log.error({ refusal }, 'Stripe does not take the key');
}

/** From now on Stripe is told what becomes final. */
export async function beginCollecting({ sql, clock }: StripeKit): Promise<void> {
  await openFeed(sql, { cursor: await lastChange(sql, 'money'), now: clock() });
}

export type Exchange = {
  /** There is something: not to wait for the next look. */
  poke(): void;
  stop(): Promise<void>;
};

/** Does so again and again, beside any other core. */
export function startStripe(kit: StripeKit, { hasWebhook }: { hasWebhook: boolean }): Exchange {
  const every = hasWebhook ? CATCH_UP_EVERY_MS : ASK_EVERY_MS;
  const stopped = new AbortController();
  const { signal } = stopped;
  let woken = new AbortController();
  let caughtUpAt = -Infinity;
  const rest = async (ms: number): Promise<void> => {
    woken = new AbortController();
    const either = AbortSignal.any([signal, woken.signal]);
    await pause(ms, undefined, { signal: either }).catch(() => {});
  };
  const look = async (): Promise<void> => {
    const now = kit.wallClock();
    if (now - caughtUpAt >= every) {
      // What cannot be asked for keeps nobody from being told.
      await catchUp(kit).catch((err: unknown) => {
        kit.log.error({ err }, 'Stripe could not be asked for its events');
      });
      caughtUpAt = now;
    }
    await exchange(kit, signal);
  };
  const repeat = async (): Promise<void> => {
    let hasBegun = false;
    while (!signal.aborted) {
      try {
        if (!hasBegun) await beginCollecting(kit);
        hasBegun = true;
        await look();
        await rest(LOOK_EVERY_MS);
      } catch (err) {
        kit.log.error({ err }, 'the exchange with Stripe failed');
        await rest(WAIT_AFTER_FAULT_MS);
      }
    }
  };
  const ended = repeat();
  return {
    poke: () => woken.abort(),
    stop: () => {
      stopped.abort();
      return ended;
    },
  };
}
