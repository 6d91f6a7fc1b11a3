import { z } from 'zod';
import { systemClock } from './clock.ts';

function reason(error: unknown): string {
  if (error instanceof z.ZodError) {
    return error.issues.map((issue) => `--${issue.path.join('.')}: ${issue.message}`).join('\n');
  }
  return error instanceof Error ? error.message : String(error);
}

/**
 * Runs one command of the terminal: what `work` returns goes to standard output, a failure as a
 * plain sentence to standard error with exit code 1.
 */
export async function command(
  usage: string,
  work: (now: number) => Promise<string>,
): Promise<void> {
  if (process.argv.includes('--help')) {
    process.stdout.write(`${usage}\n`);
    return;
  }
  try {
    process.stdout.write(`${await work(systemClock())}\n`);
  } catch (error) {
    process.stderr.write(`${reason(error)}\n\n${usage}\n`);
    process.exitCode = 1;
  }
}
