// `npm run bench:memory -- [--requests 10000000 --keys 100000 --customers 1000]`: whether a
// gateway's memory stays flat over so many requests with so many keys, everything on.
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import postgres from 'postgres';
import { BASE62, formatApiKey } from '../billing-core/src/contract/api-key.ts';
import { freePort } from '../scripts/test/free-port.ts';
import { makeRunFolder } from '../scripts/test/run-folder.ts';
import { machine, shownUsage, watchMachine } from './machine.ts';
import { startUpstream } from './nginx.ts';
import { isThere, memoryOf, stop } from './pinned.ts';
import { say } from './say.ts';
import { makeCustomer, openStage, type Stage } from './stage.ts';
import { load } from './wrk.ts';

const CORES = { gateway: 0, others: 1 };
const MILLION = 1_000_000;
const SEGMENT_S = 20;
const SAMPLE_MS = 1_000;
const CONNECTIONS = 64;
/** Of the last part to the first one that has seen every key. */
const GROWTH_MAX = 1.1;
const LEDGER_WAIT_MS = 60_000;
const MIB = 2 ** 20;

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '10000000' },
    keys: { type: 'string', default: '100000' },
    customers: { type: 'string', default: '1000' },
    /** Requests between two lines of figures. */
    every: { type: 'string', default: `${MILLION}` },
  },
});
const of = {
  requests: Number(values.requests),
  keys: Number(values.keys),
  customers: Number(values.customers),
  every: Number(values.every),
};

const secret = (): string =>
  Array.from(randomBytes(32), (byte) => BASE62.charAt(byte % BASE62.length)).join('');

/** So many keys of these customers, as core would have made them one by one; their texts. */
async function makeKeys(sql: postgres.Sql, customerIds: readonly string[]): Promise<string[]> {
  const refs = await sql<{ id: string; key_ref: string }[]>`
    select id, key_ref from customers where id = any(${customerIds as string[]})`;
  const texts: string[] = [];
  const each = Math.ceil(of.keys / refs.length);
  for (const { id, key_ref: customerRef } of refs) {
    const rows = Array.from({ length: Math.min(each, of.keys - texts.length) }, () => {
      const text = formatApiKey({ mode: 'live', customerRef, secret: secret() });
      texts.push(text);
      return {
        id: `key_${secret().slice(0, 24).toLowerCase()}`,
        customer_id: id,
        name: 'bench',
        mode: 'live',
        prefix: `tg_live_${customerRef}`,
        last4: text.slice(-4),
        secret_hash: createHash('sha256').update(text).digest(),
        created_by: 'bench',
      };
    });
    if (rows.length > 0) await sql`insert into api_keys ${sql(rows)}`;
  }
  return texts;
}

/** A script for wrk: one key after the other, from any on. */
function script(folder: string, keys: readonly string[]): string {
  const list = join(folder, 'keys.txt');
  writeFileSync(list, keys.join('\n'));
  const path = join(folder, 'keys.lua');
  writeFileSync(
    path,
    `local requests = {}
     for key in io.lines(${JSON.stringify(list)}) do
       requests[#requests + 1] = "GET /metered/x HTTP/1.1\\r\\nHost: gateway\\r\\n" ..
         "X-Api-Key: " .. key .. "\\r\\n\\r\\n"
     end
     math.randomseed(os.time())
     local at = math.random(#requests)
     function request()
       at = at % #requests + 1
       return requests[at]
     end`,
  );
  return path;
}

type Sample = { heap: number; rss: number };

