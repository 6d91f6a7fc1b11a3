import { spawn } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** One command of the tool chain, found in node_modules/.bin. */
export interface Step {
  name: string;
  command: string;
  args: string[];
}

/** Runs steps at the same time; the words of one that fails are shown. Out: whether all passed. */
export async function runAll(steps: Step[]): Promise<boolean> {
  const passed = await Promise.all(steps.map((step) => runQuietly(step)));
  return passed.every(Boolean);
}

/** Runs one step with its words on our own output as they come. Out: whether it passed. */
export async function run(step: Step): Promise<boolean> {
  return (await exitOf(step, 'inherit')).code === 0;
}

async function runQuietly(step: Step): Promise<boolean> {
  const begin = performance.now();
  const { code, words } = await exitOf(step, 'pipe');
  const seconds = ((performance.now() - begin) / 1000).toFixed(1);
  console.log(`${code === 0 ? 'ok  ' : 'FAIL'} ${step.name} (${seconds} s)`);
  if (code !== 0) console.log(words.trimEnd());
  return code === 0;
}

function exitOf(
  { command, args }: Step,
  output: 'inherit' | 'pipe',
): Promise<{ code: number | null; words: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{
    code: number | null;
    words: string;
  }>();
  const PATH = `${ROOT}node_modules/.bin${delimiter}${process.env['PATH'] ?? ''}`;
  const child = spawn(command, args, {
    cwd: ROOT,
    env: { ...process.env, PATH },
    stdio: ['ignore', output, output],
  });
  let words = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => (words += text));
  }
  child.once('error', reject);
  child.once('close', (code) => resolve({ code, words }));
  return promise;
}
