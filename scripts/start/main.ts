// `npm start`: the whole product on this machine, with demo data.
import { readStartConfig } from './config.ts';
import { Supervisor } from './supervisor.ts';

const WORDS: Record<string, string> = {
  EACCES: 'This folder is not ours to write to; it may have been made by another user.',
  ENOSPC: 'The disk is full.',
};

let isStopping = false;

function complain(error: unknown): void {
  const { message, code } = error as NodeJS.ErrnoException;
  const more = code === undefined ? undefined : WORDS[code];
  console.error(`\n  ${message}${more === undefined ? '' : `\n  ${more}`}\n`);
}

async function main(): Promise<void> {
  const supervisor = new Supervisor(readStartConfig(process.argv.slice(2)), console.log);

  async function stop(exitCode: number): Promise<void> {
    // npm passes on a Ctrl-C that the terminal has sent us already; once is enough.
    if (isStopping) return;
    isStopping = true;
    await supervisor.stop();
    process.exit(exitCode);
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (!isStopping) console.log('\n  Stopping: the gateway ships what it counted first.');
      void stop(0);
    });
  }
  // Whoever started us with a channel wants us to end with it.
  process.on('disconnect', () => void stop(0));
  try {
    await supervisor.start();
  } catch (error) {
    if (isStopping) return;
    complain(error);
    await stop(1);
  }
}

try {
  await main();
} catch (error) {
  complain(error);
  process.exitCode = 1;
}
