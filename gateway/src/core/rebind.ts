import type {
  GatewayCount,
  UsageBatch,
  UsageColumns,
  WindowSpend,
} from '@tollgate/billing-core/contract/usage-batch.ts';
import { fits } from './entries.ts';
import { countKey } from './tally.ts';

const MINUTES_A_DAY = 1_440;

function outside({ window, settled, unleased, overdrawn }: WindowSpend): WindowSpend[] {
  if (fits(overdrawn, settled)) {
    return [{ window, settled: 0, unleased, overdrawn: overdrawn + settled }];
  }
  // Core adds the rows of a window up.
  return [
    { window, settled: 0, unleased, overdrawn },
    { window, settled: 0, unleased: 0, overdrawn: settled },
  ];
}

/**
 * Makes batches that core did not take under the boot they were recorded in ready for another
 * boot, which has leases and running totals of its own.
 */
export class Rebinding {
  readonly #returned: boolean;
  readonly #counts = new Map<string, GatewayCount>();

  /** `returned`: core counts the units of the ended boot as given back, also those spent here. */
  constructor({ returned }: { returned: boolean }) {
    this.#returned = returned;
  }

  /** The other boot's running totals. */
  get counts(): GatewayCount[] {
    return [...this.#counts.values()];
  }

  /** Batches in the order of their frames; `firstFrame` is the first that this one has. */
  take(batch: UsageBatch, firstFrame: number): UsageBatch {
    const counts = this.#count(batch.columns, firstFrame);
    const spent = this.#returned ? batch.spent.flatMap(outside) : batch.spent;
    return { ...batch, counts, spent };
  }

  /** The running totals that these entries touch, with those that became full meanwhile. */
  #count(columns: UsageColumns, firstFrame: number): GatewayCount[] {
    const touched = new Set<GatewayCount>();
    columns.customer.forEach((customer, at) => {
      const { [at]: meter = '' } = columns.meter;
      const day = Math.floor((columns.minute[at] ?? 0) / MINUTES_A_DAY);
      const key = countKey({ customer, meter, day });
      const quantity = columns.quantity[at] ?? 0;
      let count = this.#counts.get(key);
      if (!count || !fits(count.quantity, quantity)) {
        // A part is made of one frame or more: those of one batch stay within its frames.
        const since = count && { since: Math.max(firstFrame, (count.since ?? 0) + 1) };
        count = { customer, meter, day, requests: 0, quantity: 0, billable: 0, ...since };
        this.#counts.set(key, count);
      }
      count.requests += columns.requests[at] ?? 0;
      count.quantity += quantity;
      if (columns.billable[at]) count.billable += quantity;
      touched.add(count);
    });
    return [...touched].map((count) => ({ ...count }));
  }
}
