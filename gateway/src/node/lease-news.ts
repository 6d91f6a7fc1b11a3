import type { LeaseTotals } from '@tollgate/billing-core/contract/sync.ts';
import { hasNews, totals } from '../core/lending.ts';
import type { Till } from '../core/till.ts';

/** Of a message this much is left to units that are given back, however much is asked for. */
const RETURNS_PART = 1 / 4;

/** Which tills have something to tell core of their leases. */
export class LeaseNews {
  /** They admitted or asked since their totals were last sent. */
  readonly #touched = new Set<Till>();
  /** They give units back: nobody waits for it. */
  readonly #returning = new Set<Till>();

  touched(till: Till): void {
    this.#touched.add(till);
  }

  /** The till may have given units back, or its last word may not have been answered. */
  look(till: Till): void {
    if (hasNews(till)) this.#returning.add(till);
  }

  forget(till: Till): void {
    this.#touched.delete(till);
    this.#returning.delete(till);
  }

  clear(): void {
    this.#touched.clear();
    this.#returning.clear();
  }

  /** Totals to send, at most `max`: what requests wait for first. */
  totals(max: number, now: number): LeaseTotals[] {
    const all: LeaseTotals[] = [];
    const kept = this.#returning.size > 0 ? Math.floor(max * RETURNS_PART) : 0;
    for (const [tills, room] of [
      [this.#touched, max - kept],
      [this.#returning, max],
    ] as const) {
      for (const till of tills) {
        all.push(...totals(till, now, { max: room - all.length }));
        // Perhaps it has more to say than was room for.
        if (all.length >= room) break;
        tills.delete(till);
      }
    }
    return all;
  }
}
