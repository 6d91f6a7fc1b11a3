import type { OpenAPIHono } from '@hono/zod-openapi';
import { expect, vi } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../scripts/test/database.ts';
import { buildApp, type Deps } from '../app.ts';
import { trustedProxies } from '../auth/client-address.ts';
import { openSignIn } from '../auth/sign-in.ts';
import { createToken } from '../auth/tokens.ts';
import type { Scope } from '../contract/admin-token.ts';
import type { Actor } from '../kit/audit.ts';
import { openDatabase, type Sql } from '../kit/database.ts';
import type { Api } from '../kit/http.ts';
import { newId } from '../kit/id.ts';
import { openLog } from '../kit/log.ts';
import type { Letter } from '../kit/mail.ts';
import { openMetrics } from '../kit/metrics.ts';
import { booksOfOne } from '../quotas/desk-books.ts';
import { RateDesk } from '../quotas/rate-desk.ts';
import { openVault } from '../kit/vault.ts';

export const PORTAL = 'http://portal.test';
export const PASSWORD = 'correct horse battery';

// What is asserted of an answer is what is known of it.
export type Json = { [field: string]: Json } & string & number & boolean & null & Json[];
export type Answer = { status: number; headers: Headers; body: Json; text: string };
export type Call = { body?: unknown; headers?: Record<string, string>; peer?: string };
export type Caller = (method: string, path: string, call?: Call | object) => Promise<Answer>;

export type Core = {
  app: OpenAPIHono<Api>;
  sql: Sql;
  /** What the core's clock says, in ms. */
  clock: { now: number };
  letters: Letter[];
  stop(): void;
  /** A call as it is: the path, and a raw body when it is text or bytes. */
  call(method: string, path: string, call?: Call): Promise<Answer>;
  /** A call with an admin token. */
  admin(method: string, path: string, body?: unknown): Promise<Answer>;
  mint(scopes: Scope[], expiresAt?: string): Promise<string>;
  close(): Promise<void>;
};

type Differently = Partial<
  Pick<
    Deps,
    | 'signUp'
    | 'publicUrl'
    | 'isProxy'
    | 'metrics'
    | 'rates'
    | 'vault'
    | 'clock'
    | 'testClock'
    | 'log'
  >
> & {
  /** AUTH_SECRET, and the other one. */
  secrets?: { secret: string; other?: string };
  /** What collects, on what the core has. */
  collecting?: (opened: Pick<Deps, 'sql' | 'log' | 'clock'>) => Deps['stripe'];
};

async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '') && text !== '';
  const body = (isJson ? JSON.parse(text) : null) as Json;
  return { status: response.status, headers: response.headers, body, text };
}

function requestOf(method: string, { body, headers = {} }: Call): RequestInit {
  const raw = typeof body === 'string' || body instanceof Uint8Array;
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  return {
    method,
    headers: { ...type, ...headers },
    ...(body !== undefined && { body: raw ? (body as string) : JSON.stringify(body) }),
  };
}

/** The whole core on a database of its own, unless one is given; letters are kept, not sent. */
export async function openCore(
  { collecting, secrets, ...differently }: Differently = {},
  own?: TestDatabase,
): Promise<Core> {
  const database = own ?? (await testDatabase());
  const sql = openDatabase(database.url, 8);
  const clock = { now: Date.now() };
  const tell = (): number => clock.now;
  const letters: Letter[] = [];
  const mail = {
    send: (letter: Letter) => void letters.push(letter),
    deliver: async (letter: Letter) => void letters.push(letter),
    settled: async () => {},
  };
  const log = openLog('test', 'silent');
  const publicUrl = differently.publicUrl ?? PORTAL;
  const ours = secrets ?? { secret: 'a secret of the tests, long enough' };
  const signIn = openSignIn({ sql, clock: tell, log, mail, publicUrl, ...ours });
  const stopping = new AbortController();
  const app = buildApp({
    sql,
    clock: tell,
    log,
    signIn,
    publicUrl,
    stopping: stopping.signal,
    metrics: openMetrics(),
    rates: new RateDesk({ number: clock.now, books: booksOfOne(sql), clock: tell }),
    isProxy: trustedProxies([]),
    signUp: 'open',
    requestLogHours: 72,
    gatewayUrl: 'http://gateway.test',
    vault: openVault(['a key of the tests, that is long enough']),
    stripe: collecting?.({ sql, log, clock: tell }),
    ...differently,
  });
  const call: Core['call'] = async (method, path, asked = {}) => {
    const env = { incoming: { socket: { remoteAddress: asked.peer ?? nextPeer() } } };
    return answerOf(await app.request(path, requestOf(method, asked), env));
  };
  const mint: Core['mint'] = async (scopes, expires_at) => {
    const actor: Actor = { kind: 'system', id: 'test' };
    const doing = { actor, now: clock.now, requestId: newId('req', clock.now) };
    const wanted = { name: scopes.join(), scopes, ...(expires_at && { expires_at }) };
    return (await sql.begin((tx) => createToken({ tx, ...doing }, wanted))).token;
  };
  const token = await mint(['admin']);
  return {
    app,
    sql,
    clock,
    letters,
    call,
    mint,
    stop: () => stopping.abort(),
    admin: (method, path, body) =>
      call(method, path, { body, headers: { authorization: `Bearer ${token}` } }),
    close: async () => {
      stopping.abort();
      await sql.end();
      if (!own) await database.drop();
    },
  };
}

