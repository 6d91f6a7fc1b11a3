import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { testDatabase, type TestDatabase } from '../../scripts/test/database.ts';
import { openDatabase, type Sql } from '../src/kit/database.ts';
import { environment, run, type Run } from '../src/test/core-process.ts';

// The blocks of the runbooks, one after another, as a person would type them.

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const bash = promisify(execFile);
const READY = { timeout: 60_000, interval: 50 };

let database: TestDatabase;
let sql: Sql;
let core: Run;
let env: Record<string, string>;
let folder: string;
let at: string;

const blocksOf = (path: string): string[] => {
  const text = readFileSync(join(ROOT, path), 'utf8');
  return [...text.matchAll(/^( *)```sh\n([\s\S]*?)^ *```$/gm)].map(([, indent = '', block = '']) =>
    block.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  );
};

async function start(more: Record<string, string> = {}): Promise<void> {
  core = run('main.ts', { ...env, ...more });
  const isReady = vi
    .waitFor(async () => {
      const answer = await fetch(`http://127.0.0.1:${env['PRIVATE_PORT']}/readyz`);
      expect(answer.status).toBe(200);
    }, READY)
    .then(() => true);
  if (await Promise.race([isReady, core.ended.then(() => false)])) return;
  isReady.catch(() => {});
  throw new Error(`the core ended: ${await core.stderr} ${await core.stdout}`);
}
async function restart(more: Record<string, string>): Promise<void> {
  core.child.kill('SIGTERM');
  await core.ended;
  await start(more);
}

beforeAll(async () => {
  database = await testDatabase();
  sql = openDatabase(database.url, 2);
  env = await environment(database.url);
  folder = mkdtempSync(join(tmpdir(), 'runbooks-'));
  at = `http://127.0.0.1:${env['PORT']}`;
  await start({ SECRETS_KEY: OLD_KEY });
}, 120_000);
afterAll(async () => {
  core.child.kill('SIGKILL');
  await sql.end();
  await database.drop();
  rmSync(folder, { recursive: true });
});

const OLD_KEY = 'an old key of the runbooks that is long enough';
const NEW_KEY = 'a new key of the runbooks that is long enough';

/** One block; what it says, and what is exported in it. */
async function typed(
  block: string,
  more: Record<string, string>,
): Promise<{ said: string; set: Record<string, string> }> {
  const settings = ['SECRETS_KEY', 'AUTH_SECRET', 'AUTH_SECRET_OTHER', 'STRIPE_SECRET_KEY'];
  const names = [...settings, 'STRIPE_WEBHOOK_SECRET'].join(' ');
  const script = `set -euo pipefail
cd ${folder}
${block.replaceAll('billing-core/src/', `${ROOT}billing-core/src/`)}
for name in ${names}; do printf '%s=%s\\0' "$name" "\${!name-}"; done > settings`;
  const path = `${ROOT}node_modules/.bin:${process.env['PATH']}`;
  const given = { PATH: path, DATABASE_URL: database.url, CORE: at, ...more };
  const { stdout } = await bash('bash', ['-c', script], { env: given });
  const lines = readFileSync(join(folder, 'settings'), 'utf8').split('\0').filter(Boolean);
  const set = Object.fromEntries(
    lines.map((line) => {
      const end = line.indexOf('=');
      return [line.slice(0, end), line.slice(end + 1)] as const;
    }),
  );
  return { said: stdout, set };
}

async function token(name: string, scopes: string): Promise<string> {
  const made = run('create-token.ts', env, ['--name', name, '--scopes', scopes]);
  expect(await made.ended, await made.stderr).toBe(0);
  return (await made.stdout).trim();
}

