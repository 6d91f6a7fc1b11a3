import { changesAfter } from '../kit/changes.ts';
import type { Tx } from '../kit/database.ts';
import {
  claimEvents,
  eventsApplied,
  eventsStuck,
  eventsUnknown,
  keepEvents,
  waitEvents,
  type Waiting,
} from './event-store.ts';
import {
  claimQueued,
  feedNow,
  leaveQueue,
  lockFeed,
  moveEvents,
  moveFeed,
  queueChanged,
  stuckInQueue,
  waitInQueue,
  type Queued,
} from './feed-store.ts';
import type { StripeKit } from './kit.ts';
import { pushCustomer } from './push.ts';
import { eventOf } from './receive.ts';
import { saveCaughtUp } from './seen-store.ts';
import { subjectsOf, takeSubject, type Subject } from './take-event.ts';
import { Mismatch, troubleOf } from './trouble.ts';

export const PUSH_ONE = 'stripe.push';
export const TAKE_ONE = 'stripe.take';
const AT_ONCE = 8;
/** Longer than a customer of many invoices takes; a core that died is followed after so long. */
const CLAIM_MS = 120_000;
const WAIT_FIRST_MS = 2_000;
const WAIT_LAST_MS = 900_000;
/** Of what is neither Stripe's word nor a lost connection. */
const STRANGE_TRIES = 8;
const EVENTS_OVERLAP_S = 600;
const EVENTS_A_PAGE = 100;

const waitOf = (tries: number): number => Math.min(WAIT_FIRST_MS * 2 ** tries, WAIT_LAST_MS);

/** Whether trying again by itself is of use; else somebody has to look at it. */
export function isHopeless(error: unknown, tries: number): boolean {
  if (error instanceof Mismatch) return true;
  const trouble = troubleOf(error);
  return trouble === undefined ? tries >= STRANGE_TRIES : trouble === 'refused';
}

const wordsOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

/** Takes one page of changes into the queue; the cursor moves with it, or neither. */
async function followPage(tx: Tx): Promise<boolean> {
  const { cursor } = await lockFeed(tx);
  const changes = await changesAfter(tx, 'money', cursor);
  const last = changes.at(-1);
  if (last === undefined) return false;
  await queueChanged(
    tx,
    changes.map(({ subjectId }) => subjectId),
  );
  await moveFeed(tx, last.number);
  return true;
}

/** Puts every customer of whom something changed into the queue. */
export async function followChanges({ sql }: StripeKit): Promise<void> {
  while (await sql.begin(followPage));
}

async function pushOne(kit: StripeKit, queued: Queued): Promise<void> {
  const { sql, log, wallClock, send } = kit;
  const { customer_id, tries } = queued;
  try {
    await pushCustomer(kit, customer_id);
    await leaveQueue(sql, queued);
  } catch (err) {
    const said = wordsOf(err);
    if (!isHopeless(err, tries)) {
      log.warn({ err, customer_id, tries }, 'Stripe could not be told; later');
      await waitInQueue(sql, queued, { until: new Date(wallClock() + waitOf(tries)), said });
      return;
    }
    log.error({ err, customer_id }, 'Stripe could not be told');
    await sql.begin(async (tx) => {
      await stuckInQueue(tx, customer_id, said);
      await send(tx, PUSH_ONE, { customer_id });
    });
  }
}

const claim = (kit: StripeKit, limit: number) => {
  const now = kit.wallClock();
  return { limit, now: new Date(now), until: new Date(now + CLAIM_MS) };
};

/** Tells Stripe of everybody in the queue, some at once, each in its order. Out: how many. */
export async function pushQueued(kit: StripeKit, signal?: AbortSignal): Promise<number> {
  let pushed = 0;
  while (signal?.aborted !== true) {
    const queued = await claimQueued(kit.sql, claim(kit, AT_ONCE));
    if (queued.length === 0) break;
    await Promise.all(queued.map((one) => pushOne(kit, one)));
    pushed += queued.length;
  }
  return pushed;
}

/** Events by what they are about: it is fetched once, however many tell of it. */
function bySubject(events: readonly Waiting[]): Map<string, { subject: Subject; ids: string[] }> {
  const groups = new Map<string, { subject: Subject; ids: string[] }>();
  for (const { id, object } of events) {
    for (const subject of subjectsOf(object)) {
      const key = `${subject.kind} ${subject.id}`;
      const group = groups.get(key) ?? { subject, ids: [] };
      group.ids.push(id);
      groups.set(key, group);
    }
  }
  return groups;
}

async function takeOne(
  kit: StripeKit,
  { subject, ids }: { subject: Subject; ids: string[] },
  tries: number,
): Promise<void> {
  const { sql, log, wallClock, send } = kit;
  try {
    await takeSubject(kit, subject);
    await eventsApplied(sql, ids, wallClock());
  } catch (err) {
    const said = wordsOf(err);
    if (!isHopeless(err, tries)) {
      log.warn({ err, subject, tries }, 'what Stripe told could not be followed; later');
      await waitEvents(sql, ids, { until: new Date(wallClock() + waitOf(tries)), said });
      return;
    }
    log.error({ err, subject }, 'what Stripe told could not be followed');
    await sql.begin(async (tx) => {
      await eventsStuck(tx, ids, said);
      for (const event_id of ids) await send(tx, TAKE_ONE, { event_id });
    });
  }
}

/** Acts on what Stripe told and nobody acted on. Out: how many events. */
export async function takeEvents(kit: StripeKit, signal?: AbortSignal): Promise<number> {
  let taken = 0;
  while (signal?.aborted !== true) {
    const events = await claimEvents(kit.sql, claim(kit, EVENTS_A_PAGE));
    if (events.length === 0) break;
    const nobodys = events.filter(({ object }) => subjectsOf(object).length === 0);
    await eventsUnknown(
      kit.sql,
      nobodys.map(({ id }) => id),
      kit.wallClock(),
    );
    const groups = [...bySubject(events).values()];
    const tries = Math.max(...events.map((event) => event.tries));
    for (let at = 0; at < groups.length; at += AT_ONCE) {
      await Promise.all(groups.slice(at, at + AT_ONCE).map((group) => takeOne(kit, group, tries)));
    }
    taken += events.length;
  }
  return taken;
}

/** Asks Stripe for the events that no delivery brought: it gives up on those after some days. */
export async function catchUp({ sql, stripe, wallClock }: StripeKit): Promise<void> {
  const feed = await feedNow(sql);
  if (feed === undefined) return;
  const since = Math.floor(feed.events_until.getTime() / 1_000) - EVENTS_OVERLAP_S;
  let newest = 0;
  let page: ReturnType<typeof eventOf>[] = [];
  const keep = async (): Promise<void> => {
    await keepEvents(sql, page, { source: 'list', now: wallClock() });
    page = [];
  };
  for await (const event of stripe.events.list({ created: { gte: since }, limit: 100 })) {
    newest = Math.max(newest, event.created);
    page.push(eventOf(event));
    if (page.length === EVENTS_A_PAGE) await keep();
  }
  await keep();
  if (newest > 0) await moveEvents(sql, new Date(newest * 1_000));
  await saveCaughtUp(sql, new Date(wallClock()));
}
