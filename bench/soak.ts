// `npm run bench:soak -- [--minutes 10]`: traffic of every kind, and what is left when it is over.
import { mkdirSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { openDatabase, type Sql } from '../billing-core/src/kit/database.ts';
import { makeRunFolder } from '../scripts/test/run-folder.ts';
import { machine, shownUsage, watchMachine } from './machine.ts';
import { memoryOf, stop } from './pinned.ts';
import { say } from './say.ts';
import { SoakTraffic } from './soak-traffic.ts';
import { SoakUpstream } from './soak-upstream.ts';
import { openStage, type Stage } from './stage.ts';

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } });
const MINUTES = Number(values.minutes);
const MINUTE_MS = 60_000;
const SAMPLE_MS = 2_000;
/** Longer than a connection to an upstream is kept. */
const REST_MS = 6_000;
const QUIET_WITHIN_MS = 30_000;
/** Sockets and handles that come and go with a sync or a scrape. */
const SLACK = 4;

type Left = { sockets: number; handles: number; mb: number };
type Ledger = { key_id: string; outcome: string; requests: number; bytes: number };

let failed = false;
function verdict(what: string, held: boolean, told: string): void {
  failed ||= !held;
  say(`  ${held ? 'held  ' : 'FAILED'} ${what}: ${told}`);
}

async function metricsOf(stage: Stage): Promise<(name: string) => number> {
  const text = await (await fetch(`${stage.privateUrl}/metrics`)).text();
  return (name) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN);
}

function socketsOf(pid: number): number {
  const folder = `/proc/${pid}/fd`;
  const targets = readdirSync(folder).map((fd) => {
    try {
      return readlinkSync(join(folder, fd));
    } catch {
      return '';
    }
  });
  return targets.filter((target) => target.startsWith('socket:')).length;
}

async function leftIn(stage: Stage): Promise<Left> {
  const pid = Number(stage.gateway.pid);
  const read = await metricsOf(stage);
  const handles = read('nodejs_active_handles_total');
  return { sockets: socketsOf(pid), handles, mb: memoryOf(pid) };
}

/** Waits until nothing is under way any more; says so when that does not come. */
async function quiet(stage: Stage): Promise<void> {
  const names = ['requests_in_flight', 'holds_open', 'connections_open'];
  const until = performance.now() + QUIET_WITHIN_MS;
  let open = '';
  do {
    await pause(100);
    const read = await metricsOf(stage);
    open = names
      .map((name) => [name, read(`gateway_${name}`)] as const)
      .filter(([, count]) => count !== 0)
      .join(' ');
  } while (open !== '' && performance.now() < until);
  verdict('requests, holds and connections under way at the end', open === '', open || 'none');
}

async function ledgerOf(sql: Sql): Promise<Ledger[]> {
  return await sql<Ledger[]>`
    select key_id, outcome,
           sum(requests) filter (where meter_id = 'mtr_requests')::float8 as requests,
           coalesce(sum(quantity) filter (where meter_id <> 'mtr_requests'), 0)::float8 as bytes
      from usage_entries group by key_id, outcome`;
}

const sumOf = (rows: readonly Ledger[], field: 'requests' | 'bytes'): number =>
  rows.reduce((sum, row) => sum + row[field], 0);

type Books = { traffic: SoakTraffic; upstream: SoakUpstream; keys: Keys };

/** What clients asked, what the upstream saw and what the ledger has of them. */
async function compare(sql: Sql, { traffic, upstream, keys }: Books): Promise<void> {
  const rows = await ledgerOf(sql);
  for (const kind of ['staying', 'talking'] as const) {
    const { id } = keys[kind];
    const asked = traffic[kind];
    const seen = upstream.of(id);
    const booked = rows.filter(({ key_id }) => key_id === id);
    const ok = booked.filter(({ outcome }) => outcome === 'ok');
    verdict(`clients ${kind}: answers that were not whole`, asked.wrong === 0, `${asked.wrong}`);
    const counts = [asked.whole, seen.requests, sumOf(ok, 'requests'), sumOf(booked, 'requests')];
    const equal = new Set(counts).size === 1;
    verdict('  their requests (clients, upstream, ledger ok, ledger)', equal, counts.join(', '));
    if (kind === 'talking') continue;
    const bytes = [asked.bytes, seen.downloaded, sumOf(ok, 'bytes')];
    verdict(
      '  their bytes (clients, upstream, ledger)',
      new Set(bytes).size === 1,
      bytes.join(', '),
    );
  }
  const left = rows.filter(({ key_id }) => key_id === keys.leaving.id);
  const [glimpsed, billed] = [upstream.of(keys.leaving.id).requests, sumOf(left, 'requests')];
  const { sent } = traffic.leaving;
  const shown = left.map(({ outcome, requests }) => `${outcome} ${requests}`).join(', ');
  const range = `upstream ${glimpsed} <= ledger ${billed} <= clients ${sent} (${shown})`;
  verdict('requests that clients left', glimpsed <= billed && billed <= sent, range);
}

