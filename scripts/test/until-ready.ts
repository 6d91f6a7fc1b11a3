import type { ChildProcess } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';

const POLL_MS = 20;
/** A start, on a machine that does much else. */
const READY_WITHIN_MS = 100_000;

/**
 * Waits until this address of a process answers 200. Throws with what the process printed when it
 * ends before, or takes too long.
 */
export async function untilReady(
  child: ChildProcess,
  { url, output }: { url: string; output: () => string },
): Promise<void> {
  const runs = (): boolean => child.exitCode === null && child.signalCode === null;
  const until = performance.now() + READY_WITHIN_MS;
  while (runs() && performance.now() < until) {
    const answer = await fetch(url).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.status === 200) return;
    await pause(POLL_MS);
  }
  const why = runs()
    ? 'takes too long to get ready'
    : `ended (${child.exitCode ?? child.signalCode})`;
  throw new Error(`${child.spawnargs.join(' ')} ${why}:\n${output()}`);
}
