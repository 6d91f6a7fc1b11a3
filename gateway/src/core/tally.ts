import type {
  GatewayCount,
  OnceRequest,
  UsageBatch,
  ValueFaultCount,
  WindowSpend,
} from '@tollgate/billing-core/contract/usage-batch.ts';
import { Entries, type Entry, fits } from './entries.ts';
import { GenerationCache } from './generation-cache.ts';
import type { UsageRecord } from './record.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Running totals in memory: about 40 MB of them. */
export const COUNTS_MAX = 200_000;

/** A long request counts once, with its first span. */
const requestsOf = ({ later }: UsageRecord): number => (later ? 0 : 1);

/** A running total is one customer's, of one meter, on one UTC day. */
export const countKey = (of: Pick<GatewayCount, 'customer' | 'meter' | 'day'>): string =>
  `${of.customer}|${of.meter}|${of.day}`;

type OnceEntries = { record: UsageRecord; entries: Entry[] };

/**
 * Gathers records into the next batch, and keeps the boot's running totals a customer, meter and
 * day. Totals that were not touched for longest are forgotten; when their customer comes again,
 * the next one counts from that frame on, beside the first, and so it does behind a full one.
 * Every number of a batch is a safe integer: what would pass it goes into another row. Pure: the
 * same records in the same order give the same batches.
 */
export class Tally {
  readonly #counts: GenerationCache<GatewayCount>;
  #entries = new Entries();
  /** Of requests that are billed once: core says of each whether it is, so each has its own. */
  #once: OnceEntries[] = [];
  #onceEntries = 0;
  #touched = new Set<GatewayCount>();
  #firstDay = 0;
  /** The newest row of each window, and rows of the same windows that are full. */
  #spent = new Map<string, WindowSpend>();
  #spentFull: WindowSpend[] = [];
  #faults = new Map<string, ValueFaultCount>();

  constructor({ countsMax = COUNTS_MAX }: { countsMax?: number } = {}) {
    this.#counts = new GenerationCache(countsMax);
  }

  /** Running totals that are kept. */
  get counted(): number {
    return this.#counts.size;
  }

  /** Rows of the next batch, in the longer one of its two lists. */
  get entries(): number {
    const entries = this.#entries.all.length + this.#onceEntries;
    return Math.max(entries, this.#spent.size + this.#spentFull.length);
  }

  /** Takes up the running totals that earlier batches of this boot carried. */
  resume(counts: readonly GatewayCount[]): void {
    for (const count of counts) {
      const key = countKey(count);
      const known = this.#counts.get(key);
      const [from, to] = [known?.since ?? 0, count.since ?? 0];
      if (known && from > to) continue;
      const was = from === to ? known : undefined;
      // Each by itself: a later span of a request adds to a quantity and to no number.
      this.#counts.set(key, {
        ...count,
        requests: Math.max(was?.requests ?? 0, count.requests),
        quantity: Math.max(was?.quantity ?? 0, count.quantity),
        billable: Math.max(was?.billable ?? 0, count.billable),
      });
    }
  }

  /** `frame`: the number of the record in its boot; later records have larger ones. */
  add(record: UsageRecord, frame: number): void {
    const minute = Math.floor(record.admittedAt / MINUTE_MS);
    if (record.once && record.quantities.length > 0) this.#addOnce(record, minute);
    for (const [meter, quantity] of record.quantities) {
      if (record.once) this.#countOf(record, { meter, quantity, frame });
      else this.#addEntry(record, { meter, quantity, minute, frame });
    }
    for (const [window, settled, unleased, overdrawn] of record.spent)
      this.#addSpend({ window, settled, unleased, overdrawn });
    for (const [meter, fault] of record.faults ?? [])
      this.#addFault(record, { meter, fault, minute });
  }

  #addSpend(more: WindowSpend): void {
    const { window, settled, unleased, overdrawn } = more;
    const spent = this.#spent.get(window);
    const has = spent && fits(spent.settled, settled) && fits(spent.unleased, unleased);
    if (has && fits(spent.overdrawn, overdrawn)) {
      spent.settled += settled;
      spent.unleased += unleased;
      spent.overdrawn += overdrawn;
      return;
    }
    if (spent) this.#spentFull.push(spent);
    this.#spent.set(window, { ...more });
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

  #addOnce(record: UsageRecord, minute: number): void {
    const requests = requestsOf(record);
    const entries = record.quantities.map(([meter, quantity]): Entry => ({
      record,
      meter,
      minute,
      requests,
      quantity,
    }));
    this.#once.push({ record, entries });
    this.#onceEntries += entries.length;
  }

  #addEntry(
    record: UsageRecord,
    of: { meter: string; quantity: number; minute: number; frame: number },
  ): void {
    const entry = this.#entries.of(record, of);
    entry.requests += requestsOf(record);
    entry.quantity += of.quantity;
    // It may be forgotten, or have a successor: it is known to be there only until a change.
    const { count, countedAt } = entry;
    if (count && countedAt === this.#counts.changes && fits(count.quantity, of.quantity)) {
      return addTo(count, record, of.quantity);
    }
    entry.count = this.#countOf(record, of);
    entry.countedAt = this.#counts.changes;
  }

  #countOf(
    record: UsageRecord,
    { meter, quantity, frame }: { meter: string; quantity: number; frame: number },
  ): GatewayCount {
    const day = Math.floor(record.admittedAt / DAY_MS);
    const of = { customer: record.customer, meter, day };
    const key = countKey(of);
    let count = this.#counts.get(key);
    // One that would not be exact any more stays as it is, and the next part counts from here.
    if (!count || !fits(count.quantity, quantity)) {
      count = { ...of, requests: 0, quantity: 0, billable: 0, since: frame };
      this.#counts.set(key, count);
    }
    addTo(count, record, quantity);
    this.#touched.add(count);
    return count;
  }

  /** Drops the totals of days that are over: no request can still be counted there. */
  forgetBefore(day: number): void {
    if (day <= this.#firstDay) return;
    this.#firstDay = day;
    this.#counts.dropWhere((count) => count.day < day);
  }

  /** The batch of everything added since the last call. */
  take(): UsageBatch {
    const merged = this.#entries.all;
    const once = onceRequests(this.#once, merged.length);
    const entries = [...merged, ...this.#once.flatMap((request) => request.entries)];
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
      counts: [...this.#touched].map((count) => ({ ...count })),
      spent: [...this.#spentFull, ...this.#spent.values()],
      ...(this.#faults.size > 0 && { faults: [...this.#faults.values()] }),
      ...(once.length > 0 && { once }),
    };
    this.#once = [];
    this.#onceEntries = 0;
    this.#entries = new Entries();
    this.#touched = new Set();
    this.#spent = new Map();
    this.#spentFull = [];
    this.#faults = new Map();
    return batch;
  }
}

function addTo(count: GatewayCount, record: UsageRecord, quantity: number): void {
  count.requests += requestsOf(record);
  count.quantity += quantity;
  if (record.billable) count.billable += quantity;
}

/** What core needs to know of each, whose entries stand behind so many others. */
function onceRequests(requests: readonly OnceEntries[], before: number): OnceRequest[] {
  let first = before;
  return requests.flatMap(({ record, entries }) => {
    const { once, requestId, spent } = record;
    if (!once) return [];
    const at = first;
    first += entries.length;
    const units = spent.map(([window, settled, unleased, overdrawn]): [string, number] => [
      window,
      Math.min(settled + unleased + overdrawn, Number.MAX_SAFE_INTEGER),
    ]);
    return { ...once, request: requestId, first: at, entries: entries.length, spent: units };
  });
}
