// `npm run bench:ingest [-- burst|http|sustained|read] [-- --seconds 5 --rounds 3 ...]`
import { parseArgs } from 'node:util';
import { openCluster } from './cluster.ts';
import { burst } from './ingest-burst.ts';
import { read } from './ingest-read.ts';
import { sustained } from './ingest-sustained.ts';
import { machine } from './machine.ts';
import { say } from './say.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '2' },
    'per-second': { type: 'string', default: '30000' },
    repeats: { type: 'string', default: '200' },
    entries: { type: 'string', default: '5000' },
  },
});
const modes = positionals.length > 0 ? positionals : ['burst'];

say(machine());
const cluster = await openCluster();
try {
  const number = (name: keyof typeof values): number => Number(values[name]);
  if (modes.includes('burst')) {
    await burst({
      cluster,
      seconds: number('seconds'),
      rounds: number('rounds'),
      connections: number('connections'),
      entries: number('entries'),
    });
  }
  if (modes.includes('sustained')) {
    await sustained({ cluster, seconds: number('seconds'), perS: number('per-second') });
  }
  if (modes.includes('read')) await read({ cluster, repeats: number('repeats') });
} finally {
  await cluster.stop();
}
