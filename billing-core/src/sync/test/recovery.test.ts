import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { run } from '../../test/core-process.ts';
import { ModelGateway } from './model-gateway.ts';
import { LIMIT, World } from './world.ts';

// A database that is put back to an earlier state while gateways go on.

const worlds: World[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
});

async function scene(gateways: number): Promise<{ world: World; all: ModelGateway[] }> {
  const world = await World.open();
  worlds.push(world);
  const all = Array.from(
    { length: gateways },
    (_, at) => new ModelGateway(`${at}`, world.window, world.wire),
  );
  return { world, all };
}

const served = (all: ModelGateway[]): number => all.reduce((sum, one) => sum + one.served, 0);

/** Everybody ships what is left. */
async function quiet(all: ModelGateway[]): Promise<void> {
  for (let round = 0; round < 200 && !all.every((one) => one.isQuiet); round++) {
    for (const one of all) await one.sync({ want: 0 });
    for (const one of all) await one.ship();
  }
  expect(all.map((one) => one.isQuiet)).not.toContain(false);
}

async function spendAll(all: ModelGateway[]): Promise<void> {
  for (let round = 0; round < 60; round++) {
    for (const one of all) {
      await one.sync();
      one.spend(7);
    }
  }
}

test.each([
  ['declared', 'declared'],
  ['files', 'lost_sync'],
  ['dump', 'other_server'],
] as const)(
  'a copy put back: the ledger is whole again, and no hard limit passed (%s)',
  async (as, reason) => {
    const { world, all } = await scene(3);
    const [first, second] = all as [ModelGateway, ModelGateway];
    for (const one of all) await one.sync();
    first.spend(5);
    await first.sync();
    await world.backUp();
    // All of this the copy knows nothing of: usage, leases, an ended boot and a new one.
    for (const one of all) {
      one.spend(20);
      await one.sync();
      one.spend(10);
      await one.sync();
    }
    second.restart();
    await second.sync();
    await second.ship();
    await second.ship();
    second.spend(15);
    await second.sync();
    const before = await world.recorded();
    await world.restore({ as });
    expect(await world.recorded()).toBeLessThan(before);

    await first.sync({ want: 500 });
    first.spend(500);
    await quiet(all);
    await spendAll(all);
    await quiet(all);
    expect(await world.recorded()).toBe(served(all));
    expect(served(all)).toBe(LIMIT);
    expect(await world.lent()).toBe(LIMIT);
    expect(await world.recoveries()).toEqual(['first', reason]);
    const state = await world.core.admin('GET', '/v1/recovery');
    expect(state.body).toMatchObject({ open: true, awaited: [] });
  },
);

test('a dump put back is noticed though every gateway was restarted in order since', async () => {
  const { world, all } = await scene(2);
  for (const one of all) {
    await one.sync({ want: 30 });
    one.spend(20);
    await one.sync({ want: 0 });
  }
  await world.backUp();
  for (const one of all) {
    await one.sync({ want: 60 });
    one.spend(60);
    await one.sync({ want: 0 });
    one.restart();
    for (let turn = 0; turn < 4; turn++) await one.ship();
  }
  // The new processes have not heard of core yet: nothing that they say tells of a later state.
  const before = await world.recorded();
  await world.restore({ as: 'dump' });
  expect(await world.recorded()).toBeLessThan(before);
  await spendAll(all);
  await quiet(all);
  await spendAll(all);
  await quiet(all);
  expect(await world.recoveries()).toEqual(['first', 'other_server']);
  expect(await world.recorded()).toBe(served(all));
  expect(served(all)).toBe(LIMIT);
  const { body } = await world.core.admin('GET', '/v1/recovery');
  expect(body).toMatchObject({ open: true, awaited: [] });
});

test('a dump loaded into the emptied database is another one as well', async () => {
  const { world, all } = await scene(1);
  const [one] = all as [ModelGateway];
  const { sql } = world.core;
  // A dump makes its tables anew, and fills them with what was in the old ones.
  await sql.begin(async (tx) => {
    await tx`create table kept as select * from recoveries`;
    await tx`alter table recoveries rename to dropped`;
    await tx`create table recoveries (like dropped including all)`;
    await tx`insert into recoveries select * from kept`;
  });
  await one.sync();
  expect(await world.recoveries()).toEqual(['first', 'other_server']);
});

test('nothing is lent while a boot of before has not said what it spent', async () => {
  const { world, all } = await scene(2);
  const [first, away] = all as [ModelGateway, ModelGateway];
  await first.sync();
  await away.sync();
  await world.backUp();
  away.spend(20);
  await away.sync();
  await first.sync();
  await world.restore({ as: 'files' });
  for (let round = 0; round < 5; round++) {
    await first.sync();
    await first.ship();
  }
  const had = first.served;
  first.spend(100);
  expect(first.served).toBe(had);
  const { body } = await world.core.admin('GET', '/v1/recovery');
  expect(body).toMatchObject({ open: false, awaited: [{ gateway: 'gw_1', boot: 'bt_1_1' }] });
  // Its spool is lost: an admin says so, and what it was lent stays used.
  const path = '/v1/gateways/gw_1/boots/bt_1_1/write-off';
  expect((await world.core.admin('POST', path)).status).toBe(200);
  await first.sync();
  first.spend(100);
  expect(first.served).toBeGreaterThan(had);
});