/** Looks at the gateway's memory once a second; what a collection left is the least of it. */
class Samples {
  #list: Sample[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor(stage: Stage) {
    this.#timer = setInterval(() => void this.#look(stage), SAMPLE_MS);
  }

  async #look({ privateUrl, gateway }: Stage): Promise<void> {
    const answer = await fetch(`${privateUrl}/metrics`).catch(() => undefined);
    const text = (await answer?.text()) ?? '';
    const read = (name: string): number =>
      Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN);
    const heap = read('nodejs_heap_size_used_bytes') + read('nodejs_external_memory_bytes');
    if (heap > 0) this.#list.push({ heap, rss: memoryOf(Number(gateway.pid)) });
  }

  /** Since the last call: the least in use, and the most resident; MiB. */
  take(): Sample {
    const list = this.#list.splice(0);
    return {
      heap: Math.min(...list.map(({ heap }) => heap)) / MIB,
      rss: Math.max(...list.map(({ rss }) => rss)),
    };
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

type Ran = { counted: number; runs: number; flat: boolean };

const growth = (list: readonly number[]): number =>
  (list.at(-1) ?? Number.NaN) / (list.length > 2 ? (list[1] ?? 1) : (list[0] ?? 1));

/** Loads until all were sent. Out: how many wrk counted, and what was in use by the way. */
async function run(stage: Stage, keys: string): Promise<Ran> {
  const samples = new Samples(stage);
  const all: Sample[] = [];
  const from = performance.now();
  let [counted, runs, saidAt] = [0, 0, 0];
  try {
    while (counted < of.requests) {
      const how = {
        seconds: SEGMENT_S,
        connections: CONNECTIONS,
        core: CORES.others,
        script: keys,
      };
      const { requests, failed } = await load({ url: stage.gatewayUrl, ...how });
      // A key that is asked for the first time may have to wait for core too long.
      if (failed > 0) say(`  ${failed} of ${requests} were refused or failed`);
      counted += requests - failed;
      runs += 1;
      if (counted - saidAt < of.every && counted < of.requests) continue;
      saidAt = counted;
      const sample = samples.take();
      all.push(sample);
      const rate = counted / ((performance.now() - from) / 1_000);
      const used = `${sample.heap.toFixed(0)} MiB in use, ${sample.rss.toFixed(0)} MiB resident`;
      say(`  ${(counted / MILLION).toFixed(2)} million: ${used}; ${rate.toFixed(0)}/s`);
    }
  } finally {
    samples.stop();
  }
  const [heap, rss] = [growth(all.map((each) => each.heap)), growth(all.map((each) => each.rss))];
  const grown = `in use ${heap.toFixed(2)}, resident ${rss.toFixed(2)}`;
  say(`  at the end ÷ when every key had been seen: ${grown}`);
  return { counted, runs, flat: Math.max(heap, rss) <= GROWTH_MAX };
}

/** The requests in the ledger, when no more come. */
async function inLedger(sql: postgres.Sql, atLeast: number): Promise<number> {
  const until = performance.now() + LEDGER_WAIT_MS;
  for (;;) {
    const [row] = await sql<{ all: string }[]>`
      select coalesce(sum(requests), 0) as all from usage_entries where meter_id = 'mtr_requests'`;
    const all = Number(row?.all);
    if (all >= atLeast || performance.now() > until) return all;
    await new Promise((done) => setTimeout(done, 1_000));
  }
}

async function main(folder: string): Promise<boolean> {
  const port = await freePort();
  const place = { folder: join(folder, 'upstream'), port, core: CORES.others };
  const upstream = await startUpstream(place);
  const at = { folder, upstream: `http://127.0.0.1:${port}`, cores: CORES };
  const stage = await openStage(at);
  const sql = postgres(stage.databaseUrl, { max: 1, onnotice: () => {} });
  try {
    const customers: string[] = [];
    while (customers.length < of.customers) {
      const left = Math.min(16, of.customers - customers.length);
      const made = Array.from({ length: left }, () => makeCustomer(stage.api, stage.versionId));
      customers.push(...(await Promise.all(made)));
    }
    const keys = await makeKeys(sql, customers);
    say(`${keys.length} keys of ${customers.length} customers; ${of.requests} requests`);
    const watch = watchMachine();
    const { counted, runs, flat } = await run(stage, script(folder, keys));
    say(`  ${shownUsage(watch())}`);
    const ledger = await inLedger(sql, counted);
    // What was under way as wrk stopped reading was served and recorded, and not counted by it.
    const spare = ledger - counted;
    const exact = spare >= 0 && spare <= runs * CONNECTIONS;
    say(`  seen by wrk ${counted}, in the ledger ${ledger}: ${exact ? 'as it must be' : 'WRONG'}`);
    say(`  memory ${flat ? 'is flat' : 'GROWS'}`);
    return flat && exact;
  } finally {
    await sql.end();
    await stage.close();
    await stop(upstream.child);
  }
}

say(machine());
if (!isThere('nginx') || !isThere('wrk')) {
  say('skipped: nginx and wrk are not on this machine (Debian: apt-get install nginx wrk)');
} else {
  const folder = join(makeRunFolder(), 'memory');
  mkdirSync(folder, { recursive: true });
  process.exitCode = (await main(folder)) ? 0 : 1;
}
