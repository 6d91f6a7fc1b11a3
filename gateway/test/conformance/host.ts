import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { COMPILED } from '../../../scripts/test/compiled.ts';
import { testFolder } from '../../../scripts/test/folder.ts';
import { freePort } from '../../../scripts/test/free-port.ts';
import { oncePerRun } from '../../../scripts/test/once.ts';
import { untilReady } from '../../../scripts/test/until-ready.ts';
import { CAPABILITIES, type Capabilities, type HostKind } from './capabilities.ts';
import { bundle, scriptIn, startWorkerd, type Workerd } from './workerd.ts';
import type { World } from './world.ts';

const NODE_MAIN = fileURLToPath(new URL('../../src/node/main.ts', import.meta.url));

/** A gateway on one of the hosts: several processes of Node, or several isolates of workerd. */
export type Host = Capabilities & {
  readonly kind: HostKind;
  /** Where each process or isolate listens. */
  urls: readonly string[];
  /** SIGKILL, no goodbye. */
  kill(): Promise<void>;
  /** Starts again on what the killed one left on disk. */
  start(): Promise<void>;
  output(): string;
};

export type HostOf = { world: World; count?: number; shards?: number };

/** Opens a host of this kind and waits until it has routes. */
export async function openHost(kind: HostKind, of: HostOf): Promise<Host> {
  const host = kind === 'node' ? nodeHost(of) : workersHost(kind, of);
  await host.start();
  return host;
}

function workersHost(kind: HostKind, { world, count = 1, shards = 1 }: HostOf): Host {
  const folder = testFolder('workers');
  let workerd: Workerd | undefined;
  const host: Host = {
    ...CAPABILITIES[kind],
    kind,
    urls: [],
    kill: async () => workerd?.kill('SIGKILL'),
    start: async () => {
      workerd = await startWorkerd({
        folder,
        script: scriptIn(await oncePerRun('worker', bundle)),
        isolates: count,
        vars: {
          BILLING_CORE_URL: world.coreUrl,
          GATEWAY_TOKEN: world.token,
          UPSTREAM_ALLOW: '127.0.0.1',
          METERING: kind === 'workers, strict' ? 'strict' : 'relaxed',
          TILL_SHARDS: String(shards),
          SYNC_MS: '500',
          CHECKPOINT_SECONDS: '1',
        },
      });
      host.urls = workerd.urls;
    },
    output: () => workerd?.output() ?? '',
  };
  return host;
}

function nodeHost({ world, count = 1 }: HostOf): Host {
  const spools = Array.from({ length: count }, () => testFolder('spool'));
  let children: ChildProcess[] = [];
  let output = '';
  const startOne = async (spool: string): Promise<string> => {
    const [port, privatePort] = [await freePort(), await freePort()];
    const child = spawn(process.execPath, [NODE_MAIN], {
      env: {
        PATH: process.env['PATH'],
        ...COMPILED,
        PORT: String(port),
        PRIVATE_PORT: String(privatePort),
        BILLING_CORE_URL: world.coreUrl,
        GATEWAY_TOKEN: world.token,
        SPOOL_DIR: spool,
        UPSTREAM_ALLOW: '127.0.0.1',
        CHECKPOINT_SECONDS: '1',
        LOG_LEVEL: 'warn',
      } as NodeJS.ProcessEnv,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.push(child);
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (text: Buffer) => (output += text.toString()));
    }
    const url = `http://127.0.0.1:${privatePort}/readyz`;
    await untilReady(child, { url, output: () => output });
    return `http://127.0.0.1:${port}`;
  };
  const host: Host = {
    ...CAPABILITIES.node,
    kind: 'node',
    urls: [],
    kill: async () => {
      const gone = children.map((child) => once(child, 'exit'));
      for (const child of children) child.kill('SIGKILL');
      await Promise.all(gone);
      children = [];
    },
    start: async () => {
      host.urls = await Promise.all(spools.map(startOne));
    },
    output: () => output,
  };
  return host;
}
