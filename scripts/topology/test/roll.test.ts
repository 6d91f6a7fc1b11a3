import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { readLedger } from '../../faults/checker/ledger.ts';
import { type Asked, readLog, type Served } from '../../faults/checker/logs.ts';
import { judge, type Verdict } from '../../faults/checker/verdict.ts';
import { Load, MIXED } from '../../faults/rig/load.ts';
import { type Customer, Market } from '../../faults/rig/market.ts';
import { report, sized } from '../../faults/size.ts';
import { releases } from '../../release/test/releases.ts';
import { adminLoad } from './admin-load.ts';
import { Installation } from './installation.ts';

// Two gateways, two cores, one PostgreSQL, the portal: what the images hold, behind a balancer.

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });
const SOON = { timeout: 60_000, interval: 100 };

let installation: Installation;
let market: Market;
let sql: postgres.Sql;
let customer: Customer;
let loads = 0;

beforeAll(async () => {
  installation = await Installation.start(await releases());
  const { billing_core_url, admin_api_token, database_url } = installation.facts;
  market = new Market(billing_core_url, admin_api_token);
  await market.openShop(installation.upstreamUrl);
  sql = postgres(database_url, { max: 1, onnotice: () => {} });
});
afterAll(async () => {
  await sql?.end();
  await installation?.remove();
});

/** Customers that ask the balancer of the gateways. */
async function startLoad(): Promise<Load> {
  customer = await market.customer();
  loads += 1;
  return Load.start(installation.folder, {
    name: `l${loads}`,
    seed: loads,
    urls: [installation.facts.gateway_url],
    weights: [1],
    keys: customer.keys,
    clients: 8,
    perSecond: null,
    thinkMs: sized(25, 0),
    answers: MIXED,
    bytesMax: 2_000,
  });
}

/** Waits until all that was recorded until now is in the ledger and in the totals. */
async function settled(): Promise<void> {
  const [row] = await sql<{ now: number }[]>`
    select floor(extract(epoch from clock_timestamp()) * 1000)::float8 as now`;
  await vi.waitFor(async () => {
    const [books] = await sql<{ live: number; behind: number; unrolled: number }[]>`
      select count(*) filter (where state = 'live')::int as live,
        count(*) filter (where state = 'live' and watermark <= ${row!.now})::int as behind,
        (select count(*)::int from usage_batches where roll_number is null) as unrolled
      from boots`;
    expect(books).toEqual({ live: 2, behind: 0, unrolled: 0 });
  }, SOON);
}

async function verdictOn(asked: readonly Asked[]): Promise<Verdict> {
  await settled();
  const keys = new Set(customer.keys.map(({ id }) => id));
  const served = readLog<Served>(installation.upstreamLog).filter(({ key }) => keys.has(key));
  return judge({
    asked,
    served,
    ledger: await readLedger(installation.facts.database_url, [customer.id]),
    faults: [],
    doubtsBefore: 0,
    meters: { requests: 'mtr_requests', bytes: market.bytesMeter },
  });
}

const failed = (asked: readonly Asked[]): Asked[] =>
  asked.filter(({ complete, served }) => !complete || !served);

describe('a rolling restart of cores, gateways and portal under load', () => {
  test('fails no request of customers or admins, and the ledger is what was served', async () => {
    const before = installation.facts.pids;
    const load = await startLoad();
    const admin = adminLoad(installation.facts);
    await load.more(100);
    const from = performance.now();
    await installation.roll();
    const seconds = (performance.now() - from) / 1_000;
    await load.more(100);
    const asked = await load.stop();
    const calls = await admin.stop();

    expect(failed(asked)).toEqual([]);
    const { findings, figures } = await verdictOn(asked);
    expect(findings).toEqual([]);
    expect(figures.recorded).toBe(figures.served);
    const wrong = calls.filter(({ method, status }) => status !== (method === 'POST' ? 201 : 200));
    expect(wrong).toEqual([]);
    const made = calls.filter(({ method }) => method === 'POST').length;
    const [row] = await sql`select count(*)::int as made from customers where name = 'Rolled'`;
    expect(row).toEqual({ made });
    for (const name of ['core-1', 'core-2', 'gateway-1', 'gateway-2', 'web']) {
      expect(installation.facts.pids[name], name).not.toBe(before[name]);
    }
    report(
      `${asked.length} requests, ${figures.served} served, ${figures.recorded} recorded; ` +
        `${calls.length} calls of an admin; none failed; all restarted in ${seconds.toFixed(1)} s`,
    );
  });
});

describe('a SIGTERM that the balancer is not told of', () => {
  test.each(sized(['gateway-1'], ['core-1', 'core-2', 'gateway-1', 'gateway-2']))(
    'to %s fails no request',
    async (name) => {
      const load = await startLoad();
      await load.more(50);
      await installation.terminate(name);
      await load.more(50);
      const asked = await load.stop();
      expect(failed(asked)).toEqual([]);
      const { findings, figures } = await verdictOn(asked);
      expect(findings).toEqual([]);
      expect(figures.recorded).toBe(figures.served);
      report(`${asked.length} requests, 0 failed, ${figures.recorded} recorded`);
    },
  );
});
