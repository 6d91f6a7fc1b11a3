import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { OwnPostgres } from './rig/database.ts';
import type { Load } from './rig/load.ts';
import { Rig } from './rig/rig.ts';
import { Trial } from './rig/trial.ts';
import { patience, report, sized } from './size.ts';

vi.setConfig({ testTimeout: patience() });

const AWAY_MS = sized(1_500, 60_000);
const ROUNDS = sized(1, 15);

let database: OwnPostgres;
let rig: Rig;
beforeAll(async () => {
  database = await OwnPostgres.open();
  rig = await Rig.open({ gateways: 2, database });
}, 60_000);
afterAll(() => rig.close());

/** The two whole gateways are asked alike. */
const even = (): number[] => rig.gateways.map(({ at }) => Number(at < 2));

/** Stops Postgres under load for a while. */
async function outage(trial: Trial, awayMs: number, weights = even()): Promise<void> {
  const load = await trial.load({ weights });
  await load.more(200);
  await database.stop();
  await pause(awayMs);
  await database.start();
}

describe('Postgres', () => {
  test('away under load stops no request, and what was recorded meanwhile arrives', async () => {
    const trial = await Trial.begin(rig);
    await trial.customer();
    await outage(trial, AWAY_MS);
    await trial.stopLoads();
    const from = performance.now();
    const { findings, figures } = await trial.verdict({ withinMs: 60_000 });
    const drained = Math.round(performance.now() - from);
    expect(findings).toEqual([]);
    expect([figures.reasons, figures.recorded]).toEqual([{}, figures.complete]);
    report(
      `away for ${AWAY_MS / 1_000} s; ${figures.complete} arrived whole, ${figures.recorded} ` +
        `recorded, the last ${drained} ms after the load`,
    );
  });

  test('stopped immediately under load again and again loses and doubles nothing', async () => {
    const trial = await Trial.begin(rig);
    await trial.customer();
    const load = await trial.load();
    for (let round = 0; round < ROUNDS; round++) {
      await load.more(200);
      await database.stopImmediately();
      await load.more(50);
      await database.start();
    }
    await load.more(100);
    const { findings, figures } = await trial.verdict();
    expect(findings).toEqual([]);
    // A key that a gateway has to ask for just then cannot be verified.
    expect(Object.keys(figures.reasons).filter((it) => it !== 'key_unverifiable')).toEqual([]);
    expect(figures.recorded).toBe(figures.complete);
    report(`${ROUNDS} stops; ${figures.complete} arrived whole, ${figures.recorded} recorded`);
  });

  test('that forgets commits it had acknowledged is told them again by the gateways', async () => {
    const trial = await Trial.begin(rig);
    await trial.customer();
    const lost = await forget(trial);
    const { findings, figures } = await trial.verdict();
    expect(findings).toEqual([]);
    expect(figures.recorded).toBe(figures.complete);
    report(`${lost} batches forgotten; ${figures.complete} whole, ${figures.recorded} recorded`);
  });
});

describe('without the keeping of batches until they are acknowledged', () => {
  /** One of its own for each fault: what the one before did to its boot is not seen again. */
  async function brokenAlone(): Promise<number[]> {
    const broken = await rig.addGateway({ without: 'the keeping of batches' });
    await broken.part.start();
    return rig.gateways.map(({ at }) => Number(at === broken.at));
  }

  test.each([
    // Long enough that a batch is sent meanwhile, and refused.
    ['an outage', (trial: Trial, weights: number[]) => outage(trial, 2_000, weights)],
    ['forgotten commits', (trial: Trial, weights: number[]) => forget(trial, weights)],
  ])('%s is seen to miss batches', async (_, hurt) => {
    const weights = await brokenAlone();
    const trial = await Trial.begin(rig);
    await trial.customer();
    await hurt(trial, weights);
    const { findings } = await trial.verdict();
    // Not always usage: where its boot is forfeited in time, a successor sends the frames anew.
    const missed = findings.filter(({ detail }) => detail.startsWith('gap: lost_batches'));
    expect(missed).not.toEqual([]);
  });
});

const batches = async (): Promise<number> => {
  const [row] = await rig.sql<{ n: number }[]>`select count(*)::int as n from usage_batches`;
  return row?.n ?? 0;
};

/**
 * Core asks for commits that are on disk, connection by connection: a Postgres that only says so
 * has to overrule it at each login.
 */
async function commitInMemory(): Promise<void> {
  await rig.sql`
    create function commit_in_memory() returns event_trigger language plpgsql as
    $$ begin perform set_config('synchronous_commit', 'off', false); end $$`;
  await rig.sql`
    create event trigger commit_in_memory on login execute function commit_in_memory()`;
  await rig.sql`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()`;
}

/**
 * A Postgres that says "committed" before the commit is on disk, and dies. Out: how many batches
 * it had acknowledged and has forgotten.
 */
async function forgetOnce(load: Load): Promise<number> {
  await commitInMemory();
  await rig.sql`alter system set wal_writer_delay = '10s'`;
  await rig.sql`alter system set wal_writer_flush_after = '1GB'`;
  await rig.sql`select pg_reload_conf()`;
  const before = await batches();
  await load.more(300);
  await vi.waitUntil(async () => (await batches()) >= before + 4, { timeout: 20_000 });
  const acknowledged = await batches();
  await database.stopImmediately();
  await database.start();
  await rig.sql`drop event trigger if exists commit_in_memory`;
  await rig.sql`drop function if exists commit_in_memory`;
  await rig.sql`alter system reset all`;
  await rig.sql`select pg_reload_conf()`;
  await rig.core.end('SIGKILL');
  const lost = acknowledged - (await batches());
  await rig.core.start();
  return lost;
}

/** More than the last batch of each gateway, whose answer it may not have had. */
const FORGOTTEN_MIN = 3;
const TRIES = 5;

/**
 * The same until so many are forgotten that gateways had been told of some: what PostgreSQL writes
 * to disk by itself in between is not.
 */
async function forget(trial: Trial, weights = even()): Promise<number> {
  const load = await trial.load({ weights });
  for (let tries = 0; tries < TRIES; tries++) {
    const lost = await forgetOnce(load);
    if (lost >= FORGOTTEN_MIN) return lost;
  }
  throw new Error(`PostgreSQL never forgot ${FORGOTTEN_MIN} batches`);
}
