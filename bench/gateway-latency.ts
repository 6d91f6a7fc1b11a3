import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { median } from './machine.ts';
import { say } from './say.ts';
import { load, type Loaded } from './wrk.ts';

const ROUNDS = 5;
const SECONDS = 6;
const BAR_MS = 1;
const CONNECTIONS = 64;

type Target = { url: string; headers?: Record<string, string> };
type Comparison = {
  direct: Target;
  through: Target;
  /** Requests a second of both. */
  perSecond: number;
  core: number;
  folder: string;
};

/** Lets each connection of wrk wait after an answer, so that all together keep to a rate. */
function paced(folder: string, perSecond: number): string {
  const meanMs = Math.round((CONNECTIONS / perSecond) * 1_000);
  const path = join(folder, 'paced.lua');
  writeFileSync(path, `function delay() return math.random(0, ${2 * meanMs}) end\n`);
  return path;
}

const shown = (name: string, list: Loaded[]): void => {
  const of = (field: 'p50Ms' | 'p99Ms' | 'perSecond'): number =>
    median(list.map((loaded) => loaded[field]));
  const figures = `p50 ${of('p50Ms').toFixed(2)}, p99 ${of('p99Ms').toFixed(2)} ms`;
  say(`  ${name}: ${figures} at ${of('perSecond').toFixed(0)}/s`);
};

/**
 * Compares about half of what the gateway can do, through it, with the same straight to the
 * upstream, in turn; says what the gateway adds to the 99th percentile. Out: whether the bar
 * holds.
 */
export async function addedLatency(of: Comparison): Promise<boolean> {
  const script = paced(of.folder, of.perSecond);
  const how = { seconds: SECONDS, connections: CONNECTIONS, core: of.core, script };
  const direct: Loaded[] = [];
  const through: Loaded[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    direct.push(await load({ ...of.direct, ...how }));
    through.push(await load({ ...of.through, ...how }));
  }
  say(`half load, ${ROUNDS} rounds of ${SECONDS} s in turn; medians`);
  shown('direct', direct);
  shown('through', through);
  const added = median(through.map(({ p99Ms }, at) => p99Ms - (direct[at]?.p99Ms ?? Number.NaN)));
  const held = added <= BAR_MS;
  const word = held ? 'held' : 'MISSED';
  say(`  added p99: ${added.toFixed(2)} ms (bar ${BAR_MS} ms: ${word})`);
  return held;
}
