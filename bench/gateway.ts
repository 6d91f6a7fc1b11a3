// `npm run bench:gateway`: what forwarding costs, beside nginx and beside Hono's own proxy.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { freePort } from '../scripts/test/free-port.ts';
import { makeRunFolder } from '../scripts/test/run-folder.ts';
import { addedLatency } from './gateway-latency.ts';
import { machine, median, shownUsage, watchMachine } from './machine.ts';
import { startWorkers, type Worker } from './workers.ts';
import { startProxy, startUpstream, type Nginx } from './nginx.ts';
import { CAN_PIN, cpuSecondsOf, goFirst, isThere, memoryOf, startOn, stop } from './pinned.ts';
import { say } from './say.ts';
import { openStage } from './stage.ts';
import { load } from './wrk.ts';

const CORES = { proxy: 0, others: 1 };
const WARM_UP_S = 2;
const WARM_UPS_MAX = 4;
const QUICKEST = 4;
const US_PER_S = 1_000_000;
const BARS = { ofBare: 0.85, ofNginx: 0.22 };

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '24' },
    connections: { type: 'string', default: '64' },
    /** Without the part that measures latency at half load. */
    'no-latency': { type: 'boolean', default: false },
    /** Only that part, with a short look at what the gateway can take. */
    latency: { type: 'boolean', default: false },
    /** All of it before whatever else runs on the machine. */
    alone: { type: 'boolean', default: false },
    /** Arguments of Node for the gateway, to try them. */
    node: { type: 'string' },
    /** The Workers host too, under workerd. */
    workers: { type: 'boolean', default: false },
    /** Writes CPU profiles of the gateway into this folder. */
    profile: { type: 'string' },
  },
});
const [seconds, rounds, connections] = [values.seconds, values.rounds, values.connections].map(
  Number,
) as [number, number, number];

/** Something that passes requests on: its address, and the process that does the work. */
type Proxy = {
  name: string;
  url: string;
  pid: () => number;
  headers?: Record<string, string>;
};
type Round = { perSecond: number; usEach: number; p50: number; p99: number; memory: number };

const loadOf = ({ url, headers = {} }: Proxy) => ({
  url,
  headers,
  connections,
  core: CORES.others,
});

/** Compiles what it runs; a cold start may refuse what would have to wait too long for a lease. */
async function warmUp(proxy: Proxy): Promise<void> {
  for (let tries = 0; tries < WARM_UPS_MAX; tries++) {
    if ((await load({ ...loadOf(proxy), seconds: WARM_UP_S })).failed === 0) return;
  }
}

async function measure(proxy: Proxy): Promise<Round> {
  const to = loadOf(proxy);
  const before = cpuSecondsOf(proxy.pid());
  const loaded = await load({ ...to, seconds });
  const cpu = cpuSecondsOf(proxy.pid()) - before;
  if (loaded.failed > 0) throw new Error(`${proxy.name}: ${loaded.failed} requests failed`);
  return {
    perSecond: loaded.perSecond,
    usEach: (cpu / loaded.requests) * US_PER_S,
    p50: loaded.p50Ms,
    p99: loaded.p99Ms,
    memory: memoryOf(proxy.pid()),
  };
}

type Upstream = { port: number; worker: () => number };

const PATH = 'weather?city=Berlin';

function report(all: Map<string, Round[]>): Map<string, number> {
  const cost = new Map<string, number>();
  say(`${'proxy'.padEnd(34)} req/s    p50 ms  p99 ms  CPU µs each   MB`);
  for (const [name, list] of all) {
    const of = (field: keyof Round): number => median(list.map((round) => round[field]));
    cost.set(name, of('usEach'));
    const cells = [
      of('perSecond').toFixed(0).padStart(6),
      of('p50').toFixed(2).padStart(8),
      of('p99').toFixed(2).padStart(8),
      of('usEach').toFixed(1).padStart(12),
      of('memory').toFixed(0).padStart(6),
    ];
    say(`${name.padEnd(33)} ${cells.join(' ')}`);
  }
  return cost;
}

/** Whether a ratio holds its bar; says so. */
function verdict(what: string, ratio: number, bar?: number): boolean {
  const passed = bar === undefined || ratio >= bar;
  const word = bar === undefined ? '' : ` (bar ${bar}: ${passed ? 'held' : 'MISSED'})`;
  say(`  ${what}: ${ratio.toFixed(3)}${word}`);
  return passed;
}

const MINE = 'Tollgate, all on';
const BARE = 'Tollgate, bare forwarder';
const NGINX = 'nginx, bare';
const HONO = 'hono/proxy';

