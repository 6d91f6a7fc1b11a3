import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from '../process.ts';
import { stopLeftover } from './leftover.ts';
import type { Place } from './place.ts';

export const SUPERUSER = 'tollgate';

const READY_WITHIN_MS = 30_000;
const FAST_SHUTDOWN_MS = 15_000;
const IMMEDIATE_SHUTDOWN_MS = 5_000;

export interface ClusterSecrets {
  /** Password of the superuser, who is the only role. */
  password: string;
}

export interface PostgresOptions {
  port: number;
  /** Postgres writes its log there. */
  logFile: string;
  /** Server parameters on top of ours. */
  settings?: Record<string, string>;
}

/**
 * Makes the cluster, unless it is there. It appears whole or not at all, whenever we are killed.
 * `durable: false` skips the sync to disk. Throws with the words of initdb.
 */
export function createCluster(place: Place, secrets: ClusterSecrets, durable = true): void {
  if (existsSync(join(place.data, 'PG_VERSION'))) return checkVersion(place);
  const unfinished = `${place.data}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { mode: 0o700 });
  const passwordFile = join(unfinished, 'password');
  writeFileSync(passwordFile, `${secrets.password}\n`, { mode: 0o600 });
  const data = join(unfinished, 'data');
  mkdirSync(data, { mode: 0o700 });
  const { uid, gid } = place.account ?? {};
  for (const path of [unfinished, passwordFile, data]) {
    if (uid !== undefined && gid !== undefined) chownSync(path, uid, gid);
  }
  runInitdb(place, { data, passwordFile, durable });
  renameSync(data, place.data);
  rmSync(unfinished, { recursive: true, force: true });
}

/** Starts Postgres and waits until it takes connections. See `launchPostgres`. */
export async function startPostgres(place: Place, options: PostgresOptions): Promise<ChildProcess> {
  const { child, ready } = launchPostgres(place, options);
  await ready;
  return child;
}

/**
 * Starts Postgres on 127.0.0.1 only. A Postgres that was left alive on the same data is stopped
 * first. Out: the child, which the caller owns (it is not stopped when we exit), and `ready`,
 * which rejects with its last words when it does not come up.
 */
export function launchPostgres(
  place: Place,
  { port, logFile, settings = {} }: PostgresOptions,
): { child: ChildProcess; ready: Promise<void> } {
  stopLeftover(place.data);
  const parameters = {
    listen_addresses: '127.0.0.1',
    // Sockets would need a folder that both accounts can enter; loopback is all we use.
    unix_socket_directories: '',
    password_encryption: 'scram-sha-256',
    ...settings,
  };
  const log = openSync(logFile, 'a', 0o600);
  const child = spawn(
    join(place.installation, 'bin', 'postgres'),
    ['-D', place.data, '-p', `${port}`, ...Object.entries(parameters).flatMap(asFlag)],
    // In a group of its own, so that Ctrl-C in the terminal reaches us and not Postgres.
    { ...asAccount(place), detached: true, stdio: ['ignore', log, log] },
  );
  closeSync(log);
  return { child, ready: ready(child, place, logFile) };
}

/** Stops Postgres: lets nobody in, ends open sessions, writes a checkpoint. */
export async function stopPostgres(child: ChildProcess): Promise<void> {
  for (const [signal, patience] of [
    ['SIGINT', FAST_SHUTDOWN_MS],
    ['SIGQUIT', IMMEDIATE_SHUTDOWN_MS],
    ['SIGKILL', IMMEDIATE_SHUTDOWN_MS],
  ] as const) {
    if (hasEnded(child)) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await Promise.race([ended, sleep(patience, undefined, { ref: false })]);
  }
}

/** Out: a connection string for a database of the cluster at this port. */
export function databaseUrl(port: number, secrets: ClusterSecrets, database: string): string {
  return `postgres://${SUPERUSER}:${secrets.password}@127.0.0.1:${port}/${database}`;
}

interface InitdbOptions {
  data: string;
  passwordFile: string;
  durable: boolean;
}

function runInitdb(place: Place, { data, passwordFile, durable }: InitdbOptions): void {
  const answer = spawnSync(
    join(place.installation, 'bin', 'initdb'),
    [
      `--pgdata=${data}`,
      `--username=${SUPERUSER}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      // The same order of text on every machine, whatever locales the system has.
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      ...(durable ? [] : ['--no-sync']),
    ],
    { ...asAccount(place), encoding: 'utf8' },
  );
  if (answer.status === 0) return;
  const words = answer.error?.message ?? `${answer.stdout}${answer.stderr}`;
  throw new Error(`PostgreSQL could not make its data folder ${place.data}:\n${words}`);
}

function checkVersion(place: Place): void {
  const data = readFileSync(join(place.data, 'PG_VERSION'), 'utf8').trim();
  const program = join(place.installation, 'bin', 'postgres');
  const version = spawnSync(program, ['--version'], { ...asAccount(place), encoding: 'utf8' });
  const ours = /(\d+)/.exec(version.stdout)?.[1];
  if (data === ours) return;
  throw new Error(
    `${place.data} was made by PostgreSQL ${data}, and this is ${ours ?? 'none that runs here'}: ` +
      'move the data with the older release and pg_dump, or start with --reset, which deletes it.',
  );
}

// The eighth line of its lock file is where Postgres says how far it is; pg_ctl waits the same way.
const TAKES_CONNECTIONS = ['ready', 'standby'];

async function ready(child: ChildProcess, place: Place, logFile: string): Promise<void> {
  const lock = join(place.data, 'postmaster.pid');
  let failure: Error | undefined;
  child.once('error', (error) => (failure = error));
  for (let waited = 0; waited < READY_WITHIN_MS; waited += 10) {
    if (failure || hasEnded(child)) break;
    const lines = existsSync(lock) ? readFileSync(lock, 'utf8').split('\n') : [];
    const state = lines[7]?.trim() ?? '';
    if (Number(lines[0]) === child.pid && TAKES_CONNECTIONS.includes(state)) return;
    await sleep(10);
  }
  if (child.pid !== undefined && isAlive(child.pid)) child.kill('SIGKILL');
  const words = failure?.message ?? lastLines(logFile);
  throw new Error(`PostgreSQL did not start:\n${words}`);
}

function lastLines(logFile: string): string {
  return readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-10).join('\n');
}

const hasEnded = (child: ChildProcess): boolean =>
  child.pid === undefined || child.exitCode !== null || child.signalCode !== null;

const asFlag = ([name, value]: [string, string]): string[] => ['-c', `${name}=${value}`];

const asAccount = ({ account, data }: Place): { uid?: number; gid?: number; cwd: string } => ({
  ...account,
  cwd: account ? '/' : join(data, '..'),
});
