import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../../scripts/test/database.ts';
import { testFolder } from '../../../../scripts/test/folder.ts';
import { keyFact, OK, request } from '../../core/test/sample.ts';
import type { OpenMetering } from '../metering-settings.ts';
import { openMetering } from '../open-metering.ts';
import { encodeRecord } from '../../core/record.ts';
import { SpoolOwned } from '../spool/owner.ts';
import { Spool } from '../spool/spool.ts';
import { stormyCore, type StormyCore, type Weather } from './core.ts';

let database: TestDatabase;
let core: StormyCore;
let spoolDir = '';
const opened: OpenMetering[] = [];
beforeAll(async () => {
  database = await testDatabase();
  core = await stormyCore(database.sql);
});
afterAll(async () => {
  await core.close();
  await database.drop();
});
beforeEach(() => {
  spoolDir = testFolder('spool');
  core.weather = () => 'fair';
});
afterEach(async () => {
  core.weather = () => 'fair';
  for (const metering of [...opened]) await close(metering, 2_000);
  rmSync(spoolDir, { recursive: true, force: true });
});

const fatal: unknown[] = [];
function open(dir = spoolDir): OpenMetering {
  const metering = openMetering({
    spoolDir: dir,
    fsync: 'interval',
    spoolBytesMax: 1 << 30,
    whenFull: 'refuse',
    coreUrl: core.url,
    token: 'none',
    version: 'test',
    log: pino({ level: 'silent' }),
    wallNow: () => Date.now(),
    random: () => 0.5,
    onFatal: (error) => fatal.push(error),
  });
  opened.push(metering);
  return metering;
}

function close(metering: OpenMetering, deadlineMs: number): Promise<boolean> {
  opened.splice(opened.indexOf(metering), 1);
  return metering.close(deadlineMs);
}

/** One request that is admitted, served and recorded; resolves when it may be answered. */
async function serve(on: OpenMetering, customer: string): Promise<void> {
  const fact = keyFact({ id: customer, quotas: [] });
  const answer = await on.tills.admit(request({ fact }));
  if (answer.kind !== 'admitted') throw new Error(answer.kind);
  const { hold } = answer;
  await new Promise<void>((resolve) => on.metering.begin(hold, resolve));
  await new Promise<void>((resolve) => on.metering.settle(hold, OK, resolve));
}

async function ledger(customer: string): Promise<number> {
  const [row] = await database.sql<{ sum: number }[]>`
    select coalesce(sum(requests), 0)::int as sum
      from usage_entries where customer_id = ${customer}`;
  return row?.sum ?? 0;
}
const settled = (customer: string, count: number) =>
  vi.waitFor(async () => expect(await ledger(customer)).toBe(count), {
    timeout: 15_000,
    interval: 50,
  });

test('what was answered goes to the ledger with the next flush, unasked', async () => {
  const gateway = open();
  for (let i = 0; i < 50; i++) await serve(gateway, 'cus_plain');
  const patient = { timeout: 15_000, interval: 20 };
  await vi.waitFor(async () => expect(await ledger('cus_plain')).toBe(50), patient);
});

test('lost, doubled and refused syncs lose and double nothing', async () => {
  const storm: Weather[] = [
    'lost answer',
    'doubled',
    'lost request',
    'refused',
    'lost answer',
    'fair',
    'doubled',
  ];
  let at = 0;
  core.weather = () => storm[at++ % storm.length] as Weather;
  const gateway = open();
  for (let round = 0; round < 12; round++) {
    await Promise.all(Array.from({ length: 20 }, () => serve(gateway, 'cus_storm')));
    const syncs = core.syncs;
    gateway.tills.admit(request({ fact: keyFact({ id: 'cus_storm', quotas: [] }) }));
    await vi.waitFor(() => expect(core.syncs).toBeGreaterThan(syncs), { timeout: 30_000 });
  }
  await settled('cus_storm', 240);
  core.weather = () => 'fair';
  await close(gateway, 5_000);
  expect(await ledger('cus_storm')).toBe(240);
});

test('a gateway that stops while core is away leaves its usage to the next start', async () => {
  core.weather = () => 'refused';
  const first = open();
  for (let i = 0; i < 30; i++) await serve(first, 'cus_away');
  expect(await close(first, 300)).toBe(false);
  expect(await ledger('cus_away')).toBe(0);
  core.weather = () => 'fair';
  open();
  await settled('cus_away', 30);
  await vi.waitFor(
    async () => {
      const rows = await database.sql`select state from boots where boot_id = ${first.boot}`;
      expect(rows[0]?.['state']).toBe('sealed');
    },
    { timeout: 30_000 },
  );
});

/** Runs a gateway process, kills it after `answers` answers; gives how many it had answered. */
async function liveAndDie(customer: string, answers: number, leftOpen = 0): Promise<number> {
  const program = join(import.meta.dirname, 'one-gateway.ts');
  const child = spawn(process.execPath, [program, spoolDir, core.url, customer, String(leftOpen)]);
  let answered = 0;
  for await (const chunk of child.stdout) {
    answered += (chunk as Buffer).length;
    if (answered >= answers) child.kill('SIGKILL');
  }
  return answered;
}

test('kill -9 at any time loses no answered request and invents none', async () => {
  const customer = 'cus_crash';
  let answered = 0;
  for (const answers of [3, 400, 90, 700]) answered += await liveAndDie(customer, answers);
  open();
  const caughtUp = async (): Promise<void> =>
    expect(await ledger(customer)).toBeGreaterThanOrEqual(answered);
  await vi.waitFor(caughtUp, { timeout: 15_000, interval: 50 });
  const recorded = await ledger(customer);
  // A request whose record was written and whose answer was not yet seen is in doubt: one a life.
  expect(recorded).toBeLessThanOrEqual(answered + 4);
});