/** Says what the median costs come to as ratios; false when one is under its bar. */
function judge(cost: Map<string, number>, workers: readonly Worker[]): boolean {
  const each = (name: string): number => cost.get(name) ?? Number.NaN;
  const held = [
    verdict('all on ÷ bare forwarder, per CPU', each(BARE) / each(MINE), BARS.ofBare),
    verdict('all on ÷ nginx, per CPU', each(NGINX) / each(MINE), BARS.ofNginx),
    verdict('bare forwarder ÷ nginx', each(NGINX) / each(BARE)),
    verdict('hono/proxy ÷ nginx', each(NGINX) / each(HONO)),
  ];
  const [peer, ...ours] = workers;
  for (const { name } of ours) {
    verdict(`${name} ÷ workerd, bare`, each(peer?.name ?? '') / each(name));
  }
  return held.every(Boolean);
}

/**
 * What a proxy does when nothing else slows the machine: others only ever add to a request's CPU
 * time, by up to twice from one second to the next on a shared host.
 */
function quickest(all: readonly Round[]): Round[] {
  const sorted = all.toSorted((a, b) => a.usEach - b.usEach);
  return sorted.slice(0, Math.ceil(all.length / QUICKEST));
}

/** Measures all in short turns, so that a slow moment of the machine falls on each of them. */
async function compare(proxies: readonly Proxy[]): Promise<Map<string, Round[]>> {
  const all = new Map<string, Round[]>();
  for (const proxy of proxies) await warmUp(proxy);
  const watch = watchMachine();
  for (let round = 0; round < rounds; round++) {
    for (const proxy of proxies) {
      all.set(proxy.name, [...(all.get(proxy.name) ?? []), await measure(proxy)]);
    }
  }
  say(`${rounds} rounds of ${seconds} s in turn, ${connections} connections`);
  say(`  medians of the quickest quarter of each, by CPU; ${shownUsage(watch())}`);
  return new Map([...all].map(([name, each]) => [name, quickest(each)]));
}

async function run(folder: string, { port, worker }: Upstream): Promise<boolean> {
  const upstream = `http://127.0.0.1:${port}`;
  const [nginxPort, honoPort] = [await freePort(), await freePort()];
  const proxyPlace = { folder: join(folder, 'proxy'), port: nginxPort, core: CORES.proxy };
  const peer: Nginx = await startProxy(proxyPlace, upstream);
  const hono = startOn(process.execPath, {
    core: CORES.proxy,
    args: [join(import.meta.dirname, 'hono-proxy.ts'), `${honoPort}`, upstream],
  });
  const { profile, node } = values;
  const nodeArgs = [
    ...(profile ? ['--cpu-prof', `--cpu-prof-dir=${profile}`] : []),
    ...(node?.split(' ') ?? []),
  ];
  const cores = { gateway: CORES.proxy, others: CORES.others };
  const stage = await openStage({ folder, upstream, cores, nodeArgs });
  const workers = values.workers
    ? await startWorkers(stage, { folder, upstream, core: CORES.proxy })
    : [];
  try {
    const pid = (): number => Number(stage.gateway.pid);
    const headers = { Authorization: `Bearer ${stage.key}` };
    const full = { name: MINE, url: `${stage.gatewayUrl}/metered/${PATH}`, headers, pid };
    const bare = { name: BARE, url: `${stage.gatewayUrl}/bare/${PATH}`, pid };
    const proxies: Proxy[] = [
      { name: NGINX, url: `http://127.0.0.1:${nginxPort}/${PATH}`, pid: peer.worker },
      bare,
      full,
      { name: HONO, url: `http://127.0.0.1:${honoPort}/${PATH}`, pid: () => Number(hono.pid) },
    ];
    for (const { name, worker, path } of workers) {
      const url = `${worker.urls[0]}${path}${PATH}`;
      proxies.push({ name, url, headers, pid: () => worker.pid });
    }
    const all = await compare(values.latency ? [full] : proxies);
    const held = values.latency || judge(report(all), workers);
    if (values['no-latency']) return held;
    const most = median((all.get(MINE) ?? []).map((round) => round.perSecond));
    const direct = { name: 'direct', url: `${upstream}/${PATH}` };
    const targets = { direct, bare: { ...bare, pid: pid() }, full: { ...full, pid: pid() } };
    const how = { most, core: CORES.others };
    return (await addedLatency({ ...targets, ...how, upstreamPid: worker() })) && held;
  } finally {
    for (const { worker } of workers) await worker.kill('SIGTERM');
    await stop(hono);
    await stop(peer.child);
    await stage.close();
  }
}

say(machine());
if (!isThere('nginx') || !isThere('wrk')) {
  say('skipped: nginx and wrk are not on this machine (Debian: apt-get install nginx wrk)');
} else {
  if (values.alone) goFirst();
  if (!CAN_PIN) say('taskset is not on this machine: processes are not kept to cores');
  const folder = join(makeRunFolder(), 'gateway');
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const place = { folder: join(folder, 'upstream'), port, core: CORES.others };
  const upstream = await startUpstream(place);
  try {
    const { worker } = upstream;
    process.exitCode = (await run(folder, { port, worker })) ? 0 : 1;
  } finally {
    await stop(upstream.child);
  }
}