/** A transaction that a test holds open, to meet others in the middle. */
export type Held = { sql: Sql; commit(): Promise<void> };

export async function hold(sql: Sql, work: (own: Sql) => Promise<unknown>): Promise<Held> {
  const own = await sql.reserve();
  await own`begin`;
  await work(own);
  return {
    sql: own,
    commit: async () => {
      await own`commit`;
      own.release();
    },
  };
}

/** Resolves when somebody on this database waits for a lock. */
export async function somebodyWaits(sql: Sql): Promise<void> {
  await vi.waitFor(
    async () => {
      const waiting = await sql`select from pg_stat_activity
        where wait_event_type = 'Lock' and datname = current_database()`;
      expect(waiting.length).toBeGreaterThan(0);
    },
    { timeout: 30_000, interval: 20 },
  );
}

let people = 0;
let peers = 0;

// Each call comes from an address of its own, or the throttle would make of many tests one client.
function nextPeer(): string {
  peers += 1;
  return `10.${(peers >> 16) & 255}.${(peers >> 8) & 255}.${peers & 255}`;
}

export type Person = {
  id: string;
  email: string;
  cookie: string;
  /** A call with the person's cookie, from the portal's own origin. */
  call(method: string, path: string, body?: unknown): Promise<Answer>;
};

/** The cookies an answer sets, as a browser sends them back. */
export const cookieOf = (answer: Answer): string =>
  answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ');

const TRIES = 5;

/** On a full machine a password takes longer to make than a transaction may stand idle. */
async function onceAvailable(call: () => Promise<Answer>): Promise<Answer> {
  for (let tries = 1; ; tries++) {
    const answer = await call();
    if (answer.status !== 503 || tries === TRIES) return answer;
  }
}

/** Somebody with an account and a session. */
export async function person(core: Core, role: 'admin' | 'user' = 'user'): Promise<Person> {
  people += 1;
  const email = `person-${people}@example.test`;
  const wanted = { email, name: `Person ${people}`, role, password: PASSWORD };
  const made = await onceAvailable(() => core.admin('POST', '/v1/users', wanted));
  expect(made.status, made.text).toBe(201);
  const signedIn = await core.call('POST', '/auth/sign-in/email', {
    body: { email, password: PASSWORD },
  });
  expect(signedIn.status, signedIn.text).toBe(200);
  const cookie = cookieOf(signedIn);
  const call: Person['call'] = (method, path, body) =>
    core.call(method, path, { body, headers: { cookie, origin: PORTAL } });
  return { id: made.body['id'] as string, email, cookie, call };
}

/** A customer, and the people who are something there. */
export async function customerWith(
  core: Core,
  members: Record<string, Person>,
): Promise<{ id: string }> {
  const made = await core.admin('POST', '/v1/customers', { name: 'Acme' });
  expect(made.status, made.text).toBe(201);
  const id = made.body['id'] as string;
  for (const [role, { id: user_id }] of Object.entries(members)) {
    const path = `/v1/customers/${id}/memberships`;
    const joined = await core.admin('POST', path, { user_id, role });
    expect(joined.status, joined.text).toBe(201);
  }
  return { id };
}

/** How many rows each table holds, but those that count attempts: nothing half-written. */
export async function footprint(sql: Sql): Promise<Record<string, number>> {
  const tables = await sql<{ name: string }[]>`
    select relname as name from pg_class join pg_namespace ns on ns.oid = relnamespace
     where nspname = 'public' and relkind = 'r' and not relispartition
       and relname <> 'rate_limits' order by relname`;
  const counts: Record<string, number> = {};
  for (const { name } of tables) {
    const [row] = await sql<[{ rows: number }]>`select count(*)::int as rows from ${sql(name)}`;
    counts[name] = row.rows;
  }
  return counts;
}
