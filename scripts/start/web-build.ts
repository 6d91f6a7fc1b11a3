import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ROOT } from './config.ts';

/** What the built portal depends on. */
const SOURCES = [
  'package-lock.json',
  'web/index.html',
  'web/vite.config.ts',
  'web/public',
  'web/src',
  'billing-core/src/contract',
];

const DIST = join(ROOT, 'web', 'dist');
/** Written last: without it a build was cut off. */
const STAMP = join(DIST, '.built');

/** Whether web/dist is what a build of the present sources would be. */
export function isWebBuilt(): boolean {
  return existsSync(STAMP) && readFileSync(STAMP, 'utf8') === fingerprint();
}

/** Builds the portal into web/dist, about 2 s. Throws with the words of vite. */
export async function buildWeb(stopped?: AbortSignal): Promise<void> {
  const print = fingerprint();
  const vite = join(dirname(createRequire(import.meta.url).resolve('vite/package.json')), 'bin');
  const { promise, resolve } = Promise.withResolvers<number | null>();
  const child = spawn(
    process.execPath,
    [join(vite, 'vite.js'), 'build', '--configLoader', 'native', '--logLevel', 'warn'],
    {
      cwd: join(ROOT, 'web'),
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(stopped ? { signal: stopped } : {}),
    },
  );
  let words = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (words += text));
  }
  child.once('error', () => resolve(null)).once('close', resolve);
  if ((await promise) !== 0) throw new Error(`The portal can't be built:\n${words.trim()}`);
  writeFileSync(STAMP, print);
}

// Times and sizes, not contents: a look at some hundred files has to take milliseconds. Unlike
// "newer than", it also notices a file that was removed or went back to an older one.
function fingerprint(): string {
  const hash = createHash('sha256');
  for (const path of SOURCES.flatMap((source) => filesAt(join(ROOT, source)))) {
    const { size, mtimeMs } = statSync(path);
    hash.update(`${path} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

function filesAt(path: string): string[] {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}
