import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inUse } from '../gateway/test/memory/heap.ts';
import { Passing } from '../gateway/test/memory/passing.ts';
import { say } from './say.ts';

const MIB = 2 ** 20;
const STEP = 100_000;
/** Once as many customers were seen as are remembered, nothing grows any more. */
const GROWTH_MAX = 1.1;

/** `npm run bench:till -- memory`: what a gateway remembers of customers who came once. */
export async function memory(of: { customers: number; perSecond: number }): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-memory-'));
  const passing = new Passing(folder, of);
  const used: number[] = [];
  say(`memory: ${of.customers} customers, ${of.perSecond} in a second of the gateway's time`);
  try {
    for (let seen = STEP; seen <= of.customers; seen += STEP) {
      const from = performance.now();
      await passing.pass(STEP);
      used.push(await inUse());
      const { tills, keys, counts } = passing.seen;
      const seconds = (performance.now() - from) / 1_000;
      say(
        `  ${seen} seen: ${mib(used.at(-1))} in use, ${mib(process.memoryUsage().rss)} resident; ` +
          `${tills} tills, ${keys} keys, ${counts} counts; ${seconds.toFixed(1)} s`,
      );
    }
    await passing.rest(600_000);
    say(`  10 minutes later: ${mib(await inUse())} in use; ${passing.seen.tills} tills`);
  } finally {
    await passing.close();
    rmSync(folder, { recursive: true });
  }
  const most = Math.max(...used);
  const settled = used[Math.min(used.length - 1, 2)] ?? most;
  const passed = most <= settled * GROWTH_MAX;
  say(`  at most ${mib(most)}; after 300,000 it ${passed ? 'does not grow' : 'GROWS'}`);
  return passed;
}

const mib = (bytes = 0): string => `${Math.round(bytes / MIB)} MiB`;
