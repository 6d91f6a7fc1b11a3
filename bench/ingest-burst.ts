import { availableParallelism } from 'node:os';
import { performance } from 'node:perf_hooks';
import { openDatabase, type Sql } from '../billing-core/src/kit/database.ts';
import type { BenchCluster } from './cluster.ts';
import { median, shownUsage, watchMachine, type Usage } from './machine.ts';
import { openPeer } from './peer.ts';
import { say } from './say.ts';
import { encoded, messageOf } from './message.ts';
import { SHAPE, Traffic } from './traffic.ts';
import { directWay, httpWay } from './way.ts';

export type BurstOptions = {
  cluster: BenchCluster;
  seconds: number;
  rounds: number;
  connections: number;
  entries: number;
  /** Through the endpoint on loopback, else by `synchronise` itself. */
  http: boolean;
};

type Figure = { perS: number; written: number; usage: Usage | undefined };

const MINUTE_MS = 60_000;
const BATCHES = 40;
// Lanes send other batches at the same time.
const LANE_STEP = 7;

/** Empties what the runs write, so that each begins with the same tables. */
async function empty(sql: Sql): Promise<void> {
  await sql.unsafe(`do $$ declare part regclass; begin
    for part in select inhrelid from pg_inherits where inhparent = 'usage_entries'::regclass loop
      execute format('drop table %s', part);
    end loop; end $$;
    select ensure_usage_partitions(current_date - 1, 16);
    truncate usage_batches, gateway_counts, lease_settlements, usage_rollups, usage_hours,
             usage_totals, usage_last_rolls, usage_meter_uses, usage_last_uses, boots, gateways;
    checkpoint`);
}

/** Runs `work` on each lane again and again for a time. Out: entries a second, and their cost. */
async function measure(
  { seconds, connections, entries }: BurstOptions,
  work: (lane: number, turn: number) => Promise<void>,
): Promise<Figure> {
  const watch = watchMachine();
  const from = performance.now();
  const until = from + seconds * 1_000;
  let written = 0;
  const lanes = Array.from({ length: connections }, async (_, lane) => {
    for (let turn = 0; performance.now() < until; turn++) {
      await work(lane, turn);
      written += entries;
    }
  });
  await Promise.all(lanes);
  const elapsedS = (performance.now() - from) / 1_000;
  return { perS: written / elapsedS, written, usage: watch() };
}

const shownRate = (perS: number): string => `${Math.round(perS).toLocaleString('en')} entries/s`;
const cpuUs = ({ selfMs, childrenMs }: Usage, written: number): number =>
  ((selfMs + childrenMs) * 1_000) / written;

function shown({ perS, written, usage }: Figure): string {
  const cost = (ms = 0): string => ((ms * 1_000) / written).toFixed(1);
  return (
    `${shownRate(perS)} at ${cost(usage?.selfMs)} µs (Node) and ` +
    `${cost(usage?.childrenMs)} µs (Postgres) each; ${shownUsage(usage)}`
  );
}

/**
 * The real `synchronise` or its endpoint, one transaction a batch, durable, several boots in
 * parallel; and in turn with it the peer: the same rows in the same table by a bare insert, with
 * no dedup and no counts.
 */
export async function burst(options: BurstOptions): Promise<void> {
  const { cluster, rounds, connections, entries } = options;
  const sql = openDatabase(cluster.url, connections + 1);
  const traffic = new Traffic({ ...SHAPE, entries }, 1);
  const minute = Math.floor(Date.now() / MINUTE_MS);
  const batches = Array.from({ length: BATCHES }, () => traffic.batch(minute));
  const contents = batches.map(encoded);
  const peer = await openPeer(cluster.url, { connections, batches });
  const way = options.http ? await httpWay(sql) : directWay(sql);
  const ours: Figure[] = [];
  const theirs: Figure[] = [];
  for (let round = 0; round <= rounds; round++) {
    await empty(sql);
    const figure = await measure(options, async (lane, turn) => {
      const content = contents[(lane * LANE_STEP + turn) % BATCHES];
      if (!content) return;
      const name = { gateway: `gw_${lane}`, boot: `bt_${round}_${lane}` };
      const message = messageOf(name, turn + 1, content);
      const written = await way.send(message);
      if (written !== entries) throw new Error(`wrote ${written} of ${entries}`);
    });
    await empty(sql);
    const bare = await measure(options, (lane, turn) => peer.append(lane, turn));
    // The first round warms both and does not count.
    if (round === 0) continue;
    ours.push(figure);
    theirs.push(bare);
    say(`  round ${round}: ${options.http ? 'endpoint   ' : 'synchronise'} ${shown(figure)}`);
    say(`           bare insert ${shown(bare)}`);
  }
  const perS = median(ours.map((figure) => figure.perS));
  const ratio = median(ours.map((figure, i) => figure.perS / (theirs[i]?.perS ?? Number.NaN)));
  const costs = ours.map(({ usage, written }) => (usage ? cpuUs(usage, written) : Number.NaN));
  const full = (availableParallelism() * 1e6) / median(costs);
  say(`${options.http ? 'endpoint' : 'ingest'}: ${shownRate(perS)} (median); bar 100,000/s`);
  say(`  ${ratio.toFixed(2)} of a bare insert in the same minute`);
  say(`  a batch is ${entries} entries; CPU for ${shownRate(full)} where nobody else takes any`);
  await way.close();
  await peer.close();
  await sql.end();
}
