import type {
  GatewayCount,
  UsageBatch,
  UsageColumns,
  WindowSpend,
} from '@tollgate/billing-core/contract/usage-batch.ts';
import { countKey } from './tally.ts';

const MINUTES_A_DAY = 1_440;

const outside = ({ window, settled, unleased, overdrawn }: WindowSpend): WindowSpend => ({
  window,
  settled: 0,
  unleased,
  overdrawn: overdrawn + settled,
});

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

  take(batch: UsageBatch): UsageBatch {
    const counts = this.#count(batch.columns);
    const spent = this.#returned ? batch.spent.map(outside) : batch.spent;
    return { ...batch, counts, spent };
  }

  /** The running totals that these entries touch. */
  #count(columns: UsageColumns): GatewayCount[] {
    const touched = new Map<string, GatewayCount>();
    columns.customer.forEach((customer, at) => {
      const { [at]: meter = '' } = columns.meter;
      const day = Math.floor((columns.minute[at] ?? 0) / MINUTES_A_DAY);
      const key = countKey({ customer, meter, day });
      const none = { customer, meter, day, requests: 0, quantity: 0, billable: 0 };
      const count = this.#counts.get(key) ?? none;
      const quantity = columns.quantity[at] ?? 0;
      count.requests += columns.requests[at] ?? 0;
      count.quantity = Math.min(count.quantity + quantity, Number.MAX_SAFE_INTEGER);
      if (columns.billable[at]) {
        count.billable = Math.min(count.billable + quantity, Number.MAX_SAFE_INTEGER);
      }
      this.#counts.set(key, count);
      touched.set(key, count);
    });
    return [...touched.values()].map((count) => ({ ...count }));
  }
}
