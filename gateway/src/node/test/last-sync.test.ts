import { once } from 'node:events';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import type { SpoolMetering } from '../metering.ts';
import type { Shipper } from '../shipper.ts';
import { SyncLoop } from '../sync.ts';
import type { CoreClock } from '../clock.ts';

const DEADLINE_MS = 30_000;
/** Far below the deadline, and far above what is left of it after the first try. */
const SOON = { timeout: 10_000 };

/** A loop that stops while core is away: a try takes `tryMs`, then it pauses as long as it may. */
function stopping(tryMs: number) {
  let now = 0;
  const seen = { tries: 0 };
  const shipper = {
    batchesPending: 0,
    sync: () => Promise.reject(new Error('away')),
    finish: () => {
      seen.tries += 1;
      now += tryMs;
      return Promise.reject(new Error('away'));
    },
    async backOff(signal: AbortSignal) {
      if (signal.aborted) return;
      await once(signal, 'abort');
      now = DEADLINE_MS;
    },
  };
  const metering = { cut: () => false, stuck: false, incomplete: false, openRequests: 0 };
  const loop = new SyncLoop({
    shipper: shipper as unknown as Shipper,
    metering: metering as unknown as SpoolMetering,
    clock: { monotonic: () => now } as unknown as CoreClock,
    log: pino({ level: 'silent' }),
  } as unknown as ConstructorParameters<typeof SyncLoop>[0]);
  return { loop, seen };
}

test(
  'a gateway that stops pauses no longer between its last tries than is left',
  SOON,
  async () => {
    const { loop, seen } = stopping(DEADLINE_MS - 40);
    expect(await loop.close(DEADLINE_MS)).toBe(false);
    expect(seen.tries).toBe(1);
  },
);

test('a try that took all of the time is the last one', SOON, async () => {
  const { loop, seen } = stopping(DEADLINE_MS + 1);
  expect(await loop.close(DEADLINE_MS)).toBe(false);
  expect(seen.tries).toBe(1);
});
