import { rmSync } from 'node:fs';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from 'vitest';
import type { Sql } from '../../../../billing-core/src/kit/database.ts';
import { testDatabase, type TestDatabase } from '../../../../scripts/test/database.ts';
import { testFolder } from '../../../../scripts/test/folder.ts';
import { keyFact, METER, OK, request } from '../../core/test/sample.ts';
import type { Admission, Hold, Settlement } from '../../ports.ts';
import type { MeteringSettings, OpenMetering } from '../metering-settings.ts';
import { openMetering } from '../open-metering.ts';
import { stormyCore, type StormyCore } from './core.ts';

/** What a test file of the metering works with: a real ledger, gateways, a spool folder. */
export type Meters = {
  readonly sql: Sql;
  readonly core: StormyCore;
  spoolDir: string;
  readonly fatal: unknown[];
  open(more?: Partial<MeteringSettings>): OpenMetering;
  close(metering: OpenMetering, deadlineMs: number): Promise<boolean>;
  /** Requests of a customer that are in the ledger. */
  ledger(customer: string): Promise<number>;
  settled(customer: string, count: number): Promise<void>;
};

/** Real core and database for one test file, a new spool for each test. */
export function useMeters(): Meters {
  let database: TestDatabase;
  let core: StormyCore;
  const opened: OpenMetering[] = [];
  const meters: Meters = {
    get sql() {
      return database.sql;
    },
    get core() {
      return core;
    },
    spoolDir: '',
    fatal: [],
    open: (more = {}) => {
      const metering = openMetering({
        spoolDir: meters.spoolDir,
        fsync: 'interval',
        spoolBytesMax: 1 << 30,
        whenFull: 'refuse',
        coreUrl: core.url,
        token: 'none',
        version: 'test',
        log: pino({ level: 'silent' }),
        wallNow: () => Date.now(),
        random: () => 0.5,
        onFatal: (error) => meters.fatal.push(error),
        ...more,
      });
      opened.push(metering);
      return metering;
    },
    close: (metering, deadlineMs) => {
      opened.splice(opened.indexOf(metering), 1);
      return metering.close(deadlineMs);
    },
    ledger: async (customer) => {
      const [row] = await database.sql<{ sum: number }[]>`
        select coalesce(sum(requests), 0)::int as sum
          from usage_entries where customer_id = ${customer} and meter_id = ${METER}`;
      return row?.sum ?? 0;
    },
    settled: async (customer, count) => {
      await vi.waitFor(async () => expect(await meters.ledger(customer)).toBe(count), {
        timeout: 15_000,
        interval: 50,
      });
    },
  };
  beforeAll(async () => {
    database = await testDatabase();
    core = await stormyCore(database.sql);
  });
  afterAll(async () => {
    await core.close();
    await database.drop();
  });
  beforeEach(() => {
    meters.spoolDir = testFolder('spool');
    meters.fatal.length = 0;
    core.weather = () => 'fair';
    core.aheadMs = 0;
  });
  afterEach(async () => {
    core.weather = () => 'fair';
    for (const metering of [...opened]) await meters.close(metering, 2_000);
    rmSync(meters.spoolDir, { recursive: true, force: true });
  });
  return meters;
}

let plans = 0;

/** A customer with a hard monthly quota of these units, as core knows it. */
export async function subscribe(
  sql: Sql,
  customer: string,
  { meter, limit }: { meter: string; limit: number },
): Promise<void> {
  plans += 1;
  const [plan, version] = [`pln_${plans}`, `plv_${plans}`];
  const ref = String(plans).padStart(10, '0');
  await sql`insert into customers (id, key_ref, name) values (${customer}, ${ref}, 'A')`;
  await sql`insert into meters (id, slug, name, unit) values (${meter}, ${meter}, 'M', 'unit')
    on conflict do nothing`;
  await sql`insert into plans (id, slug, name) values (${plan}, ${`plan-${plans}`}, 'P')`;
  await sql`insert into plan_versions (id, plan_id, number, state, currency)
    values (${version}, ${plan}, 1, 'draft', 'USD')`;
  await sql`insert into entitlements
    (id, plan_version_id, position, kind, meter_id, quota_limit, quota_window, enforcement,
     on_unreachable)
    values (${`ent_${plans}`}, ${version}, 0, 'quota', ${meter}, ${limit}, 'month', 'hard',
            'refuse')`;
  await sql`update plan_versions set state = 'published', published_at = now()
    where id = ${version}`;
  await sql`insert into subscriptions (id, customer_id, plan_version_id, time_zone, started_at)
    values (${`sub_${plans}`}, ${customer}, ${version}, 'UTC', now())`;
}

export const admitted = (answer: Admission): Hold => {
  if (answer.kind !== 'admitted') throw new Error(`${answer.kind}: ${answer.refusal.reason}`);
  return answer.hold;
};

/** A request that was admitted and is under way. */
export async function begin(on: OpenMetering, asked = request()): Promise<Hold> {
  const hold = admitted(await on.tills.admit(asked));
  await new Promise<void>((resolve) => on.metering.begin(hold, resolve));
  return hold;
}

/** Ends it; resolves when its answer may leave. */
export const finish = (on: OpenMetering, hold: Hold, settlement: Settlement = OK): Promise<void> =>
  new Promise((resolve) => on.metering.settle(hold, settlement, resolve));

/** One request of a customer without quotas that is admitted, served and recorded. */
export async function serve(on: OpenMetering, customer: string): Promise<void> {
  await finish(on, await begin(on, request({ fact: keyFact({ id: customer, quotas: [] }) })));
}
