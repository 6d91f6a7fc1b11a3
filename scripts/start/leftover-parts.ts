import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { commandOf, isAlive } from '../process.ts';
import { ROOT } from './config.ts';
import type { DataDir } from './data-dir.ts';
import { writeWhole } from './whole-file.ts';

const OWN_END_MS = 5_000;
const TERM_MS = 10_000;
const STEP_MS = 50;

/** Process ids by part. */
export type Pids = Record<string, number>;

/** Remembers which processes are ours, for a start after we were killed. */
export function rememberPids({ processes }: DataDir, pids: Pids): void {
  writeWhole(processes, `${JSON.stringify(pids)}\n`);
}

/**
 * Waits until the parts of a supervisor that was killed have ended. They do so by themselves,
 * as their channel to it closed; one that hangs is ended. Postgres is not among them.
 */
export async function endLeftoverParts({ processes, folder }: DataDir): Promise<void> {
  if (!existsSync(processes)) return;
  const isOurs = (pid: number): boolean => isOursBelow(pid, folder);
  const pids = Object.values(JSON.parse(readFileSync(processes, 'utf8')) as Pids);
  for (const [signal, patience] of [
    [0, OWN_END_MS],
    ['SIGTERM', TERM_MS],
    ['SIGKILL', TERM_MS],
  ] as const) {
    for (const pid of pids.filter(isOurs)) process.kill(pid, signal);
    for (let waited = 0; waited < patience && pids.some(isOurs); waited += STEP_MS) {
      await sleep(STEP_MS);
    }
  }
}

// A process id may have been given to something else since.
function isOursBelow(pid: number, folder: string): boolean {
  const isProgram = (word: string): boolean =>
    [ROOT, folder].some((root) => word.startsWith(root)) && /\.[jt]s$/.test(word);
  return isAlive(pid) && commandOf(pid).some(isProgram);
}
