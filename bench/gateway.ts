// `npm run bench:gateway`: what forwarding costs, beside nginx and beside Hono's own proxy.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { freePort } from '../scripts/test/free-port.ts';
import { makeRunFolder } from '../scripts/test/run-folder.ts';
import { addedLatency } from './gateway-latency.ts';
import { machine, median, shownUsage, watchMachine } from './machine.ts';
import { bundle, startWorkerd, type Workerd } from '../gateway/test/conformance/workerd.ts';
import { startProxy, startUpstream, type Nginx } from './nginx.ts';
import { CAN_PIN, cpuSecondsOf, isThere, keepOn, memoryOf, startOn, stop } from './pinned.ts';
import { say } from './say.ts';
import { openStage, type Stage } from './stage.ts';
import { load } from './wrk.ts';

const CORES = { proxy: 0, others: 1 };
const WARM_UP_S = 2;
const WARM_UPS_MAX = 4;
const US_PER_S = 1_000_000;
const BARS = { ofBare: 0.85, ofNginx: 0.22 };

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '8' },
    rounds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '64' },
    /** Without the part that measures latency at half load. */
    'no-latency': { type: 'boolean', default: false },
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

async function measure(proxy: Proxy): Promise<Round> {
  const { url, headers = {} } = proxy;
  const to = { url, headers, connections, core: CORES.others };
  // A cold start may refuse what would have to wait too long for a lease.
  for (let tries = 0; tries < WARM_UPS_MAX; tries++) {
    if ((await load({ ...to, seconds: WARM_UP_S })).failed === 0) break;
  }
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

/** The same gateway as a Worker, one isolate, in both ways of metering. */
async function onWorkerd(stage: Stage, folder: string): Promise<[string, Workerd][]> {
  const script = bundle(folder);
  const all: [string, Workerd][] = [];
  for (const metering of ['relaxed', 'strict']) {
    const vars = {
      BILLING_CORE_URL: stage.coreUrl,
      GATEWAY_TOKEN: stage.token,
      METERING: metering,
      SYNC_MS: '1000',
    };
    const worker = await startWorkerd({
      folder: join(folder, metering),
      script,
      isolates: 1,
      vars,
    });
    keepOn(worker.pid, CORES.proxy);
    all.push([`Tollgate on workerd, ${metering}`, worker]);
  }
  return all;
}

async function run(folder: string, upstreamPort: number): Promise<boolean> {
  const upstream = `http://127.0.0.1:${upstreamPort}`;
  const [nginxPort, honoPort] = [await freePort(), await freePort()];
  const proxyPlace = { folder: join(folder, 'proxy'), port: nginxPort, core: CORES.proxy };
  const peer: Nginx = await startProxy(proxyPlace, upstream);
  const hono = startOn(process.execPath, {
    core: CORES.proxy,
    args: [join(import.meta.dirname, 'hono-proxy.ts'), `${honoPort}`, upstream],
  });
  const { profile } = values;
  const nodeArgs = profile ? ['--cpu-prof', `--cpu-prof-dir=${profile}`] : [];
  const cores = { gateway: CORES.proxy, others: CORES.others };
  const stage = await openStage({ folder, upstream, cores, nodeArgs });
  const workers = values.workers ? await onWorkerd(stage, folder) : [];
  try {
    const { gateway, gatewayUrl, key } = stage;
    const pid = (): number => Number(gateway.pid);
    const headers = { Authorization: `Bearer ${key}` };
    const full = { name: 'Tollgate, all on', url: `${gatewayUrl}/metered/${PATH}`, headers, pid };
    const proxies: Proxy[] = [
      { name: 'nginx, bare', url: `http://127.0.0.1:${nginxPort}/${PATH}`, pid: peer.worker },
      { name: 'Tollgate, bare forwarder', url: `${gatewayUrl}/bare/${PATH}`, pid },
      full,
      {
        name: 'hono/proxy',
        url: `http://127.0.0.1:${honoPort}/${PATH}`,
        pid: () => Number(hono.pid),
      },
    ];
    for (const [name, { urls, pid: worker }] of workers) {
      proxies.push({ name, url: `${urls[0]}/metered/${PATH}`, headers, pid: () => worker });
    }
    const all = new Map<string, Round[]>();
    const watch = watchMachine();
    for (let round = 0; round < rounds; round++) {
      for (const proxy of proxies) {
        all.set(proxy.name, [...(all.get(proxy.name) ?? []), await measure(proxy)]);
      }
    }
    say(`${rounds} rounds of ${seconds} s in turn, ${connections} connections; medians`);
    const cost = report(all);
    say(`  ${shownUsage(watch())}`);
    const each = (name: string): number => cost.get(name) ?? Number.NaN;
    const mine = each(full.name);
    const held = [
      verdict(
        'all on ÷ bare forwarder, per CPU',
        each('Tollgate, bare forwarder') / mine,
        BARS.ofBare,
      ),
      verdict('all on ÷ nginx, per CPU', each('nginx, bare') / mine, BARS.ofNginx),
      verdict('bare forwarder ÷ nginx', each('nginx, bare') / each('Tollgate, bare forwarder')),
      verdict('hono/proxy ÷ nginx', each('nginx, bare') / each('hono/proxy')),
    ];
    if (!values['no-latency']) {
      const most = median((all.get(full.name) ?? []).map((round) => round.perSecond));
      const direct = { url: `${upstream}/${PATH}` };
      const half = { perSecond: most / 2, core: CORES.others, folder };
      held.push(await addedLatency({ direct, through: full, ...half }));
    }
    return held.every(Boolean);
  } finally {
    for (const [, worker] of workers) await worker.kill('SIGTERM');
    await stop(hono);
    await stop(peer.child);
    await stage.close();
  }
}

say(machine());
if (!isThere('nginx') || !isThere('wrk')) {
  say('skipped: nginx and wrk are not on this machine (Debian: apt-get install nginx wrk)');
} else {
  if (!CAN_PIN) say('taskset is not on this machine: processes are not kept to cores');
  const folder = join(makeRunFolder(), 'gateway');
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const place = { folder: join(folder, 'upstream'), port, core: CORES.others };
  const upstream = await startUpstream(place);
  try {
    process.exitCode = (await run(folder, port)) ? 0 : 1;
  } finally {
    await stop(upstream.child);
  }
}
