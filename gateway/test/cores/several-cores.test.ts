import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createToken } from '../../../billing-core/src/auth/tokens.ts';
import { environment, run, type Run } from '../../../billing-core/src/test/core-process.ts';
import { testDatabase, type TestDatabase } from '../../../scripts/test/database.ts';
import { setTimeout as pause } from 'node:timers/promises';
import { changesAnswer } from '@tollgate/billing-core/contract/facts.ts';
import type { SyncMessage } from '../../../billing-core/src/sync/actions.ts';
import { envelopeOf, messageOf, usageOf } from '../../../billing-core/src/sync/test/ledger.ts';
import { PacedTill } from './paced-till.ts';

// Real billing-core processes on one database, and tills that sync with all of them in turn.

const TEST_MS = 180_000;
const CUSTOMER = 'cus_000000000000000000000001';
const LIMIT = { rate: 200, burst: 40 };
const TILLS = 4;

type Core = { url: string; privateUrl: string; process: Run };

let database: TestDatabase;
let token = '';
let adminToken = '';
let cores: Core[] = [];
let tills: PacedTill[] = [];
let watching: NodeJS.Timeout | undefined;
let most = { rate: 0, burst: 0 };

const say = (figures: string): void => void process.stdout.write(`${figures}\n`);

async function startCore(): Promise<Core> {
  const env = await environment(database.url);
  const core = {
    url: `http://127.0.0.1:${env['PORT']}`,
    privateUrl: `http://127.0.0.1:${env['PRIVATE_PORT']}`,
    process: run('main.ts', { ...env, LOG_LEVEL: 'warn' }),
  };
  const ready = async (): Promise<boolean> =>
    (await fetch(`${core.privateUrl}/readyz`).catch(() => undefined))?.status === 200;
  await vi.waitUntil(ready, { timeout: 60_000, interval: 50 });
  return core;
}

async function mint(scope: 'sync' | 'admin'): Promise<string> {
  const actor = { kind: 'system', id: 'test' } as const;
  const made = await database.sql.begin((tx) =>
    createToken({ tx, actor, now: Date.now(), requestId: 'r' }, { name: scope, scopes: [scope] }),
  );
  return made.token;
}

async function limitCustomer(): Promise<void> {
  const { sql } = database;
  await sql`insert into customers (id, key_ref, name) values (${CUSTOMER}, '0000000001', 'A')`;
  await sql`insert into plans (id, slug, name) values ('pln_1', 'p', 'P')`;
  await sql`insert into plan_versions (id, plan_id, number, state, currency)
    values ('plv_1', 'pln_1', 1, 'draft', 'USD')`;
  await sql`insert into entitlements
    (id, plan_version_id, position, kind, rate_per_second, burst)
    values ('ent_1', 'plv_1', 0, 'rate_limit', ${LIMIT.rate}, ${LIMIT.burst})`;
  await sql`update plan_versions set state = 'published', published_at = now()`;
  await sql`insert into subscriptions (id, customer_id, plan_version_id, time_zone, started_at)
    values ('sub_1', ${CUSTOMER}, 'plv_1', 'UTC', now())`;
}

/** The core that has the desk, once the one before it has not. */
async function leader(but?: Core): Promise<Core> {
  return vi.waitUntil(
    async () => {
      const [row] = await database.sql<{ address: string; fresh: boolean }[]>`
        select address, renewed_at > clock_timestamp() - interval '2 seconds' as fresh
          from rate_desk`;
      const core = cores.find(({ privateUrl }) => row?.fresh && privateUrl === row.address);
      return core !== but && core;
    },
    { timeout: 30_000, interval: 50 },
  );
}

const admitted = (): number[] => tills.flatMap((till) => till.admitted);

/** All tills are served again at a fair part of the limit. */
async function served(): Promise<void> {
  const before = admitted().length;
  const enough = (): boolean => admitted().length > before + LIMIT.rate;
  await vi.waitUntil(enough, { timeout: 30_000, interval: 20 });
}

/** How far a bucket of the whole limit would have been short of all that was admitted. */
function overshoot(times: number[]): number {
  const inOrder = times.toSorted((a, b) => a - b);
  let tokens = LIMIT.burst;
  let lowest = tokens;
  let last = inOrder[0] ?? 0;
  for (const at of inOrder) {
    tokens = Math.min(LIMIT.burst, tokens + ((at - last) / 1_000) * LIMIT.rate) - 1;
    lowest = Math.min(lowest, tokens);
    last = at;
  }
  return Math.max(0, -lowest);
}

beforeAll(async () => {
  database = await testDatabase();
  await limitCustomer();
  [token, adminToken] = [await mint('sync'), await mint('admin')];
  cores = await Promise.all([startCore(), startCore(), startCore()]);
  const way = { urls: () => cores.map(({ url }) => url), token, customer: CUSTOMER };
  const now = (): number => performance.now();
  tills = Array.from({ length: TILLS }, (_, at) => new PacedTill(`${at}`, way, now));
  watching = setInterval(() => {
    const held = tills.map((till) => till.held());
    const sum = (of: 'rate' | 'burst'): number => held.reduce((all, part) => all + part[of], 0);
    const wasKept = most.rate <= LIMIT.rate + 1e-6;
    most = { rate: Math.max(most.rate, sum('rate')), burst: Math.max(most.burst, sum('burst')) };
    // Once, with all that led to it.
    if (wasKept && most.rate > LIMIT.rate + 1e-6) {
      say(`${most.rate}/s lent at ${performance.now().toFixed(0)}: ${JSON.stringify(held)}`);
      say(tills.flatMap(({ story }) => story).join('\n'));
    }
  }, 2);
}, TEST_MS);

