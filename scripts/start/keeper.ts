import type { ChildProcess } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

const START_ATTEMPTS_MAX = 3;
const BACKOFF_FIRST_MS = 100;
const BACKOFF_MAX_MS = 5_000;
/** A part that lived this long is no longer failing. */
const STEADY_MS = 10_000;

/** One process of the product, as the supervisor sees it. */
export interface Part {
  name: string;
  /** Starts it. `ready` rejects when it does not come up in time. */
  launch(): { child: ChildProcess; ready: Promise<void> };
  /** Asks it to end in good order, and ends it by force at a deadline. */
  stop(child: ChildProcess): Promise<void>;
  /** Out: the end of its log. */
  lastWords(): string;
}

export type PartEvent =
  | { kind: 'spawned'; pid: number }
  | { kind: 'lost'; how: string }
  | { kind: 'back'; afterMs: number };

/** A part that is being kept alive. */
export interface Kept {
  /** Resolves when it is ready for the first time; rejects when it fails again and again. */
  ready: Promise<void>;
  stop(): Promise<void>;
  /** Ends the process in good order; it is started again as after a crash. */
  restart(): Promise<void>;
}

/** Keeps a part running until it is stopped: whatever ends it, it is started again. */
export function keepRunning(part: Part, tell: (event: PartEvent) => void): Kept {
  const first = Promise.withResolvers<void>();
  // Awaited by whoever starts the part; a failure while others are being awaited is no crash.
  first.promise.catch(() => undefined);
  const pause = new AbortController();
  let current: ChildProcess | undefined;
  let wasReady = false;

  async function once(): Promise<string> {
    const { child, ready } = part.launch();
    current = child;
    const begin = performance.now();
    const ended = endOf(child);
    if (child.pid !== undefined) tell({ kind: 'spawned', pid: child.pid });
    const failure = await Promise.race([ready.then(() => undefined, reasonOf), ended]);
    if (failure === undefined) {
      if (wasReady) tell({ kind: 'back', afterMs: performance.now() - begin });
      wasReady = true;
      first.resolve();
    } else {
      await part.stop(child);
    }
    return failure ?? ended;
  }

  async function keep(): Promise<void> {
    for (let failures = 0; !pause.signal.aborted;) {
      const begin = performance.now();
      const how = await once().catch(reasonOf);
      if (pause.signal.aborted) return;
      failures = performance.now() - begin > STEADY_MS ? 1 : failures + 1;
      if (!wasReady && failures >= START_ATTEMPTS_MAX) {
        return first.reject(new Error(`${part.name} does not start: ${how}\n${part.lastWords()}`));
      }
      tell({ kind: 'lost', how });
      const backoff = Math.min(BACKOFF_FIRST_MS * 2 ** (failures - 1), BACKOFF_MAX_MS);
      await sleep(backoff, undefined, { signal: pause.signal }).catch(() => undefined);
    }
  }

  const kept = keep();
  return {
    ready: first.promise,
    async stop() {
      pause.abort();
      first.reject(new Error(`${part.name} was stopped before it was ready.`));
      if (current) await part.stop(current);
      await kept;
    },
    async restart() {
      if (current) await part.stop(current);
    },
  };
}

function endOf(child: ChildProcess): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  child.once('error', (error) => resolve(error.message));
  child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
  return promise;
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : `${error}`);
