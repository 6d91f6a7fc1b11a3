import { setTimeout as delay } from 'node:timers/promises';
import { changesAfter, lastChange, type Change } from '../kit/changes.ts';
import type { Sql } from '../kit/database.ts';
import { Fault } from '../kit/fault.ts';
import type { Log } from '../kit/log.ts';

const POLL_MS = 100;
const ERROR_PAUSE_MS = 1_000;
/** A database that is silent for longer is out of reach: other cores may hear it. */
const SILENT_MS = 2_000;

type Waiter = { after: bigint; wake: (error?: unknown) => void };

/** What the database answers, or a fault: who waits here does not hear what changed elsewhere. */
async function answered<Result>(reading: Promise<Result>): Promise<Result> {
  const late = Promise.withResolvers<never>();
  const fault = new Fault('unavailable', { detail: 'The database does not answer' });
  const timer = setTimeout(() => late.reject(fault), SILENT_MS);
  // Nobody hears how it ends after that.
  reading.catch(() => {});
  return Promise.race([reading, late.promise]).finally(() => clearTimeout(timer));
}

/**
 * The changes feed by long-poll. One poll of the newest number serves every waiting gateway, and
 * none is made while nobody waits.
 */
export class ChangeFeed {
  readonly #sql: Sql;
  readonly #log: Log;
  readonly #waiters = new Set<Waiter>();
  #polling = false;

  constructor(sql: Sql, log: Log) {
    this.#sql = sql;
    this.#log = log;
  }

  /**
   * Changes after the cursor; waits up to `waitMs` for the first, then answers an empty list.
   * Throws `unavailable` once the database is silent: the gateway asks another core then.
   */
  async after(cursor: bigint, waitMs: number, signal: AbortSignal): Promise<Change[]> {
    const already = await answered(changesAfter(this.#sql, 'facts', cursor));
    if (already.length > 0 || waitMs <= 0) return already;
    await this.#waitBeyond(cursor, waitMs, signal);
    return signal.aborted ? [] : answered(changesAfter(this.#sql, 'facts', cursor));
  }

  #waitBeyond(after: bigint, waitMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const wake = (error?: unknown): void => {
        clearTimeout(timer);
        this.#waiters.delete(waiter);
        signal.removeEventListener('abort', done);
        if (error === undefined) resolve();
        else reject(error as Error);
      };
      const done = (): void => wake();
      const waiter: Waiter = { after, wake };
      const timer = setTimeout(done, waitMs);
      signal.addEventListener('abort', done);
      this.#waiters.add(waiter);
      if (signal.aborted) done();
      else void this.#poll();
    });
  }

  async #poll(): Promise<void> {
    if (this.#polling) return;
    this.#polling = true;
    while (this.#waiters.size > 0) {
      try {
        const newest = await answered(lastChange(this.#sql, 'facts'));
        for (const waiter of this.#waiters) if (waiter.after < newest) waiter.wake();
        await delay(POLL_MS);
      } catch (error) {
        this.#log.warn({ err: error }, 'changes could not be read');
        for (const waiter of this.#waiters) waiter.wake(error);
        await delay(ERROR_PAUSE_MS);
      }
    }
    this.#polling = false;
  }
}
