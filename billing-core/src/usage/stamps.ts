import type { UsageBatch } from '../contract/usage-batch.ts';
import { MINUTE_MS } from '../kit/clock.ts';

/** A gateway's idea of core time may be this far ahead; what is further has a broken clock. */
const AHEAD_MINUTES_MAX = 2;
/** What is not older than this was sent as it was recorded: mostly nothing is. */
const FRESH_MINUTES = 5;

/** Customers of entries and faults with minutes of the future; mostly there is none. */
export function early({ columns, faults = [] }: UsageBatch, now: number): Set<string> {
  const last = Math.floor(now / MINUTE_MS) + AHEAD_MINUTES_MAX;
  const customers = new Set<string>();
  for (const { minute, customer } of faults) if (minute > last) customers.add(customer);
  const { minute, customer } = columns;
  for (let at = 0; at < minute.length; at++) {
    if ((minute[at] as number) > last) customers.add(customer[at] as string);
  }
  return customers;
}

/** Customers of billable entries that come late. */
export function late({ columns }: UsageBatch, now: number): Set<string> {
  const first = Math.floor(now / MINUTE_MS) - FRESH_MINUTES;
  const { minute, customer, billable } = columns;
  return new Set(
    customer.filter((_, at) => (minute[at] as number) < first && (billable[at] as boolean)),
  );
}

/**
 * How many billable entries of these customers are dated before the first subscription of theirs
 * began (ms; infinity: there was none). No period has them, so no invoice will: a gateway admits
 * nobody without one, and where that is so its clock was behind.
 */
export function unbillable({ columns }: UsageBatch, began: ReadonlyMap<string, number>): number {
  const { minute, customer, billable } = columns;
  return customer.filter((of, at) => {
    const end = ((minute[at] as number) + 1) * MINUTE_MS;
    return (billable[at] as boolean) && end <= (began.get(of) ?? Number.NEGATIVE_INFINITY);
  }).length;
}

/** Core time in ms, and how far ahead of it the clocks of those customers are that have one. */
type Times = { now: number; clocks: ReadonlyMap<string, number> };

/**
 * Brings minutes of the future back to the present one, in place, and says of how many entries: no
 * clock may put usage into a period that has not begun, but for a customer's own. The past is left
 * alone: a spool may turn up after months. Which quota window a unit was spent in is not touched
 * by it.
 */
export function bringBack({ columns, faults = [] }: UsageBatch, { now, clocks }: Times): number {
  const presentOf = (customer: string): number =>
    Math.floor((now + (clocks.get(customer) ?? 0)) / MINUTE_MS);
  for (const fault of faults) {
    const present = presentOf(fault.customer);
    if (fault.minute > present + AHEAD_MINUTES_MAX) fault.minute = present;
  }
  let brought = 0;
  const { minute, customer } = columns;
  for (let at = 0; at < minute.length; at++) {
    const present = presentOf(customer[at] as string);
    if ((minute[at] as number) <= present + AHEAD_MINUTES_MAX) continue;
    minute[at] = present;
    brought += 1;
  }
  return brought;
}
