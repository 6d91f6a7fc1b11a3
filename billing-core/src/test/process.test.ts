import { createServer } from 'node:net';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../scripts/test/database.ts';
import { freePort } from '../../../scripts/test/free-port.ts';
import { environment, run, type Environment, type Run } from './core-process.ts';

let database: TestDatabase;
const running: Run[] = [];
beforeAll(async () => {
  database = await testDatabase();
});
afterEach(() => {
  for (const { child } of running.splice(0)) child.kill('SIGKILL');
});
afterAll(() => database.drop());

// Processes start slowly on a machine that is busy with other tests.
vi.setConfig({ testTimeout: 60_000 });
const READY = { timeout: 30_000, interval: 50 };
const TRIES = 3;

function start(env: Environment): Run {
  const core = run('main.ts', env);
  running.push(core);
  return core;
}

const privately = (env: Environment, path: string): Promise<Response> =>
  fetch(`http://127.0.0.1:${env['PRIVATE_PORT']}${path}`);

/** A core that is ready. Another program may take a free port first: then it is tried anew. */
async function ready(url: string, triesLeft = TRIES): Promise<{ env: Environment; core: Run }> {
  const env = await environment(url);
  const core = start(env);
  const isReady = vi
    .waitFor(async () => expect((await privately(env, '/readyz')).status).toBe(200), READY)
    .then(() => true);
  if (await Promise.race([isReady, core.ended.then(() => false)])) return { env, core };
  isReady.catch(() => {});
  const reason = await core.stderr;
  if (triesLeft > 1 && / is taken/.test(reason)) return ready(url, triesLeft - 1);
  throw new Error(`the core ended: ${reason}`);
}

describe('the core', () => {
  test('is live, ready and measured on its private port, and there alone', async () => {
    const { env } = await ready(database.url);
    expect((await privately(env, '/livez')).status).toBe(200);
    const url = `http://127.0.0.1:${env['PORT']}`;
    expect((await fetch(`${url}/v1/meters/mtr_x`)).status).toBe(401);
    expect((await fetch(`${url}/nothing/at/all`)).status).toBe(404);
    const metrics = await (await privately(env, '/metrics')).text();
    expect(metrics).toMatch(
      /http_server_request_duration_seconds_count\{[^}]*http_route="\/v1\/meters\/:id"[^}]*\} 1/,
    );
    expect(metrics).toMatch(/http_response_status_code="401"/);
    expect(metrics).toMatch(/http_route="unmatched"/);
    expect(metrics).not.toMatch(/mtr_x|nothing\/at/);
    for (const path of ['/livez', '/readyz', '/metrics']) {
      expect((await fetch(url + path)).status).toBe(404);
    }
  });

  test.each(['SIGTERM', 'SIGINT'] as const)('stops on %s and says so', async (signal) => {
    const { core } = await ready(database.url);
    core.child.kill(signal);
    expect(await core.ended).toBe(0);
    const lines = (await core.stdout)
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).msg);
    const ours = lines.filter((line) => !line.includes('rate desk'));
    expect(ours).toEqual(['listening', 'stopping', 'stopped']);
  });

  test('stops when the process that started it is gone', async () => {
    const { core } = await ready(database.url);
    core.child.disconnect();
    expect(await core.ended).toBe(0);
  });

  test('answers what it has begun before it stops', async () => {
    const { env, core } = await ready(database.url);
    const lock = await database.sql.reserve();
    await lock`begin`;
    await lock`lock table admin_tokens in access exclusive mode`;
    const headers = { authorization: `Bearer tga_${'0'.repeat(40)}` };
    const answer = fetch(`http://127.0.0.1:${env['PORT']}/v1/meters`, { headers });
    await vi.waitFor(async () => {
      const waiting = await lock`select from pg_stat_activity
        where wait_event_type = 'Lock' and datname = current_database()`;
      expect(waiting).toHaveLength(1);
    }, READY);
    core.child.kill('SIGTERM');
    await vi.waitFor(async () => expect((await privately(env, '/readyz')).status).toBe(503), READY);
    await lock`rollback`;
    lock.release();
    expect((await answer).status).toBe(401);
    expect(await core.ended).toBe(0);
  });

  test('is not ready on a database without its migrations', async () => {
    const url = new URL(database.url);
    url.pathname = '/postgres';
    const env = await environment(url.href);
    const core = start(env);
    await vi.waitFor(async () => {
      const answer = await privately(env, '/readyz');
      const told = [answer.status, await answer.text()];
      expect(told).toEqual([503, 'migrations are not current\n']);
    }, READY);
    expect((await privately(env, '/livez')).status).toBe(200);
    core.child.kill('SIGTERM');
  });

  test('is ready on a database that is a migration ahead, as while versions change', async () => {
    const ahead = await testDatabase();
    await ahead.sql`insert into schema_migrations (version, name, checksum)
      select max(version) + 1, 'later', 'later' from schema_migrations`;
    const env = await environment(ahead.url);
    const core = start(env);
    await vi.waitFor(async () => expect((await privately(env, '/readyz')).status).toBe(200), READY);
    core.child.kill('SIGTERM');
    expect(await core.ended).toBe(0);
    await ahead.drop();
  });

  test('refuses a taken port with one clear line', async () => {
    const env = await environment(database.url);
    const holder = createServer().listen(Number(env['PORT']), '127.0.0.1');
    await once(holder, 'listening');
    const core = start(env);
    expect(await core.ended).toBe(1);
    expect(await core.stderr).toBe(`billing-core: port ${env['PORT']} of 127.0.0.1 is taken\n`);
    holder.close();
  });

  test('refuses a configuration it cannot use, naming every variable', async () => {
    const env = await environment(database.url);
    const core = start({ ...env, AUTH_SECRET: 'short', DATABASE_URL: undefined });
    expect(await core.ended).toBe(1);
    expect(await core.stderr).toBe(
      'billing-core: configuration is not usable:\n' +
        '  DATABASE_URL: is not set\n' +
        '  AUTH_SECRET: has fewer than 32 characters\n',
    );
  });
});

