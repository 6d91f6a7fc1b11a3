import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { postgresAccount } from '../../postgres/account.ts';
import { ROOT } from '../../start/config.ts';
import { type TestDatabase, testDatabase } from '../../test/database.ts';
import { testFolder } from '../../test/folder.ts';
import { freePort } from '../../test/free-port.ts';
import { untilReady } from '../../test/until-ready.ts';
import { commandIn, environmentOf, last } from '../dockerfile.ts';
import { type Built, buildImage, rooted } from '../image.ts';

// The steps of each Dockerfile, run in a folder; then what CMD says, as a user that owns nothing.

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

const PARTS = ['billing-core', 'gateway', 'web', 'demo'] as const;
type Part = (typeof PARTS)[number];
/** Where images say how they are. */
const HEALTH: Record<Part, [port: 'PORT' | 'PRIVATE_PORT', path: string]> = {
  'billing-core': ['PRIVATE_PORT', '/readyz'],
  gateway: ['PRIVATE_PORT', '/readyz'],
  web: ['PORT', '/livez'],
  demo: ['PORT', '/livez'],
};
const account = postgresAccount();
const folder = testFolder('images');
chmodSync(folder, 0o711);

interface Running {
  built: Built;
  child: ChildProcess;
  env: Record<string, string>;
  /** Every file of the image, before anything ran. */
  before: string;
}
const running = new Map<Part, Running>();
let database: TestDatabase;

beforeAll(async () => {
  database = await testDatabase();
  const core = await begin('billing-core', {
    DATABASE_URL: database.url,
    PUBLIC_URL: 'http://portal.test',
    GATEWAY_PUBLIC_URL: 'http://gateway.test',
    AUTH_SECRET: 'a secret of the tests, long enough',
  });
  const url = { BILLING_CORE_URL: `http://127.0.0.1:${core.env['PORT']}` };
  const GATEWAY_TOKEN = command('create-token', '--name', 'a', '--scopes', 'sync');
  await Promise.all([
    begin('gateway', { ...url, GATEWAY_TOKEN }),
    begin('web', url),
    begin('demo', {}),
  ]);
});
afterAll(async () => {
  for (const { child } of running.values()) child.kill('SIGKILL');
  await database?.drop();
});

/** Builds an image, and starts what its CMD says. */
async function begin(part: Part, settings: Record<string, string>): Promise<Running> {
  const at = join(folder, part);
  mkdirSync(at);
  const built = buildImage(ROOT, `deploy/docker/${part}.Dockerfile`, at);
  const env = {
    ...ofImage(built),
    HOST: '127.0.0.1',
    PORT: `${await freePort()}`,
    PRIVATE_PORT: `${await freePort()}`,
    LOG_LEVEL: 'warn',
    ...settings,
    PATH: join(built.root, 'bin'),
    HOME: '/nonexistent',
    TMPDIR: own(built.root),
  };
  const before = printOf(built.root);
  const [, ...args] = commandIn(last(built.stage, 'CMD'));
  const of = { ...account, cwd: join(built.root, 'app'), env };
  const child = spawn(join(built.root, 'bin/node'), args, of);
  let words = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (words += text));
  }
  const made = { built, child, env, before };
  running.set(part, made);
  const [port, path] = HEALTH[part];
  await untilReady(child, { url: `http://127.0.0.1:${env[port]}${path}`, output: () => words });
  return made;
}

const ofImage = ({ root, stage }: Built): Record<string, string> =>
  Object.fromEntries(
    Object.entries(environmentOf(stage)).map(([name, value]) => [name, rooted(root, value)]),
  );

/** Gives the account what the image gives to its own user, and makes a /tmp. */
function own(root: string): string {
  const tmp = join(root, 'tmp');
  mkdirSync(tmp);
  for (const each of [tmp, join(root, 'var/lib/tollgate'), join(root, 'var/lib/tollgate/spool')]) {
    if (account && existsSync(each)) chownSync(each, account.uid, account.gid);
  }
  return tmp;
}

/** Every file of an image with its size, time and mode: what a process changed is seen. */
function printOf(root: string): string {
  const print = String.raw`find app bin -printf '%p %s %T@ %m\n' | sort`;
  const of = { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 } as const;
  return spawnSync('sh', ['-c', print], of).stdout;
}

/** A command of billing-core, in its image. Out: what it prints. */
function command(name: string, ...args: string[]): string {
  const { built } = running.get('billing-core')!;
  const env = { DATABASE_URL: database.url, PATH: '', HOME: '/nonexistent' };
  const program = `billing-core/src/${name}.js`;
  const of = { ...account, env, cwd: join(built.root, 'app'), encoding: 'utf8' } as const;
  return spawnSync(join(built.root, 'bin/node'), [program, ...args], of).stdout.trim();
}

/** The exit code of the image's health check, asked beside its program. */
function health(part: Part): number | null {
  const { built, env } = running.get(part)!;
  const [, ...args] = commandIn(last(built.stage, 'HEALTHCHECK'));
  const [port] = HEALTH[part];
  const inImage = environmentOf(built.stage)[port];
  const asked = args.map((arg) => arg.replace(`:${inImage}/`, `:${env[port]}/`));
  return spawnSync(join(built.root, 'bin/node'), asked, { ...account, env, cwd: '/' }).status;
}

describe.each(PARTS)('the image of %s', (part) => {
  test('has no sources, tests, tools or development dependencies', () => {
    const app = join(running.get(part)!.built.root, 'app');
    const files = readdirSync(app, { recursive: true, encoding: 'utf8' });
    const ours = files.filter((file) => !file.includes('node_modules'));
    expect(files.filter((file) => /\.(ts|tsx|mts|map)$/.test(file))).toEqual([]);
    expect(ours.filter((file) => /\.test\.|(^|\/)test(\/|$)/.test(file))).toEqual([]);
    const { devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    // billing-core needs these itself.
    const tools = Object.keys(devDependencies).filter(
      (name) => !['postgres', 'yaml'].includes(name),
    );
    expect(tools.filter((name) => existsSync(join(app, 'node_modules', name)))).toEqual([]);
  });

  test('runs as another user on files that it can’t change, and says that it is well', () => {
    const { built, before, child } = running.get(part)!;
    expect(child.exitCode).toBe(null);
    expect(health(part)).toBe(0);
    expect(before).toContain('app/package.json');
    expect(printOf(built.root)).toBe(before);
  });
});

test('the image of billing-core has its commands', () => {
  expect(command('migrate')).toBe('0 migrations applied');
  expect(command('create-token', '--help')).toContain('usage:');
  expect(command('create-admin', '--help')).toContain('usage:');
  expect(command('declare-restore', '--help')).toContain('usage:');
});

test('the gateway of its image is in front of the core of its own, as is the portal', async () => {
  const answer = await fetch(`http://127.0.0.1:${running.get('gateway')!.env['PORT']}/x`);
  expect(await answer.json()).toMatchObject({ status: 404, code: 'route_not_found' });
  const page = await fetch(`http://127.0.0.1:${running.get('web')!.env['PORT']}/api/openapi.json`);
  expect(await page.json()).toMatchObject({ openapi: expect.stringMatching(/^3/) });
});

test.each(PARTS.toReversed())(
  '%s stops when it is told to, and its health check says so',
  async (part) => {
    const { child } = running.get(part)!;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    expect(health(part)).toBe(1);
  },
);
