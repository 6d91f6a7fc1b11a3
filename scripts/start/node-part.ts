import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT } from './config.ts';
import type { Part } from './keeper.ts';
import { lastLines, logPath, withLog } from './log-file.ts';

const READY_WITHIN_MS = 30_000;
const POLL_EVERY_MS = 30;
const PROBE_WITHIN_MS = 2_000;

export interface NodePart {
  name: string;
  /** Where the program lies; the project, unless said. */
  root?: string;
  /** Below the root. */
  entry: string;
  /** Asked at each launch, so that a part started again sees new tokens. */
  env: () => Record<string, string>;
  /** Answers 2xx once the part can do its job. */
  readyUrl: string;
  /** How long it may take to end in good order. */
  patienceMs: number;
  logs: string;
}

/** A part that is a program of this project. It has an IPC channel: when we are gone, it ends. */
export function nodePart(of: NodePart): Part {
  const { name, root = ROOT, entry, env, readyUrl, patienceMs, logs } = of;
  const log = logPath(logs, name);
  return {
    name,
    launch() {
      const child = withLog(log, (file) =>
        spawn(process.execPath, [join(root, entry)], {
          cwd: root,
          env: env(),
          // In a group of its own: Ctrl-C in the terminal is for us, who stop parts in order.
          detached: true,
          stdio: ['ignore', file, file, 'ipc'],
        }),
      );
      return { child, ready: answers(child, readyUrl) };
    },
    stop: (child) => stopWithin(child, patienceMs),
    lastWords: () => lastLines(log),
  };
}

/** Asks a child to end and waits; at the deadline it is killed. */
export async function stopWithin(child: ChildProcess, patienceMs: number): Promise<void> {
  for (const [signal, patience] of [
    ['SIGTERM', patienceMs],
    ['SIGKILL', 1_000],
  ] as const) {
    if (hasEnded(child)) return;
    const { promise: ended, resolve } = Promise.withResolvers<unknown>();
    child.once('exit', resolve);
    child.kill(signal);
    await Promise.race([ended, sleep(patience, undefined, { ref: false })]);
  }
}

async function answers(child: ChildProcess, url: string): Promise<void> {
  for (let waited = 0; waited < READY_WITHIN_MS; waited += POLL_EVERY_MS) {
    if (hasEnded(child)) throw new Error('it ended before it was ready');
    if (await isReady(url)) return;
    await sleep(POLL_EVERY_MS);
  }
  throw new Error(`it was not ready after ${READY_WITHIN_MS / 1000} s (${url})`);
}

async function isReady(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(PROBE_WITHIN_MS) });
    await answer.body?.cancel();
    return answer.ok;
  } catch {
    return false;
  }
}

const hasEnded = (child: ChildProcess): boolean =>
  child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
