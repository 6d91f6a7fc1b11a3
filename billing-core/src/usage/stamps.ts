import type { UsageBatch } from '../contract/usage-batch.ts';
import { MINUTE_MS } from '../kit/clock.ts';

/** A gateway's idea of core time may be this far ahead; what is further has a broken clock. */
const AHEAD_MINUTES_MAX = 2;

/**
 * Brings minutes of the future back to the present one, in place, and says of how many entries: no
 * clock may put usage into a period that has not begun. The past is left alone: a spool may turn
 * up after months. Which quota window a unit was spent in is not touched by it.
 */
export function bringBack({ columns, faults = [] }: UsageBatch, now: number): number {
  const present = Math.floor(now / MINUTE_MS);
  const last = present + AHEAD_MINUTES_MAX;
  for (const fault of faults) if (fault.minute > last) fault.minute = present;
  let brought = 0;
  const { minute } = columns;
  for (let at = 0; at < minute.length; at++) {
    if ((minute[at] as number) <= last) continue;
    minute[at] = present;
    brought += 1;
  }
  return brought;
}
