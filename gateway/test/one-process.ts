import { type ChildProcess, fork } from 'node:child_process';
import { hash } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { RouteFact } from '@tollgate/billing-core/contract/facts.ts';
import { COMPILED } from '../../scripts/test/compiled.ts';
import { testFolder } from '../../scripts/test/folder.ts';
import { freePort } from '../../scripts/test/free-port.ts';
import { untilReady } from '../../scripts/test/until-ready.ts';
import { FakeCore, TOKEN } from './fake-core.ts';
import { KEY, keyFact } from './rig.ts';

const MAIN = fileURLToPath(new URL('../src/node/main.ts', import.meta.url));

/** A gateway in a process of its own, as it is run, before a core in memory. */
export type OneProcess = {
  readonly url: string;
  readonly port: number;
  readonly privateUrl: string;
  readonly pid: number;
  readonly core: FakeCore;
  readonly spool: string;
  /** All that it wrote to its log. */
  readonly output: () => string;
  /** Ends it as an operator would, and waits until it has. */
  stop(): Promise<void>;
};

export type OneProcessOf = {
  readonly routes: RouteFact[];
  readonly env?: Record<string, string>;
  readonly key?: string;
};

export async function startProcess({ routes, env, key = KEY }: OneProcessOf): Promise<OneProcess> {
  const core = new FakeCore();
  core.keys.set(hash('sha256', key), keyFact());
  core.routes = routes;
  const [port, privatePort] = [await freePort(), await freePort()];
  const spool = testFolder('spool');
  const child: ChildProcess = fork(MAIN, [], {
    env: {
      PATH: process.env['PATH'],
      ...COMPILED,
      BILLING_CORE_URL: await core.open(),
      GATEWAY_TOKEN: TOKEN,
      SPOOL_DIR: spool,
      UPSTREAM_ALLOW: '127.0.0.1',
      PORT: String(port),
      PRIVATE_PORT: String(privatePort),
      ...env,
    } as NodeJS.ProcessEnv,
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (text: Buffer) => (output += text.toString()));
  }
  const exit = once(child, 'exit');
  const privateUrl = `http://127.0.0.1:${privatePort}`;
  await untilReady(child, { url: `${privateUrl}/readyz`, output: () => output });
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    privateUrl,
    pid: Number(child.pid),
    core,
    spool,
    output: () => output,
    stop: async () => {
      child.kill('SIGTERM');
      await exit;
      core.close();
    },
  };
}
