import { existsSync, lstatSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import postgres from 'postgres';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { testFolder } from '../../test/folder.ts';
import { freePort } from '../../test/free-port.ts';
import { createCluster, databaseUrl, startPostgres, stopPostgres } from '../cluster.ts';
import { isAlive } from '../../process.ts';
import { postmasterOf, stopLeftover } from '../leftover.ts';
import { type Place, placeFor, removeCluster } from '../place.ts';

const SECRETS = { password: 'only-for-this-test' };
const isRoot = process.getuid?.() === 0;

let folder: string;
let place: Place;
let port: number;

beforeEach(async () => {
  folder = testFolder('cluster');
  place = placeFor(join(folder, 'postgres'), join(folder, 'outside'));
  port = await freePort();
});

afterEach(() => {
  stopLeftover(place.data);
  rmSync(folder, { recursive: true, force: true });
});

test('data outlives a stop, and a wrong password is refused', async () => {
  const first = await start();
  await query('CREATE TABLE kept (n int)');
  await stopPostgres(first);
  expect(postmasterOf(place.data)).toBeUndefined();

  const second = await start();
  expect(await query('SELECT count(*)::int AS n FROM kept')).toEqual([{ n: 0 }]);
  await expect(query('SELECT 1', 'wrong')).rejects.toThrow('password authentication failed');
  await stopPostgres(second);
});

test('a Postgres that was left alive is stopped, and the next one starts', async () => {
  const left = await start();
  const next = await start();
  expect(isAlive(left.pid!)).toBe(false);
  expect(postmasterOf(place.data)).toBe(next.pid);
  await stopPostgres(next);
});

test('a lock file whose process id was given to another program does not hinder', async () => {
  createCluster(place, SECRETS, false);
  writeFileSync(join(place.data, 'postmaster.pid'), `${process.ppid}\n${place.data}\n`);
  const child = await start();
  expect(isAlive(process.ppid)).toBe(true);
  await stopPostgres(child);
});

test('a cluster half made by a run that was killed is made anew', async () => {
  mkdirSync(join(folder, 'postgres.unfinished', 'data'), { recursive: true });
  writeFileSync(join(folder, 'postgres.unfinished', 'data', 'PG_VERSION'), '18');
  const child = await start();
  expect(postmasterOf(place.data)).toBe(child.pid);
  await stopPostgres(child);
});

test('a taken port is told in the words of Postgres', async () => {
  const holder = createServer().listen(port, '127.0.0.1');
  await expect(start()).rejects.toThrow(/did not start[^]*could not bind/);
  holder.close();
});

test.runIf(isRoot)('as root in a folder that others cannot enter it lives outside', async () => {
  const wanted = join(folder, 'closed', 'clone', 'postgres');
  mkdirSync(join(folder, 'closed'), { mode: 0o700 });
  place = placeFor(wanted, join(folder, 'outside'));
  await stopPostgres(await start());
  expect(lstatSync(wanted).isSymbolicLink()).toBe(true);

  const again = placeFor(wanted, join(folder, 'outside'));
  expect(existsSync(join(again.data, 'PG_VERSION')), 'the link keeps the data').toBe(true);
  rmSync(wanted);
  const anew = placeFor(wanted, join(folder, 'outside'));
  expect(existsSync(join(anew.data, 'PG_VERSION')), 'no link, no data').toBe(false);

  removeCluster(wanted, join(folder, 'outside'));
  expect(existsSync(anew.installation)).toBe(false);
});

async function start() {
  createCluster(place, SECRETS, false);
  return startPostgres(place, {
    port,
    logFile: join(folder, 'postgres.log'),
    settings: { fsync: 'off' },
  });
}

async function query(text: string, password = SECRETS.password) {
  const sql = postgres(databaseUrl(port, { password }, 'postgres'), { max: 1 });
  try {
    return [...(await sql.unsafe(text))];
  } finally {
    await sql.end();
  }
}
