import type {
  GatewayCount,
  UsageBatch,
  ValueFaultCount,
  WindowSpend,
} from '@tollgate/billing-core/contract/usage-batch.ts';
import type { UsageRecord } from './meter.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** A long request counts once, with its first span. */
const requestsOf = ({ later }: UsageRecord): number => (later ? 0 : 1);

/** A running total is one customer's, of one meter, on one UTC day. */
export const countKey = (of: Pick<GatewayCount, 'customer' | 'meter' | 'day'>): string =>
  `${of.customer}|${of.meter}|${of.day}`;

type Entry = {
  record: UsageRecord;
  meter: string;
  minute: number;
  requests: number;
  quantity: number;
};

/**
 * Gathers records into the next batch, and keeps the boot's running totals a customer, meter and
 * day. Pure: the same records in the same order give the same batches.
 */
export class Tally {
  readonly #counts = new Map<string, GatewayCount>();
  #entries = new Map<string, Entry>();
  #touched = new Map<string, GatewayCount>();
  #spent = new Map<string, WindowSpend>();
  #faults = new Map<string, ValueFaultCount>();

  get entries(): number {
    return this.#entries.size;
  }

  /** Takes up the running totals that earlier batches of this boot carried. */
  resume(counts: readonly GatewayCount[]): void {
    for (const count of counts) {
      const key = countKey(count);
      const was = this.#counts.get(key);
      // Each by itself: a later span of a request adds to a quantity and to no number.
      this.#counts.set(key, {
        ...count,
        requests: Math.max(was?.requests ?? 0, count.requests),
        quantity: Math.max(was?.quantity ?? 0, count.quantity),
        billable: Math.max(was?.billable ?? 0, count.billable),
      });
    }
  }

  add(record: UsageRecord): void {
    const minute = Math.floor(record.admittedAt / MINUTE_MS);
    for (const [meter, quantity] of record.quantities) {
      this.#addEntry(record, { meter, quantity, minute });
      this.#addCount(record, meter, quantity);
    }
    for (const [window, settled, unleased, overdrawn] of record.spent) {
      const spent = this.#spent.get(window) ?? { window, settled: 0, unleased: 0, overdrawn: 0 };
      spent.settled += settled;
      spent.unleased += unleased;
      spent.overdrawn += overdrawn;
      this.#spent.set(window, spent);
    }
    for (const [meter, fault] of record.faults ?? [])
      this.#addFault(record, { meter, fault, minute });
  }

  #addFault(
    { customer, route }: UsageRecord,
    of: Pick<ValueFaultCount, 'meter' | 'fault' | 'minute'>,
  ): void {
    const key = [customer, route, of.meter, of.fault, of.minute].join('|');
    const count = this.#faults.get(key);
    if (count) count.requests += 1;
    else this.#faults.set(key, { customer, route, ...of, requests: 1 });
  }

  #addEntry(record: UsageRecord, of: { meter: string; quantity: number; minute: number }): void {
    const key = [
      record.customer,
      record.key,
      record.route,
      record.routeVersion,
      of.meter,
      record.outcome,
      of.minute,
      record.billable,
    ].join('|');
    const entry = this.#entries.get(key);
    if (entry && entry.quantity + of.quantity <= Number.MAX_SAFE_INTEGER) {
      entry.requests += requestsOf(record);
      entry.quantity += of.quantity;
      return;
    }
    // A sum beyond the safe integers would not be exact: the full entry stays as it is.
    if (entry) this.#entries.set(`${key}|${this.#entries.size}`, entry);
    this.#entries.set(key, { record, ...of, requests: requestsOf(record) });
  }

  #addCount(record: UsageRecord, meter: string, quantity: number): void {
    const day = Math.floor(record.admittedAt / DAY_MS);
    const of = { customer: record.customer, meter, day };
    const key = countKey(of);
    const count = this.#counts.get(key) ?? {
      ...of,
      requests: 0,
      quantity: 0,
      billable: 0,
    };
    count.requests += requestsOf(record);
    // The check on the ledger, not the ledger: it stands still at the largest safe integer.
    count.quantity = Math.min(count.quantity + quantity, Number.MAX_SAFE_INTEGER);
    if (record.billable) {
      count.billable = Math.min(count.billable + quantity, Number.MAX_SAFE_INTEGER);
    }
    this.#counts.set(key, count);
    this.#touched.set(key, count);
  }

  /** Drops the totals of days that are over: no request can still be counted there. */
  forgetBefore(day: number): void {
    for (const [key, count] of this.#counts) if (count.day < day) this.#counts.delete(key);
  }

  /** The batch of everything added since the last call. */
  take(): UsageBatch {
    const entries = [...this.#entries.values()];
    const batch: UsageBatch = {
      columns: {
        customer: entries.map((e) => e.record.customer),
        key: entries.map((e) => e.record.key),
        route: entries.map((e) => e.record.route),
        route_version: entries.map((e) => e.record.routeVersion),
        meter: entries.map((e) => e.meter),
        outcome: entries.map((e) => e.record.outcome),
        minute: entries.map((e) => e.minute),
        billable: entries.map((e) => e.record.billable),
        requests: entries.map((e) => e.requests),
        quantity: entries.map((e) => e.quantity),
      },
      counts: [...this.#touched.values()].map((count) => ({ ...count })),
      spent: [...this.#spent.values()],
      ...(this.#faults.size > 0 && { faults: [...this.#faults.values()] }),
    };
    this.#entries = new Map();
    this.#touched = new Map();
    this.#spent = new Map();
    this.#faults = new Map();
    return batch;
  }
}