test('what was spent of a window that the copy lacks counts when it opens again', async () => {
  const { world, all } = await scene(1);
  const [one] = all as [ModelGateway];
  await world.backUp();
  await one.sync({ want: 40 });
  one.spend(40);
  await one.sync({ want: 0 });
  one.restart();
  await world.restore({ as: 'declared' });
  // Its old boot is shipped and sealed before anybody asks for units.
  for (let turn = 0; turn < 5; turn++) await one.ship();
  await one.sync({ want: 0 });
  expect(await world.lent()).toBe(40);
  await spendAll(all);
  expect(one.served).toBe(LIMIT);
});

test('a server that merely started again, or a lost answer, is no restore', async () => {
  const { world, all } = await scene(2);
  const [one] = all as [ModelGateway];
  await one.sync();
  await one.sync({ lost: true });
  await one.sync();
  await world.core.sql`update recoveries set server_started_at = now() - interval '1 day'`;
  await one.sync();
  one.restart();
  await one.sync();
  await one.ship();
  expect(await world.recoveries()).toEqual(['first']);
});

test('another server, or another timeline, is one before anybody has spoken', async () => {
  const { world, all } = await scene(2);
  const [one, fresh] = all as [ModelGateway, ModelGateway];
  await one.sync();
  await world.core.sql`update recoveries
    set server_started_at = now() - interval '1 day', server = 'another/00000001'`;
  await fresh.sync();
  fresh.spend(100);
  expect(fresh.served).toBe(0);
  expect(await world.recoveries()).toEqual(['first', 'other_server']);
  const [change] = await world.core.sql`select kind from changes order by number desc limit 1`;
  expect(change?.['kind']).toBe('reset');
});

test('an operator declares a restore, and every boot of before is awaited', async () => {
  const { world, all } = await scene(1);
  const [one] = all as [ModelGateway];
  await one.sync();
  const command = run('declare-restore.ts', { DATABASE_URL: world.url });
  expect(await command.stdout).toMatch(/^recovery \d{13} has begun\n$/);
  expect(await command.ended).toBe(0);
  expect(await world.recoveries()).toEqual(['first', 'declared']);
  const { body } = await world.core.admin('GET', '/v1/recovery');
  expect(body).toMatchObject({ open: false, awaited: [{ boot: 'bt_0_1' }] });
});

test('an ordinary role of the database can tell one server from another', async () => {
  const { world } = await scene(0);
  const { sql } = world.core;
  const role = `plain_${Date.now()}`;
  await sql.begin(async (tx) => {
    await tx.unsafe(`create role ${role}`);
    await tx.unsafe(`set local role ${role}`);
    const [row] = await tx<{ identity: string }[]>`select server_identity() as identity`;
    expect(row?.identity).toMatch(/^(\d+|unknown)\/[0-9A-F]{8}$/);
    await tx.unsafe('reset role');
    await tx.unsafe(`drop role ${role}`);
  });
});

const step = fc.record({
  at: fc.nat({ max: 2 }),
  what: fc.constantFrom('spend', 'spend', 'sync', 'sync', 'sync', 'ship', 'restart'),
  units: fc.integer({ min: 1, max: 40 }),
  lost: fc.integer({ min: 0, max: 4 }).map((n) => n === 0),
});

test('whenever a copy is put back, no limit is passed, and all is recorded once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 15 }),
      fc.array(step, { minLength: 3, maxLength: 25 }),
      fc.array(step, { minLength: 3, maxLength: 25 }),
      async (before, between, after) => {
        const { world, all } = await scene(3);
        const play = async (steps: typeof before): Promise<void> => {
          for (const { at, what, units, lost } of steps) {
            const one = all[at] as ModelGateway;
            if (what === 'spend') one.spend(units);
            else if (what === 'restart') one.restart();
            else if (what === 'ship') await one.ship({ lost });
            else await one.sync({ want: units, lost });
            expect(served(all)).toBeLessThanOrEqual(LIMIT);
          }
        };
        await play(before);
        await world.backUp();
        await play(between);
        await world.restore({ as: 'declared' });
        await play(after);
        await quiet(all);
        await spendAll(all);
        await quiet(all);
        expect(await world.recorded()).toBe(served(all));
        expect(served(all)).toBeLessThanOrEqual(LIMIT);
        await worlds.pop()?.close();
      },
    ),
    { numRuns: 12, endOnFailure: true },
  );
  // Thousands of messages to a real Postgres, also on a machine that has much else to do.
}, 600_000);
