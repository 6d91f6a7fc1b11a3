import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { freePort } from '../../../scripts/test/free-port.ts';
import type { UsageLive } from '../../src/contract/usage.ts';
import type { Opening } from '../../src/customers/store.ts';
import { api, errorResponse } from '../../src/kit/http.ts';
import { close, listen } from '../../src/kit/listen.ts';
import { portalLiveHttp } from '../../src/quotas/live-http.ts';
import { usageLive, watchLiveUsage } from '../../src/quotas/live.ts';
import {
  FOLLOWERS_MAX,
  FOLLOWERS_PER_CUSTOMER_MAX,
  watchUsage,
  type Follower,
  type Watch,
} from '../../src/usage/watch.ts';
import { NOON } from '../usage/ledger.ts';
import { at, openScene, type Cast, type Scene } from '../usage/scene.ts';
import type { Surface } from '../surface.ts';
import { seedPlan } from './plan.ts';

/** Somebody with a session who may see this customer for as long as a test takes. */
async function seedMember({ sql }: Surface, customer_id: string): Promise<void> {
  const user = { id: 'usr_1', name: 'Ada', email: 'ada@example.com' };
  await sql`insert into users ${sql(user)}`;
  const session = { id: 'ses_1', user_id: user.id, token: 't', expires_at: new Date('2100-01-01') };
  await sql`insert into sessions ${sql(session)}`;
  const membership = { id: 'mem_1', customer_id, user_id: user.id, role: 'owner' };
  await sql`insert into memberships ${sql(membership)}`;
}

let scene: Scene;
let cast: Cast;
let watch: Watch<UsageLive>;
let app: ReturnType<typeof api>;
const log = pino({ level: 'silent' });
const opening = (customerId: string): Opening => ({ customerId, sessionId: 'ses_1' });

beforeEach(async () => {
  scene = await openScene();
  cast = await scene.cast();
  const { sql, clock, caller } = scene.surface;
  const kit = { sql, log, clock: () => clock.now };
  await seedMember(scene.surface, cast.mine.id);
  watch = watchLiveUsage(kit);
  app = api();
  app.onError((error, c) => errorResponse(log)(error, c));
  app.use(async (c, next) => {
    c.set('customer', caller.customer);
    c.set('sessionId', 'ses_1');
    c.set('requestId', 'req_1');
    await next();
  });
  app.route('/customers/:customer_id', portalLiveHttp(kit, watch));
});
afterEach(async () => {
  watch.stop();
  await scene.surface.close();
});

type Stream = { next(): Promise<UsageLive>; cancel(): Promise<void>; raw(): Promise<string> };