test('requests in flight at a crash are counted as in doubt, not as usage', async () => {
  const answered = await liveAndDie('cus_doubt', 5, 3);
  open();
  await vi.waitFor(
    async () => {
      const rows = await database.sql`select b.in_doubt::int from boots b where state = 'sealed' and
      exists (select from usage_entries e
               where e.boot_id = b.boot_id and customer_id = 'cus_doubt')`;
      expect([3, 4]).toContain(rows[0]?.['in_doubt']);
    },
    { timeout: 30_000 },
  );
  expect(await ledger('cus_doubt')).toBeLessThanOrEqual(answered + 1);
});

test('what a killed boot left is shipped in batches that core takes', async () => {
  await close(open(), 2_000);
  const dir = join(spoolDir, 'boots', 'bt_large');
  mkdirSync(dir, { recursive: true });
  const onFatal = (error: unknown): void => {
    throw error;
  };
  const spool = new Spool({
    dir,
    gateway: 'gw',
    boot: 'bt_large',
    fingerprint: 'sp',
    fsync: 'never',
    onFatal,
  });
  const record = {
    requestId: 'req',
    customer: 'cus_large',
    route: 'rte',
    routeVersion: 1,
    outcome: 'ok',
    status: 200,
    admittedAt: Date.now(),
    billable: true,
    quantities: [['mtr_requests', 1]],
    spent: [],
  } as const;
  for (let i = 0; i < 25_000; i++) spool.append(encodeRecord({ ...record, key: `key_${i}` }));
  spool.close();
  open();
  await settled('cus_large', 25_000);
  const letters = await database.sql`select 1 from usage_dead_letters`;
  expect(letters).toEqual([]);
});

const batchesOf = (boot: string): string[] =>
  readdirSync(join(spoolDir, 'boots', boot)).filter((name) => name.endsWith('.tgb'));
const bootLeft = (): string => readdirSync(join(spoolDir, 'boots')).at(-1) as string;

test.each([
  ['its content', -3],
  ['its header', 40],
])(
  'a stored batch with damage in %s is counted once, whether core has it or not',
  async (_, at) => {
    for (const weather of ['fair', 'refused'] as const) {
      const customer = `cus_damage_${weather}_${at}`;
      core.weather = () => weather;
      const answered = await liveAndDie(customer, 700);
      const dir = join(spoolDir, 'boots', bootLeft());
      const names = batchesOf(bootLeft());
      expect(names.length).toBeGreaterThan(0);
      for (const name of names) {
        const bytes = readFileSync(join(dir, name));
        const place = at < 0 ? bytes.length + at : at;
        bytes[place] = (bytes[place] as number) ^ 1;
        writeFileSync(join(dir, name), bytes);
      }
      core.weather = () => 'fair';
      const next = open();
      await vi.waitFor(
        async () => {
          const states = await database.sql`select state from boots b where state = 'live'
          and exists (select from usage_entries e
                       where e.boot_id = b.boot_id and customer_id = ${customer})`;
          expect(await ledger(customer)).toBeGreaterThanOrEqual(answered);
          expect(states).toEqual([]);
        },
        { timeout: 15_000, interval: 100 },
      );
      expect(await ledger(customer)).toBeLessThanOrEqual(answered + 1);
      const gaps = await database.sql`select g.reason from usage_gaps g join usage_entries e
      using (boot_id) where customer_id = ${customer}`;
      expect(gaps).toEqual([]);
      await close(next, 2_000);
      rmSync(spoolDir, { recursive: true });
      spoolDir = testFolder('spool');
    }
  },
);

test('a disk that takes no batch stops admission, and loses nothing', async () => {
  const gateway = open();
  const dir = join(spoolDir, 'boots', gateway.boot);
  // A directory in the place of the next file is as good as a full disk.
  const [one, three] = ['1'.padStart(12, '0'), '3'.padStart(12, '0')];
  const name = `batch-${one}-${one}-${three}.tgb`;
  mkdirSync(join(dir, name, 'full'), { recursive: true });
  for (let i = 0; i < 3; i++) await serve(gateway, 'cus_full');
  const fact = keyFact({ id: 'cus_full', quotas: [] });
  await vi.waitFor(
    async () => {
      const answer = await gateway.tills.admit(request({ fact }));
      expect(answer).toMatchObject({ kind: 'refused', refusal: { reason: 'spool_full' } });
    },
    { timeout: 30_000 },
  );
  rmSync(join(dir, name), { recursive: true });
  await settled('cus_full', 3);
});

test('a spool has one owner, and a second one says so after a moment', () => {
  open();
  expect(() => open()).toThrow(SpoolOwned);
});

test('a hold is settled once', async () => {
  const gateway = open();
  const answer = await gateway.tills.admit(
    request({ fact: keyFact({ id: 'cus_once', quotas: [] }) }),
  );
  if (answer.kind !== 'admitted') throw new Error(answer.kind);
  await new Promise<void>((resolve) => gateway.metering.begin(answer.hold, resolve));
  await new Promise<void>((resolve) => gateway.metering.settle(answer.hold, OK, resolve));
  expect(() => gateway.metering.settle(answer.hold, OK, () => {})).toThrow(/once/);
});

test('while core is away a hard quota refuses in a second, with the way out', async () => {
  core.weather = () => 'refused';
  const gateway = open();
  const answer = await gateway.tills.admit(request({ fact: keyFact({ id: 'cus_hard' }) }));
  expect(answer).toMatchObject({
    kind: 'refused',
    refusal: { reason: 'quota_unverifiable', retryAfterS: 1, violated: ['requests-month'] },
  });
});
