import type { SyncEnvelope } from '@tollgate/billing-core/contract/sync.ts';
import { REFUSALS_MAX } from '@tollgate/billing-core/contract/sync.ts';
import type { Clock, Refusals } from '../ports.ts';

type RefusalCount = SyncEnvelope['refusals'][number];
const MINUTE_MS = 60_000;

/** Refusals of known customers by minute and reason: at most once, bounded, never billed. */
export class RefusalCounts implements Refusals {
  readonly #clock: Clock;
  #counts = new Map<string, RefusalCount>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  count(customer: string, reason: string): void {
    const minute = Math.floor(this.#clock.now() / MINUTE_MS);
    const key = `${customer}|${minute}|${reason}`;
    const count = this.#counts.get(key);
    if (count) count.requests += 1;
    else if (this.#counts.size < REFUSALS_MAX) {
      this.#counts.set(key, { customer, minute, reason, requests: 1 });
    }
  }

  /** Everything counted since the last call; what is taken is not sent twice. */
  take(): RefusalCount[] {
    if (this.#counts.size === 0) return [];
    const all = [...this.#counts.values()];
    this.#counts = new Map();
    return all;
  }
}
