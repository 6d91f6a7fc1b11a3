// `npm run bench:ingest -- [burst] [http] [sustained] [read] [--rounds 5 --seconds 10 ...]`
import { parseArgs } from 'node:util';
import { type BenchCluster, openCluster } from './cluster.ts';
import { burst } from './ingest-burst.ts';
import { read } from './ingest-read.ts';
import { sustained } from './ingest-sustained.ts';
import { machine } from './machine.ts';
import { say } from './say.ts';

const BURST_SECONDS = 5;
const SUSTAINED_SECONDS = 60;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    /** Of a round of burst, and of the whole of sustained. */
    seconds: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '2' },
    'per-second': { type: 'string', default: '30000' },
    repeats: { type: 'string', default: '200' },
    entries: { type: 'string', default: '5000' },
  },
});
const modes = positionals.length > 0 ? positionals : ['burst', 'sustained'];

const number = (name: keyof typeof values): number => Number(values[name]);

async function run(mode: string, cluster: BenchCluster): Promise<void> {
  if (mode === 'burst' || mode === 'http') {
    await burst({
      cluster,
      seconds: Number(values.seconds ?? BURST_SECONDS),
      rounds: number('rounds'),
      connections: number('connections'),
      entries: number('entries'),
      http: mode === 'http',
    });
  } else if (mode === 'sustained') {
    const seconds = Number(values.seconds ?? SUSTAINED_SECONDS);
    await sustained({ cluster, seconds, perS: number('per-second') });
  } else if (mode === 'read') {
    await read({ cluster, repeats: number('repeats') });
  } else {
    throw new Error(`there is no mode ${mode}: burst, http, sustained, read`);
  }
}

say(machine());
for (const mode of modes) {
  // Each on a Postgres of its own: what one has left to roll would be in the way of the next.
  const cluster = await openCluster();
  try {
    await run(mode, cluster);
  } finally {
    await cluster.stop();
  }
}
