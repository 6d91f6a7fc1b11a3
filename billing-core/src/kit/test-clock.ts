import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from './clock.ts';
import type { Query, Sql, Tx } from './database.ts';
import type { Log } from './log.ts';

/** Other cores hear this soon that time was moved; gateways with their next sync. */
const LOOK_EVERY_MS = 250;

/** The time of an installation: its own where it is for tests, which can be moved forward. */
export type TestClock = {
  clock: Clock;
  /** Whether it can be moved. */
  isOn: boolean;
  offsetMs(): number;
  /** Moves it, for this core at once. The caller's transaction is what keeps it. */
  advance(tx: Tx, to: number): Promise<void>;
  stop(): Promise<void>;
};

async function storedOffset(sql: Query): Promise<number> {
  const [row] = await sql<{ offset_ms: bigint }[]>`select offset_ms from test_clock`;
  return Number(row?.offset_ms ?? 0n);
}

/** Whether the time of this database was moved, of all or of some customer. */
async function wasMoved(sql: Query): Promise<boolean> {
  const [row] = await sql<[{ moved: boolean }]>`
    select exists (select from test_clock where offset_ms > 0)
        or exists (select from customers where clock_ms > 0) as moved`;
  return row.moved;
}

export class TestClockError extends Error {}

type Settings = { sql: Sql; base: Clock; isOn: boolean; log: Log };

/**
 * Throws TestClockError where the clock of this database was moved and this core is not to know:
 * it would take everything back to a time that is over.
 */
export async function openTestClock({ sql, base, isOn, log }: Settings): Promise<TestClock> {
  // A database that is away says nothing; a core starts without it.
  let offset = await storedOffset(sql).catch((err: unknown) => {
    log.warn({ err }, 'the test clock could not be read');
    return 0;
  });
  if (!isOn && (await wasMoved(sql).catch(() => false))) {
    throw new TestClockError('the clock of this database was moved: it runs with TEST_CLOCK=on');
  }
  const stopped = new AbortController();
  const { signal } = stopped;
  const follow = async (): Promise<void> => {
    while (isOn && !signal.aborted) {
      await pause(LOOK_EVERY_MS, undefined, { signal }).catch(() => {});
      await storedOffset(sql).then(
        (seen) => {
          offset = seen;
        },
        (err: unknown) => log.warn({ err }, 'the test clock could not be read'),
      );
    }
  };
  const ended = follow();
  return {
    clock: () => base() + offset,
    isOn,
    offsetMs: () => offset,
    advance: async (tx, to) => {
      const ahead = Math.max(to - base(), offset);
      await tx`update test_clock set offset_ms = greatest(offset_ms, ${ahead})`;
      offset = ahead;
    },
    stop: () => {
      stopped.abort();
      return ended;
    },
  };
}

/** The time as it is: what tests and commands run by. */
export const plainClock = (clock: Clock): TestClock => ({
  clock,
  isOn: false,
  offsetMs: () => 0,
  advance: () => Promise.reject(new Error('this clock cannot be moved')),
  stop: () => Promise.resolve(),
});
