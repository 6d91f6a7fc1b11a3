import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const require = createRequire(import.meta.url);
const WRANGLER = join(ROOT, 'node_modules/.bin/wrangler');
/** No login, no outside network, no telemetry. */
export const QUIET = {
  WRANGLER_SEND_METRICS: 'false',
  WRANGLER_SEND_ERROR_REPORTS: 'false',
  WRANGLER_HIDE_BANNER: 'true',
  CI: '1',
};

/** Bundles the Worker into a folder as a deployment would, from wrangler.toml. */
export function bundle(folder: string): void {
  const args = [WRANGLER, 'deploy', '--dry-run', '--outdir', folder];
  const env = { ...process.env, ...QUIET, WRANGLER_LOG_PATH: join(folder, 'logs') };
  const run = spawnSync(process.execPath, args, { cwd: ROOT, env, encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`wrangler could not bundle:\n${run.stdout}${run.stderr}`);
}

/** Out: the script of a bundle in this folder. */
export const scriptIn = (folder: string): string => join(folder, 'main.js');

export type WorkerdOf = {
  /** Holds the bundle and the objects' storage; the same folder again continues it. */
  readonly folder: string;
  readonly script: string;
  /** Isolates: one process, but nothing in memory is shared between them. */
  readonly isolates: number;
  readonly vars: Record<string, string>;
};

export type Workerd = {
  /** One for each isolate. */
  readonly urls: readonly string[];
  readonly pid: number;
  /** What it printed. */
  readonly output: () => string;
  kill(signal: NodeJS.Signals): Promise<void>;
};

/** One setting of wrangler.toml, as it stands there: what is tested is what is deployed. */
function setting(name: string): string {
  const toml = readFileSync(join(ROOT, 'wrangler.toml'), 'utf8');
  const value = new RegExp(`^${name} = (.+)$`, 'm').exec(toml)?.[1];
  if (value === undefined) throw new Error(`wrangler.toml sets no ${name}`);
  return value;
}

const quoted = (text: string): string => JSON.stringify(text);

/** Namespaces are the first worker's; the others reach the same objects. */
function configOf({ folder, script, isolates, vars }: WorkerdOf, storage: string): string {
  const bindings = Object.entries(vars).map(
    ([name, value]) => `(name = ${quoted(name)}, text = ${quoted(value)})`,
  );
  const objects = ['Till', 'Facts'];
  const worker = (index: number): string => {
    const reach = objects.map((name, at) => {
      const where =
        index === 0 ? quoted(name) : `(className = ${quoted(name)}, serviceName = "i0")`;
      return `(name = "${['TILLS', 'FACTS'][at]}", durableObjectNamespace = ${where})`;
    });
    const own = objects.map(
      (name) => `(className = "${name}", uniqueKey = "${name}", enableSql = true)`,
    );
    return `(name = "i${index}", worker = (
      compatibilityDate = ${setting('compatibility_date')},
      compatibilityFlags = ${setting('compatibility_flags')},
      modules = [(name = "main.js", esModule = embed ${quoted(relative(folder, script))})],
      bindings = [${[...bindings, ...reach].join(', ')}],
      ${index === 0 ? `durableObjectNamespaces = [${own.join(', ')}],` : ''}
      durableObjectStorage = (localDisk = "storage")))`;
  };
  const numbers = Array.from({ length: isolates }, (_, index) => index);
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "internet", network = (allow = ["public", "private", "local"])),
    (name = "storage", disk = (path = ${quoted(storage)}, writable = true)),
    ${numbers.map(worker).join(',\n')}
  ],
  sockets = [${numbers
    .map((at) => `(name = "s${at}", address = "127.0.0.1:0", http = (), service = "i${at}")`)
    .join(', ')}]
);`;
}

/** Starts workerd on the bundle. Resolves when every isolate's port is open. */
export async function startWorkerd(of: WorkerdOf): Promise<Workerd> {
  const storage = join(of.folder, 'storage');
  mkdirSync(storage, { recursive: true });
  const config = join(of.folder, 'config.capnp');
  writeFileSync(config, configOf(of, storage));
  const binary = (require('workerd') as { default: string }).default;
  const child = spawn(binary, ['serve', config, '--verbose', '--control-fd=3'], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (text: Buffer) => (output += text.toString()));
  }
  const urls = await listening(child, of.isolates, () => output);
  return {
    urls,
    pid: Number(child.pid),
    output: () => output,
    kill: async (signal) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill(signal);
      await gone;
    },
  };
}

async function listening(
  child: ChildProcess,
  count: number,
  told: () => string,
): Promise<string[]> {
  const urls: string[] = [];
  const control = createInterface({ input: child.stdio[3] as Readable });
  for await (const line of control) {
    const event = JSON.parse(line) as { event: string; socket?: string; port?: number };
    if (event.event !== 'listen') continue;
    urls[Number(event.socket?.slice(1))] = `http://127.0.0.1:${event.port}`;
    if (urls.filter(Boolean).length === count) return urls;
  }
  throw new Error(`workerd did not start:\n${told()}`);
}
