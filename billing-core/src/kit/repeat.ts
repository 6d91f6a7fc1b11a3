import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from './log.ts';

export type Repeating = { what: string; everyMs: number; log: Log };

/** Does `work` now and every `everyMs` after it ended; a failure is logged and tried again then. */
export function startRepeating(
  { what, everyMs, log }: Repeating,
  work: () => Promise<void>,
): { stop(): Promise<void> } {
  const stopped = new AbortController();
  const { signal } = stopped;
  const repeat = async (): Promise<void> => {
    while (!signal.aborted) {
      await work().catch((err: unknown) => log.error({ err }, `${what} failed`));
      await pause(everyMs, undefined, { signal }).catch(() => {});
    }
  };
  const ended = repeat();
  return {
    stop: () => {
      stopped.abort();
      return ended;
    },
  };
}