/** Opens the live view of the customer that the access check finds. */
async function open(method = 'GET'): Promise<{ response: Response; stream: Stream }> {
  const response = await app.request(`/customers/${scene.surface.caller.customer.id}/usage/live`, {
    method,
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  const raw = async (): Promise<string> => (await reader?.read())?.value ?? '';
  const next = async (): Promise<UsageLive> => {
    const text = await raw();
    const match = /^event: usage\ndata: (.*)\n\n$/.exec(text);
    return JSON.parse(match?.[1] ?? `"${text}"`);
  };
  const cancel = async (): Promise<void> => reader?.cancel();
  return { response, stream: { next, raw, cancel } };
}

test('the live view is sent on connect, and again when usage is rolled', async () => {
  await seedPlan(scene.surface, cast.mine.id, [{ limit: 10, window: 'day' }]);
  await scene.use([
    { customer_id: cast.mine.id, minute: NOON + 29, requests: 2 },
    { customer_id: cast.mine.id, minute: NOON - 700, requests: 1 },
  ]);
  const { response, stream } = await open();
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  const first = await stream.next();
  expect(first).toMatchObject({ roll: '1', today: { requests: 3, billable_quantity: '3' } });
  expect(first.minutes).toHaveLength(60);
  expect(first.minutes.at(-1)?.start).toBe(at(NOON + 30));
  expect(first.minutes.at(-2)).toEqual({
    start: at(NOON + 29),
    requests: 2,
    ok: 2,
    errors: 0,
    refused: 0,
  });
  expect(first.quotas).toMatchObject([{ limit: '10', used: '3' }]);
  const change = stream.next();
  await scene.use([{ customer_id: cast.mine.id, minute: NOON + 30, outcome: 'upstream_error' }]);
  const second = await change;
  expect(second.minutes.at(-1)).toMatchObject({ requests: 1, ok: 0, errors: 1 });
  expect(second).toMatchObject({ roll: '2', today: { requests: 4, billable_quantity: '3' } });
  await stream.cancel();
});

test('refusals and a new minute are changes too', async () => {
  const { sql, clock } = scene.surface;
  const { stream } = await open();
  await stream.next();
  await sql`insert into usage_refusals values (${cast.mine.id}, ${NOON + 30}, 'quota', 3)`;
  expect((await stream.next()).minutes.at(-1)).toMatchObject({ requests: 0, refused: 3 });
  clock.now += 60_000;
  expect((await stream.next()).minutes.at(-2)).toMatchObject({ refused: 3 });
  await stream.cancel();
});

test("another customer's usage is no change, and never shows", async () => {
  const { stream } = await open();
  expect((await stream.next()).today.requests).toBe(0);
  const change = stream.next();
  await scene.use([{ customer_id: cast.theirs.id, minute: NOON + 30, requests: 50 }]);
  await scene.use([{ customer_id: cast.mine.id, minute: NOON + 30, requests: 1 }]);
  const state = await change;
  expect(state.today.requests).toBe(1);
  expect(state.minutes.at(-1)?.requests).toBe(1);
  await stream.cancel();
});

test('a HEAD request leaves no stream behind', async () => {
  const { response } = await open('HEAD');
  expect(response.status).toBe(200);
  const streams = await Promise.all(
    Array.from({ length: FOLLOWERS_PER_CUSTOMER_MAX }, () => open()),
  );
  expect(streams.map((one) => one.response.status)).toEqual(Array(20).fill(200));
});

test('a customer has a bounded number of streams, and a closed one makes room', async () => {
  const streams = await Promise.all(
    Array.from({ length: FOLLOWERS_PER_CUSTOMER_MAX }, () => open()),
  );
  const { response } = await open();
  expect(response.status).toBe(429);
  expect(response.headers.get('retry-after')).toBe('10');
  await streams[0]?.stream.cancel();
  await vi.waitFor(async () => expect((await open()).response.status).toBe(200));
});

test('a client that goes away gives its place back', async () => {
  const place = { host: '127.0.0.1', port: await freePort() };
  const server = await listen(app.fetch, place, { clock: () => 0, log });
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/customers/${cast.mine.id}/usage/live`;
  const clients = Array.from({ length: FOLLOWERS_PER_CUSTOMER_MAX }, () => new AbortController());
  for (const { signal } of clients) {
    const response = await fetch(url, { signal });
    expect((await response.body?.getReader().read())?.done).toBe(false);
  }
  expect((await fetch(url)).status).toBe(429);
  for (const client of clients) client.abort();
  await vi.waitFor(() => {
    const follower = watch.follow(opening(cast.mine.id));
    if (typeof follower === 'string') throw new Error(follower);
  });
  watch.stop();
  await close(server, 1_000);
});

test('streams end when the process stops', async () => {
  const { stream } = await open();
  await stream.next();
  const end = stream.raw();
  watch.stop();
  expect(await end).toBe('');
});

test('a reader that does not read gets the newest state when it does, not every one', async () => {
  const { stream } = await open();
  await stream.next();
  for (let count = 0; count < 12; count++) {
    await scene.use([{ customer_id: cast.mine.id, minute: NOON + 30, requests: 1 }]);
    await vi.waitFor(async () => {
      const { sql, clock } = scene.surface;
      expect((await usageLive(sql, cast.mine.id, clock.now)).today.requests).toBe(count + 1);
    });
  }
  const seen: number[] = [];
  while (seen.at(-1) !== 12) seen.push((await stream.next()).today.requests);
  expect(seen.length).toBeLessThan(8);
  await stream.cancel();
});

describe('the poller', () => {
  const reads: string[] = [];
  const started = (
    watching: Partial<{ read: (id: string) => Promise<object>; everyMs: number }> = {},
  ) => {
    const { sql, clock } = scene.surface;
    reads.length = 0;
    const read = async (id: string) => {
      reads.push(id);
      return { id };
    };
    const left = async (openings: Opening[]) => openings;
    const kit = { sql, log, clock: () => clock.now, read, left, everyMs: 5 };
    return watchUsage<object>({ ...kit, ...watching });
  };
  const followed = (one: Follower<object> | string): Follower<object> => {
    if (typeof one === 'string') throw new Error(one);
    return one;
  };
  const asks = async (): Promise<number> => {
    const { sql } = scene.surface;
    const [row] = await sql<[{ scans: number }]>`
      select sum(idx_scan + seq_scan)::float8 as scans from pg_stat_user_tables
       where relname = 'usage_last_rolls'`;
    return row.scans;
  };

  test('reads a customer once for all who follow it', async () => {
    const own = started();
    const followers = Array.from({ length: 5 }, () => followed(own.follow(opening(cast.mine.id))));
    const states = await Promise.all(followers.map((one) => one.next(5_000)));
    expect(new Set(states)).toEqual(new Set([{ id: cast.mine.id }]));
    expect(reads).toEqual([cast.mine.id]);
    const late = followed(own.follow(opening(cast.mine.id)));
    expect(await late.next(5_000)).toBe(states[0]);
    expect(reads).toHaveLength(1);
    own.stop();
  });

  test('asks nothing while nobody follows', async () => {
    const own = started();
    const one = followed(own.follow(opening(cast.mine.id)));
    await one.next(5_000);
    one.leave();
    expect(await one.next(5_000)).toBeNull();
    await vi.waitFor(async () => {
      const { sql } = scene.surface;
      await sql`select pg_stat_force_next_flush()`;
      const before = await asks();
      await sql`select pg_sleep(0.1)`;
      expect(await asks()).toBe(before);
    });
    own.stop();
  });

  test('goes on when a read fails, and the others see their state meanwhile', async () => {
    let failing = true;
    const own = started({
      read: async (id) => {
        if (failing && id === cast.mine.id) throw new Error('no');
        return { id };
      },
    });
    const [bad, good] = [cast.mine.id, cast.theirs.id].map((id) =>
      followed(own.follow(opening(id))),
    );
    expect(await good!.next(5_000)).toEqual({ id: cast.theirs.id });
    expect(await bad!.next(50)).toBeNull();
    failing = false;
    expect(await bad!.next(5_000)).toEqual({ id: cast.mine.id });
    own.stop();
  });

  test('outlives lost connections', async () => {
    const { sql } = scene.surface;
    const own = started();
    const one = followed(own.follow(opening(cast.mine.id)));
    await one.next(5_000);
    await sql`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`.catch(() => {});
    await vi.waitFor(() => scene.use([{ customer_id: cast.mine.id }]));
    expect(await one.next(10_000)).toEqual({ id: cast.mine.id });
    own.stop();
  });

  test('has a bound on all followers together', () => {
    const own = started();
    for (let count = 0; count < FOLLOWERS_MAX; count++) {
      followed(own.follow(opening(`cus_${Math.floor(count / FOLLOWERS_PER_CUSTOMER_MAX)}`)));
    }
    expect(own.follow(opening('cus_full'))).toBe('full');
    expect(own.follow(opening('cus_0'))).toBe('customer_full');
    own.stop();
    expect(typeof own.follow(opening('cus_0'))).toBe('object');
    own.stop();
  });
});
