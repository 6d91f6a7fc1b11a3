import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, setPriority } from 'node:os';

const NICEST = -20;

/** Whether processes can be kept to one core each; without it figures of CPU are still true. */
export const CAN_PIN = cpus().length > 1 && spawnSync('taskset', ['-c', '0', 'true']).status === 0;

/** Whether this program is on the machine. */
export const isThere = (program: string): boolean =>
  spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;

export type Pinned = { core: number; args: string[]; env?: NodeJS.ProcessEnv };

/** Starts a program on one core. Its errors are shown, what it says otherwise is not. */
export function startOn(program: string, { core, args, env }: Pinned): ChildProcess {
  const [file, ...all] = CAN_PIN
    ? ['taskset', '-c', `${core}`, program, ...args]
    : [program, ...args];
  return spawn(file as string, all, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

function childrenOf(pid: number): number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
    return text.split(' ').filter(Boolean).map(Number);
  } catch {
    // It has ended meanwhile.
    return [];
  }
}

/** Keeps a process that runs already, with its threads and children, to one core. */
export function keepOn(pid: number, core: number): void {
  if (!CAN_PIN) return;
  spawnSync('taskset', ['-a', '-c', '-p', `${core}`, `${pid}`]);
  for (const child of childrenOf(pid)) keepOn(child, core);
}

/** Whether a process can be put before all ordinary ones of its core. */
export const CAN_RAISE = spawnSync('chrt', ['-f', '1', 'true']).status === 0;

const threadsOf = (pid: number): number[] => readdirSync(`/proc/${pid}/task`).map(Number);

/** Of a process: its main thread, and those that do its work with files, for which it waits. */
function workingThreadsOf(pid: number): number[] {
  const isOne = (thread: number): boolean =>
    thread === pid || readFileSync(`/proc/${pid}/task/${thread}/comm`, 'utf8').startsWith('libuv');
  return threadsOf(pid).filter(isOne);
}

/**
 * Puts a process before all ordinary ones of its core, or back among them. `helpers`: the core of
 * its other threads, those of the garbage collector among them. Its main thread waits for them
 * without letting others run: on its own core they would stand behind it, and it would wait for
 * them until the kernel takes the core from it, 0.9 s later.
 */
export function raise(pid: number, before: boolean, helpers: number): void {
  if (!CAN_RAISE) return;
  const how = before ? ['-f', '-p', '1'] : ['-o', '-p', '0'];
  const working = workingThreadsOf(pid);
  const others = threadsOf(pid).filter((thread) => !working.includes(thread));
  if (before)
    for (const thread of others) spawnSync('taskset', ['-c', '-p', `${helpers}`, `${thread}`]);
  for (const thread of working) spawnSync('chrt', [...how, `${thread}`]);
}

/**
 * Gives this process, and all that it starts, nearly all of the machine where others want some of
 * it, too: as on one of its own. Linux shares it out by session, then by niceness.
 */
export function goFirst(): void {
  try {
    writeFileSync('/proc/self/autogroup', `${NICEST}`);
  } catch {
    // Sessions do not count there: niceness alone does.
  }
  setPriority(NICEST);
}

/** Asks a process to end, and waits until it has. */
export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

const TICK_S = 0.01;

/** Seconds of CPU that a process and its threads have used so far; proc(5), fields 14 and 15. */
export function cpuSecondsOf(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_S;
}

/** Resident memory of a process, in MB. */
export function memoryOf(pid: number): number {
  const line = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(line ?? 0) / 1_024;
}
