// `npm run topology`: an installation as it is run for real, on this machine. `roll` as an argument
// has the one that runs restart its processes one by one.
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { DevFacts } from '../start/dev-file.ts';
import { isAlive } from '../process.ts';
import { readTopologyConfig, type TopologyConfig } from './config.ts';
import { welcome } from './screen.ts';
import { Topology } from './topology.ts';

const factsIn = (folder: string): DevFacts =>
  JSON.parse(readFileSync(join(folder, 'dev.json'), 'utf8'));

function askToRoll({ dataDir }: TopologyConfig): void {
  const { supervisor } = factsIn(dataDir).pids;
  if (supervisor === undefined || !isAlive(supervisor)) throw new Error('It does not run.');
  process.kill(supervisor, 'SIGUSR2');
  console.log('It restarts its processes, one by one, and says so.');
}

async function run(config: TopologyConfig): Promise<void> {
  const topology = new Topology(config, console.log);
  let stopping = false;
  async function stop(exitCode: number): Promise<void> {
    if (stopping) return;
    stopping = true;
    await topology.stop();
    process.exit(exitCode);
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => void stop(0));
  }
  // Whoever started us with a channel wants us to end with it.
  process.on('disconnect', () => void stop(0));
  try {
    await topology.start();
  } catch (error) {
    if (stopping) return;
    console.error(`\n  ${(error as Error).message}\n`);
    await stop(1);
  }
  process.on('SIGUSR2', () => {
    topology.roll().catch((error: Error) => console.error(`  Not rolled: ${error.message}`));
  });
  console.log(welcome(factsIn(config.dataDir), relative(process.cwd(), config.dataDir) || '.'));
}

const [verb, ...args] = process.argv.slice(2);
try {
  if (verb === 'roll') askToRoll(readTopologyConfig(args, process.env));
  else await run(readTopologyConfig(process.argv.slice(2), process.env));
} catch (error) {
  console.error(`\n  ${(error as Error).message}\n`);
  process.exitCode = 1;
}
