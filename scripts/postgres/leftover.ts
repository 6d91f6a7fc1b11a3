import { existsSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { commandOf, isAlive } from '../process.ts';

const FAST_SHUTDOWN_MS = 10_000;
const IMMEDIATE_SHUTDOWN_MS = 5_000;

/** Out: the process id of the postmaster that runs on this data; undefined when none does. */
export function postmasterOf(data: string): number | undefined {
  const path = join(data, 'postmaster.pid');
  if (!existsSync(path)) return undefined;
  const pid = Number.parseInt(readFileSync(path, 'utf8'), 10);
  return pid > 0 && runsOn(pid, data) ? pid : undefined;
}

/**
 * Stops a Postgres that a killed supervisor left alive on this data, and removes a lock file
 * whose process id now belongs to something else, which would keep Postgres from starting.
 * Out: whether one was stopped.
 */
export function stopLeftover(data: string): boolean {
  const pid = postmasterOf(data);
  if (pid === undefined) {
    rmSync(join(data, 'postmaster.pid'), { force: true });
    return false;
  }
  for (const [signal, patience] of [
    ['SIGINT', FAST_SHUTDOWN_MS],
    ['SIGQUIT', IMMEDIATE_SHUTDOWN_MS],
    ['SIGKILL', IMMEDIATE_SHUTDOWN_MS],
  ] as const) {
    if (!isAlive(pid)) return true;
    process.kill(pid, signal);
    waitForEnd(pid, patience);
  }
  return true;
}

function runsOn(pid: number, data: string): boolean {
  if (!isAlive(pid)) return false;
  const words = commandOf(pid);
  const folder = words[words.indexOf('-D') + 1];
  const isPostgres = basename(words[0] ?? '').startsWith('postgres');
  return isPostgres && folder !== undefined && sameFolder(folder, data);
}

function sameFolder(one: string, other: string): boolean {
  return existsSync(one) && existsSync(other) && realpathSync(one) === realpathSync(other);
}

// Synchronous: nothing else may happen before the data is free.
function waitForEnd(pid: number, patience: number): void {
  const clock = new Int32Array(new SharedArrayBuffer(4));
  for (let waited = 0; waited < patience && isAlive(pid); waited += 20) {
    Atomics.wait(clock, 0, 0, 20);
  }
}
