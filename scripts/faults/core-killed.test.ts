import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { Holdup, type Place } from './rig/holdup.ts';
import { Rig } from './rig/rig.ts';
import { Trial } from './rig/trial.ts';
import { patience, report, sized } from './size.ts';

vi.setConfig({ testTimeout: patience() });

const KILLS = sized(1, 20);
const RANDOM_KILLS = sized(2, 30);
const BETWEEN = sized(150, 1_000);

let rig: Rig;
let holdup: Holdup;
beforeAll(async () => {
  rig = await Rig.open({ gateways: 2 });
  holdup = await Holdup.install(rig.sql);
});
afterAll(() => rig.close());

const batches = async (): Promise<number> => {
  const [row] = await rig.sql<{ n: number }[]>`select count(*)::int as n from usage_batches`;
  return row?.n ?? 0;
};

/** Kills billing-core while it stands at this place. Out: how many batches were written by then. */
async function killAt(place: Place): Promise<number> {
  await holdup.close(place);
  await holdup.reached();
  const before = await batches();
  await rig.core.end('SIGKILL');
  await holdup.open();
  // The sessions of the dead process end when they have done what they had begun.
  await vi.waitUntil(async () => (await sessionsOf('tollgate')) === 0, { timeout: 30_000 });
  const written = (await batches()) - before;
  await rig.core.start();
  return written;
}

async function sessionsOf(name: string): Promise<number> {
  const rows = await rig.sql`select from pg_stat_activity
    where datname = current_database() and application_name = ${name}`;
  return rows.length;
}

/** Kills billing-core at this place again and again under load. */
async function killsAt(place: Place, kills: number): Promise<Trial> {
  const trial = await Trial.begin(rig);
  await trial.customer();
  const load = await trial.load();
  for (let kill = 0; kill < kills; kill++) {
    await load.more(BETWEEN);
    const written = await killAt(place);
    if (place === 'at the commit') expect(written).toBeGreaterThan(0);
    else expect(written).toBe(0);
  }
  return trial;
}

const PLACES: Place[] = ['before the batch is written', 'at the commit'];

describe('billing-core killed in the middle of a batch', () => {
  test.each(PLACES)('%s counts it once', async (place) => {
    const trial = await killsAt(place, KILLS);
    const { findings, figures } = await trial.verdict();
    expect(findings).toEqual([]);
    expect(figures.recorded).toBe(figures.complete);
    report(`${KILLS} kills; ${figures.complete} arrived whole, ${figures.recorded} recorded`);
  });
});

test('billing-core killed at any time under load loses nothing and doubles nothing', async () => {
  const trial = await Trial.begin(rig);
  await trial.customer();
  const load = await trial.load();
  for (let kill = 0; kill < RANDOM_KILLS; kill++) {
    await load.more(BETWEEN);
    await rig.core.end('SIGKILL');
    await rig.core.start();
  }
  const { findings, figures } = await trial.verdict();
  expect(findings).toEqual([]);
  expect(figures.recorded).toBe(figures.complete);
  report(`${RANDOM_KILLS} kills; ${figures.complete} arrived whole, ${figures.recorded} recorded`);
});

// Last: what it leaves in the database is wrong.
test('without the dedup a kill at the commit is seen to double', async () => {
  await rig.sql`alter table usage_batches drop constraint usage_batches_pkey`;
  await rig.replaceCore({ without: 'the dedup of batches' });
  const trial = await killsAt('at the commit', 1);
  const { findings } = await trial.verdict({ unrolled: true });
  expect(findings.map(({ kind }) => kind)).toContain('more than served');
});