async function settled(sql: Sql): Promise<void> {
  const [boot] = await sql<{ state: string; doubt: number }[]>`
    select state, coalesce(in_doubt, 0)::float8 as doubt from boots`;
  verdict('the boot', boot?.state === 'sealed' && boot.doubt === 0, JSON.stringify(boot));
  const [lease] = await sql<{ lent: number; settled: number }[]>`
    select (select sum(granted - returned) from leases)::float8 as lent,
           (select sum(settled) from lease_settlements)::float8 as settled`;
  verdict('units lent and spent', lease?.lent === lease?.settled, JSON.stringify(lease));
}

type Key = { id: string; secret: string };
type Keys = { staying: Key; talking: Key; leaving: Key };

async function prepare(stage: Stage, upstream: string): Promise<Keys> {
  await stage.api.post('/v1/meters', { slug: 'soak_bytes', name: 'Bytes', unit: 'byte' });
  await stage.api.post('/v1/routes', {
    name: 'soak',
    path_pattern: '/soak/*',
    strip_prefix: '/soak',
    upstream_url: upstream,
    metering: [
      { source: 'request', meter: 'requests' },
      { source: 'response_bytes', meter: 'soak_bytes' },
    ],
  });
  const keyOf = (name: string): Promise<Key> =>
    stage.api.post<Key>(`/v1/customers/${stage.customerId}/keys`, { name });
  return {
    staying: await keyOf('staying'),
    talking: await keyOf('talking'),
    leaving: await keyOf('leaving'),
  };
}

async function warmUp(stage: Stage, { secret }: Key): Promise<void> {
  const headers = { authorization: `Bearer ${secret}` };
  for (let tries = 0; tries < 50; tries++) {
    const answer = await fetch(`${stage.gatewayUrl}/soak/small`, { headers });
    await answer.text();
    if (answer.status === 200) return;
    await pause(100);
  }
  throw new Error('the gateway does not serve');
}

async function soak(stage: Stage, keys: Keys): Promise<SoakTraffic> {
  const traffic = new SoakTraffic(`${stage.gatewayUrl}/soak`, {
    staying: keys.staying.secret,
    talking: keys.talking.secret,
    leaving: keys.leaving.secret,
  });
  const watch = watchMachine();
  const memory: number[] = [];
  traffic.start();
  const until = performance.now() + MINUTES * MINUTE_MS;
  while (performance.now() < until) {
    await pause(Math.min(SAMPLE_MS, until - performance.now()));
    memory.push(memoryOf(Number(stage.gateway.pid)));
  }
  await traffic.stop();
  const { staying, talking, leaving } = traffic;
  const counts = `${staying.sent} seen through, ${leaving.sent} left`;
  say(`${MINUTES} minutes: requests: ${counts}, ${talking.sent} WebSockets`);
  say(`  ${(staying.bytes / 1e6).toFixed(0)} MB down, ${shownUsage(watch())}`);
  const third = Math.ceil(memory.length / 3);
  const thirds = [0, 1, 2].map((at) =>
    Math.max(...memory.slice(at * third, (at + 1) * third)).toFixed(0),
  );
  say(`  memory at most, in each third of the time: ${thirds.join(', ')} MB`);
  return traffic;
}

async function run(stage: Stage, upstream: SoakUpstream, url: string): Promise<void> {
  const keys = await prepare(stage, url);
  await warmUp(stage, keys.leaving);
  upstream.of(keys.leaving.id).requests = 0;
  await pause(REST_MS);
  const before = await leftIn(stage);
  const traffic = await soak(stage, keys);
  traffic.leaving.sent += 1;
  await quiet(stage);
  await pause(REST_MS);
  const after = await leftIn(stage);
  const shown = (name: 'sockets' | 'handles'): string =>
    `${before[name]} before, ${after[name]} after`;
  verdict('sockets', after.sockets <= before.sockets + SLACK, shown('sockets'));
  verdict('handles', after.handles <= before.handles + SLACK, shown('handles'));
  verdict('connections to the upstream', upstream.connections === 0, `${upstream.connections}`);
  say(`  memory ${before.mb.toFixed(0)} MB before, ${after.mb.toFixed(0)} MB after`);
  // The last batch goes with it, and what is not spent goes back.
  await stop(stage.gateway);
  const sql = openDatabase(stage.databaseUrl, 1);
  try {
    await compare(sql, { traffic, upstream, keys });
    await settled(sql);
  } finally {
    await sql.end();
  }
}

say(machine());
const folder = join(makeRunFolder(), 'soak');
mkdirSync(folder, { recursive: true });
const upstream = new SoakUpstream();
const url = await upstream.open();
const stage = await openStage({ folder, upstream: url, cores: { gateway: 0, others: 1 } });
try {
  await run(stage, upstream, url);
} finally {
  await stage.close();
  upstream.close();
}
process.exit(failed ? 1 : 0);