describe('the commands', () => {
  test('migrate says in one line what keeps it from working', async () => {
    const unset = run('migrate.ts', {});
    expect(await unset.ended).toBe(1);
    expect(await unset.stderr).toBe(
      'migrate: configuration is not usable: DATABASE_URL: is not set\n',
    );
    const away = run('migrate.ts', {
      DATABASE_URL: `postgres://nobody:x@127.0.0.1:${await freePort()}/none`,
    });
    expect(await away.ended).toBe(1);
    expect(await away.stderr).toMatch(/^migrate: .*ECONNREFUSED.*\n$/);
  });

  test('create-token prints a token that works, once', async () => {
    const env = { DATABASE_URL: database.url };
    const made = run('create-token.ts', env, ['--name', 'gateway', '--scopes', 'sync,read']);
    expect(await made.ended).toBe(0);
    const token = (await made.stdout).trim();
    expect(token).toMatch(/^tga_[0-9A-Za-z]{40}$/);
    const [row] = await database.sql`select scopes, last4 from admin_tokens where name = 'gateway'`;
    expect(row).toEqual({ scopes: ['sync', 'read'], last4: token.slice(-4) });
  });

  test('create-token says what is wrong', async () => {
    const args = ['--scopes', 'root'];
    const made = run('create-token.ts', { DATABASE_URL: database.url }, args);
    expect(await made.ended).toBe(1);
    expect(await made.stderr).toMatch(/^--name: .*\n--scopes.0: /);
    expect(await made.stdout).toBe('');
  });

  const admin = async (email: string, input: string) => {
    const env = await environment(database.url);
    const made = run('create-admin.ts', env, ['--email', email, '--name', 'Root'], input);
    return { code: await made.ended, stdout: await made.stdout, stderr: await made.stderr };
  };

  test('create-admin takes the password from its input, and prints it nowhere', async () => {
    const { code, stdout, stderr } = await admin('one@example.test', 'a long password\n');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).not.toContain('a long password');
    const [row] = await database.sql`select role, password from users
      join accounts on user_id = users.id where email = 'one@example.test'`;
    expect(row?.['role']).toBe('admin');
    expect(row?.['password']).not.toContain('a long password');
    const again = await admin('one@example.test', 'another password');
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('exists already')]);
  });

  test('create-admin without a password prints a link to set one', async () => {
    const { code, stdout } = await admin('two@example.test', '');
    expect(code).toBe(0);
    expect(stdout).toMatch(/http:\/\/portal\.test\/reset-password\?token=[0-9A-Za-z]{32}\n/);
  });

  test('create-admin refuses a weak password and makes nobody', async () => {
    const { code } = await admin('three@example.test', 'short');
    expect(code).toBe(1);
    expect(await database.sql`select from users where email = 'three@example.test'`).toEqual([]);
  });
});