afterAll(async () => {
  clearInterval(watching);
  await Promise.all(tills.map((till) => till.stop()));
  for (const { process: core } of cores) {
    core.child.kill('SIGCONT');
    core.child.kill('SIGKILL');
  }
  await database.drop();
}, TEST_MS);

async function post(url: string, bearer: string, body: BodyInit): Promise<Response> {
  const headers = { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' };
  const answer = await fetch(url, { method: 'POST', headers, body });
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
  return answer;
}

async function sync(at: number, { envelope, bytes }: SyncMessage): Promise<void> {
  const body = Buffer.concat([Buffer.from(`${JSON.stringify(envelope)}\n`), bytes]);
  await post(`${cores[at % 3]?.url}/internal/v1/sync`, token, body);
}

test(
  'batches that come in at three cores are each rolled once, whichever rolls them',
  async () => {
    const BATCHES = 30;
    const send = async (boot: string): Promise<void> => {
      for (let sequence = 1; sequence <= BATCHES; sequence++) {
        await sync(sequence, messageOf(boot, sequence, usageOf(sequence)));
      }
      // A desk that begins would wait for this boot to say what it holds.
      const end = envelopeOf(boot, { end: { kind: 'seal', in_doubt: 0 } });
      await sync(0, { envelope: end, bytes: new Uint8Array() });
    };
    await Promise.all(['bt_a', 'bt_b', 'bt_c'].map(send));
    const unrolled = async (): Promise<number> =>
      (await database.sql`select from usage_batches where roll_number is null`).length;
    await vi.waitUntil(async () => (await unrolled()) === 0, { timeout: 20_000, interval: 50 });
    const [row] = await database.sql`
      select sum(requests)::int as requests, (select count(distinct roll_number)::int
        from usage_batches) as rolls from usage_rollups`;
    expect(row?.['requests']).toBe((3 * BATCHES * (BATCHES + 1)) / 2);
    expect(row?.['rolls']).toBeGreaterThan(1);
  },
  TEST_MS,
);

test(
  'a change made at one core wakes a gateway that waits at another',
  async () => {
    const [last] = await database.sql<{ number: string }[]>`
      select coalesce(max(number), 0)::text as number from changes`;
    const path = `/internal/v1/changes?after=${last?.number}&wait_ms=20000`;
    const headers = { authorization: `Bearer ${token}` };
    const woken = fetch(`${cores[1]?.url}${path}`, { headers });
    const from = performance.now();
    await post(`${cores[0]?.url}/v1/customers`, adminToken, JSON.stringify({ name: 'New' }));
    const { changes } = changesAnswer.parse(await (await woken).json());
    say(`seen at the other core after ${(performance.now() - from).toFixed(0)} ms`);
    expect(changes).toMatchObject([{ kind: 'customer' }]);
    expect(performance.now() - from).toBeLessThan(5_000);
  },
  TEST_MS,
);

/** All that happens to the desk happens to one run, so that what was admitted is judged as one. */
test(
  'three cores keep one rate limit: leader killed, stopped, woken again and replaced under load',
  async () => {
    tills.forEach((till, at) => (till.load = [200, 40, 20, 5][at] as number));
    for (const till of tills) till.start();
    const first = await leader();
    await served();

    first.process.child.kill('SIGKILL');
    await first.process.ended;
    cores = cores.filter((core) => core !== first);
    const second = await leader(first);
    await served();
    cores.push(await startCore());

    tills.forEach((till, at) => (till.load = [5, 20, 200, 60][at] as number));
    second.process.child.kill('SIGSTOP');
    const third = await leader(second);
    await served();
    second.process.child.kill('SIGCONT');
    await pause(2_000);
    await served();

    third.process.child.kill('SIGTERM');
    await leader(third);
    await served();
    await third.process.ended;

    const times = admitted();
    const seconds = (Math.max(...times) - Math.min(...times)) / 1_000;
    const used = times.length / seconds / LIMIT.rate;
    const desks = new Set(tills.flatMap((till) => [...till.desks]));
    say(
      `${times.length} admitted in ${seconds.toFixed(1)} s, ${(used * 100).toFixed(0)} % of the ` +
        `limit, under ${desks.size} desks; at most ${most.rate.toFixed(1)}/s and ` +
        `${most.burst.toFixed(1)} lent at once; over by ${overshoot(times).toFixed(3)}`,
    );
    expect(desks.size).toBe(4);
    expect(most.rate).toBeLessThanOrEqual(LIMIT.rate + 1e-6);
    expect(most.burst).toBeLessThanOrEqual(LIMIT.burst + 1e-6);
    expect(overshoot(times)).toBeLessThan(1e-6);
    expect(used).toBeGreaterThan(0.25);
  },
  TEST_MS,
);