const admin = async (method: string, path: string, bearer: string, body?: unknown) => {
  const answer = await fetch(`${at}${path}`, {
    method,
    headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  expect(answer.ok, `${method} ${path} ${answer.status}`).toBe(true);
  return (await answer.json()) as Record<string, string>;
};

/** The statements of the block, by our driver: psql is not on every machine. */
async function movedTo(block: string, given: Record<string, string>): Promise<void> {
  const written = /<<SQL\n([\s\S]*?)\nSQL$/m.exec(block)?.[1] ?? '';
  const text = written.replaceAll(/\$(\w+)/g, (_all, name: string) => given[name] ?? '');
  await sql.unsafe(text);
  const url = new URL(database.url);
  [url.username, url.password] = ['tollgate_next', given['NEW_PASSWORD'] ?? ''];
  const next = openDatabase(url.href, 1);
  try {
    const [row] = await next`select current_user as role, session_user as who from customers`;
    expect(row).toMatchObject({ role: given['ROLE'], who: 'tollgate_next' });
  } finally {
    await next.end();
    await sql`drop role tollgate_next`;
  }
}

test('docs/deploy/rotate.md: each block does what it says', async () => {
  const ADMIN_TOKEN = await token('admin', 'admin');
  await token('old gateways', 'sync');
  await admin('POST', '/v1/secrets', ADMIN_TOKEN, { name: 'upstream', value: 'text' });
  const customer = await admin('POST', '/v1/customers', ADMIN_TOKEN, { name: 'Acme' });
  const path = `/v1/customers/${customer['id']}/keys`;
  const key = await admin('POST', path, ADMIN_TOKEN, { name: 'leaked', mode: 'live' });
  const [owner] = await sql<{ role: string }[]>`select current_user as role`;
  const given = {
    ADMIN_TOKEN,
    KEY: key['id'] ?? '',
    OLD_SECRETS_KEY: OLD_KEY,
    NEW_SECRETS_KEY: NEW_KEY,
    OLD_AUTH_SECRET: env['AUTH_SECRET'] ?? '',
    NEW_AUTH_SECRET: 'a new secret of the runbooks, long enough',
    NEW_STRIPE_KEY: 'sk_test_new',
    OLD_WEBHOOK_SECRET: 'whsec_old',
    NEW_WEBHOOK_SECRET: 'whsec_new',
    OWNER_URL: database.url,
    NEW_PASSWORD: 'the-next-one',
    ROLE: owner?.role ?? '',
  };
  const blocks = blocksOf('docs/deploy/rotate.md');
  const settings: Record<string, string> = {};
  for (const block of blocks.filter((one) => !one.includes('psql'))) {
    const { set } = await typed(block, given);
    for (const [name, value] of Object.entries(set)) if (value !== '') settings[name] = value;
  }
  const [roles = ''] = blocks.filter((one) => one.includes('psql'));
  await movedTo(roles, given);
  expect(readFileSync(join(folder, 'new-token'), 'utf8')).toMatch(/^tga_/);
  const tokens = await sql`select name, revoked_at is not null as ended from admin_tokens
    where scopes = '{sync}' order by name`;
  expect(tokens.map(({ ended }) => ended)).toEqual([false, true]);
  expect(await sql`select from api_keys where revoked_at is not null`).toHaveLength(1);
  const [before] = await sql<{ sealed: Buffer }[]>`select sealed from route_secrets`;
  const { STRIPE_SECRET_KEY: stripe, STRIPE_WEBHOOK_SECRET: webhook, ...ours } = settings;
  expect([stripe, webhook]).toEqual(['sk_test_new', 'whsec_new,whsec_old']);
  await restart(ours);
  const [after] = await sql<{ sealed: Buffer }[]>`select sealed from route_secrets`;
  expect(after?.sealed.equals(before?.sealed ?? Buffer.alloc(0))).toBe(false);
  await restart({ SECRETS_KEY: NEW_KEY, AUTH_SECRET: given.NEW_AUTH_SECRET });
});

test('docs/deploy/disasters.md: each block does what it says', async () => {
  const ADMIN_TOKEN = await token('admin 2', 'admin');
  await sql`insert into gateways (id) values ('gw_lost')`;
  await sql`insert into boots (gateway_id, boot_id, fingerprint)
    values ('gw_lost', 'bt_000000000000000000000001', 'lost')`;
  writeFileSync(join(folder, 'erasures.json'), '{"data":[],"has_more":false,"next_cursor":null}\n');
  const given = {
    ADMIN_TOKEN,
    GATEWAY: 'gw_lost',
    BOOT: 'bt_000000000000000000000001',
    SUSPECT: 'usr_nobody',
  };
  const said: string[] = [];
  for (const block of blocksOf('docs/deploy/disasters.md')) {
    said.push((await typed(block, given)).said);
  }
  const all = said.join('\n');
  expect(all).toMatch(/recovery \d+ has begun/);
  expect(all).toContain('the list names nobody');
  expect(all).toContain('0 migrations applied');
  const [boot] = await sql<{ state: string }[]>`
    select state from boots where gateway_id = 'gw_lost'`;
  expect(boot?.state).toBe('written_off');
});

test('apply-erasures takes pages and ids, and no list that is neither', async () => {
  const [one, two, three] = await sql<{ id: string }[]>`
    insert into customers (id, key_ref, name)
    select 'cus_00000000000000000000000' || n, 'abcdefghi' || n, 'Gone'
      from generate_series(1, 3) n returning id`;
  const nobody = `cus_${'0'.repeat(24)}`;
  const page = (customer?: { id: string }) => ({
    data: [{ id: 'ers_1', customer_id: customer?.id }],
    has_more: true,
  });
  // As curl writes them without a line between, and as jq lays them out.
  const glued = JSON.stringify(page(one)) + JSON.stringify({ ...page(two), has_more: false });
  const pages = `${glued}\n${nobody}\n${JSON.stringify(page(three), null, 2)}\r\n`;
  const first = run('apply-erasures.ts', env, [], pages);
  expect(await first.ended, await first.stderr).toBe(0);
  expect((await first.stdout).split('\n').slice(0, 4)).toEqual([
    ...[one, two].map((customer) => `${customer?.id} erased`),
    `${nobody} not here`,
    `${three?.id} erased`,
  ]);
  expect(await first.stdout).toContain('a page behind which there were more');
  const left = await sql`select distinct name, state from customers where id like 'cus_0000%'`;
  expect(left).toEqual([{ name: 'Erased customer', state: 'archived' }]);
  const again = run('apply-erasures.ts', env, [], `${one?.id}\n`);
  await again.ended;
  expect(await again.stdout).toBe(`${one?.id} erased before\n`);
  for (const list of ['Acme', '{"data":[{"customer_id":"Acme"}]}', '{', '[]']) {
    const refused = run('apply-erasures.ts', env, [], list);
    expect(await refused.ended, list).toBe(1);
  }
});

test('apply-erasures asks for the migrations of this version first', async () => {
  const newest = await sql`
    delete from schema_migrations where version = (select max(version) from schema_migrations)
    returning *`;
  const refused = run('apply-erasures.ts', env, [], `cus_${'0'.repeat(24)}`);
  expect(await refused.ended).toBe(1);
  expect(await refused.stderr).toContain('run migrate first');
  await sql`insert into schema_migrations ${sql(newest)}`;
});
