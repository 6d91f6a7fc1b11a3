import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { COMPILED } from '../../../scripts/test/compiled.ts';
import { freePort } from '../../../scripts/test/free-port.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

export type Environment = Record<string, string | undefined>;

export type Run = {
  child: ChildProcess;
  stdout: Promise<string>;
  stderr: Promise<string>;
  /** Exit code or signal. */
  ended: Promise<number | string>;
};

/** Everything the core needs to start on this database, on free ports. */
export async function environment(databaseUrl: string): Promise<Record<string, string>> {
  return {
    DATABASE_URL: databaseUrl,
    PORT: `${await freePort()}`,
    PRIVATE_PORT: `${await freePort()}`,
    PUBLIC_URL: 'http://portal.test',
    GATEWAY_PUBLIC_URL: 'http://gateway.test',
    AUTH_SECRET: 'a secret of the tests, long enough',
  };
}

/** Runs an entry of billing-core as a process of its own, with this environment alone. */
export function run(entry: string, env: Environment, args: string[] = [], input = ''): Run {
  const child = spawn(process.execPath, [`billing-core/src/${entry}`, ...args], {
    cwd: ROOT,
    env: { ...COMPILED, ...env } as NodeJS.ProcessEnv,
    stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
  });
  child.stdin?.end(input);
  const ended = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | string);
  return {
    child,
    stdout: child.stdout ? text(child.stdout) : Promise.resolve(''),
    stderr: child.stderr ? text(child.stderr) : Promise.resolve(''),
    ended,
  };
}
