import type { Evidence } from './verdict.ts';

const MINUTE_MS = 60_000;
/** So far apart the clocks of clients and of billing-core may seem to be. */
const CLOCK_SLACK_MS = 100;

/** What is known of the requests of one key, by what was recorded or should be. */
export type KeyTally = {
  /** Whole answers that arrived, by the outcome that they must be recorded as. */
  complete: Map<string, number>;
  completeAll: number;
  completeBytes: number;
  /** Requests that got no whole answer: recorded or not, both is right. */
  torn: number;
  /** At most so many bytes of their answers can have been passed. */
  tornBytes: number;
  recorded: Map<string, number>;
  recordedAll: number;
  recordedBytes: number;
  /** What the upstream served, by the outcome that its answers have. */
  served: Map<string, number>;
};
export type MinuteTally = { certain: number; possible: number; recorded: number };
export type Tally = { keys: Map<string, KeyTally>; minutes: Map<number, MinuteTally> };

/** The outcome of a request that was answered so. The same as in the docs, by itself. */
function outcomeOf(status: number): string {
  if (status >= 500) return 'server_error';
  if (status >= 400) return 'client_error';
  return status >= 300 ? 'redirect' : 'ok';
}

const add = (to: Map<string, number>, outcome: string, count = 1): void =>
  void to.set(outcome, (to.get(outcome) ?? 0) + count);

const openKey = (): KeyTally => ({
  complete: new Map(),
  completeAll: 0,
  completeBytes: 0,
  torn: 0,
  tornBytes: 0,
  recorded: new Map(),
  recordedAll: 0,
  recordedBytes: 0,
  // Of these nothing may be recorded that was not served; an abort or a timeout is another thing.
  served: new Map([
    ['ok', 0],
    ['redirect', 0],
    ['client_error', 0],
    ['server_error', 0],
  ]),
});

/** Adds up what clients, upstream and ledger say, for each key and each minute. */
export function tallyOf({ asked, served, ledger, meters }: Evidence): Tally {
  const keys = new Map<string, KeyTally>();
  const minutes = new Map<number, MinuteTally>();
  const keyOf = (key: string): KeyTally => {
    const of = keys.get(key) ?? openKey();
    keys.set(key, of);
    return of;
  };
  const minuteOf = (minute: number): MinuteTally => {
    const of = minutes.get(minute) ?? { certain: 0, possible: 0, recorded: 0 };
    minutes.set(minute, of);
    return of;
  };
  const bytesOf = new Map(served.map(({ id, bytes }) => [id, bytes]));
  for (const each of asked) {
    const of = keyOf(each.key);
    const failed = each.code === 'upstream_error' || each.code === 'upstream_timeout';
    const admitted = each.complete && (each.served || failed);
    const torn = each.sent && !each.complete;
    if (admitted) {
      add(of.complete, each.served ? outcomeOf(each.status) : (each.code as string));
      of.completeAll += 1;
      if (each.served) of.completeBytes += each.bytes;
    } else if (torn) {
      of.torn += 1;
      of.tornBytes += bytesOf.get(each.id) ?? 0;
    }
    if (!admitted && !torn) continue;
    const first = Math.floor((each.at - CLOCK_SLACK_MS) / MINUTE_MS);
    const last = Math.floor((each.done + CLOCK_SLACK_MS) / MINUTE_MS);
    for (let minute = first; minute <= last; minute++) minuteOf(minute).possible += 1;
    if (first === last && admitted) minuteOf(first).certain += 1;
  }
  for (const { key, status } of served) add(keyOf(key).served, outcomeOf(status));
  for (const { key, meter, outcome, minute, requests, quantity } of ledger.entries) {
    const of = keyOf(key);
    if (meter === meters.bytes) of.recordedBytes += quantity;
    if (meter !== meters.requests) continue;
    add(of.recorded, outcome, requests);
    of.recordedAll += requests;
    minuteOf(minute).recorded += requests;
  }
  return { keys, minutes };
}
