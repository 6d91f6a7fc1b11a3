import { quotaWindow, readWindowId } from '@tollgate/billing-core/contract/quota-window.ts';
import type { LeaseGrant } from '@tollgate/billing-core/contract/sync.ts';
import { available, openLease, type Lease } from '../core/lease.ts';
import { decodeRecord, encodeRecord, spendOnly, type UsageRecord } from '../core/record.ts';
import { forget, giveBackIdle } from '../core/lending.ts';
import { openRate } from '../core/rate.ts';
import { openTill, type Till } from '../core/till.ts';
import type { Books } from './books.ts';
import type { Report, SubAsk } from './report.ts';
import {
  adopted,
  asksMore,
  forfeit,
  grantOf,
  lend,
  outstanding,
  settleSub,
  type SubLease,
} from './sub-lease.ts';
import { giveTokens, needsCore, type RateAsk, type RateGrant } from './sub-rate.ts';

const keyOf = (isolate: string, window: string): string => `${isolate}|${window}`;

/** The till of an object in memory, written through to its books turn by turn. */
export class TillBooks {
  readonly till: Till;
  readonly #books: Books;
  /** The newest generation of each isolate's sub-lease; older ones hold nothing. */
  readonly #subs = new Map<string, SubLease>();

  constructor(books: Books, customerId: string) {
    this.#books = books;
    this.till = openTill(customerId);
    for (const lease of books.leases()) this.till.leases.set(lease.window.id, lease);
    for (const sub of books.subLeases()) this.#subs.set(keyOf(sub.isolate, sub.window), sub);
  }

  /** Stores the records of parcels that are new, with what they spend of the object's leases. */
  take({ isolate, parcels, floor }: Report, now: number): void {
    this.#books.dropParcels(isolate, { floor, now });
    for (const { number, records } of parcels) {
      if (number < floor || !this.#books.takeParcel(isolate, { number, now })) continue;
      for (const record of records) this.#record(isolate, decodeRecord(record));
    }
  }

  /** Parcels that never came and never will: one reason each, which names it. */
  lost({ isolate, givenUp = [] }: Report, now: number): string[] {
    return givenUp
      .filter(({ number }) => this.#books.takeParcel(isolate, { number, now }))
      .map(({ number, records }) => `lost_${records}_records_of_${isolate}_${number}`);
  }

  #record(isolate: string, record: UsageRecord): void {
    const spent = record.spent.map(([window, settled, unleased, overdrawn]) => {
      const lease = this.till.leases.get(window);
      const sub = this.#subs.get(keyOf(isolate, window));
      const [now, over] = settleSub(lease, sub, { settled, overdrawn });
      if (lease) this.#save(lease, sub);
      return [window, now, unleased, over] as const;
    });
    this.#books.addRecord(encodeRecord({ ...record, spent }));
  }

  #save(lease: Lease, sub?: SubLease): void {
    this.#books.saveLease(lease);
    if (sub) this.#books.saveSubLease(sub);
  }

  /** Lends to an isolate what it asks for and is there; stored before it is answered. */
  lend(isolate: string, asks: readonly SubAsk[], now: number): LeaseGrant[] {
    return asks.flatMap((ask) => {
      const lease = this.#leaseOf(ask, now);
      if (!lease) return [];
      const key = keyOf(isolate, ask.window);
      let sub = this.#subs.get(key);
      if (!sub || sub.generation < ask.generation) {
        sub = adopted(isolate, ask);
        this.#subs.set(key, sub);
      }
      if (asksMore(ask)) lease.touchedAt = now;
      if (sub.generation === ask.generation) lend(lease, sub, { ask, now });
      this.#save(lease, sub);
      return [grantOf(lease, sub, now)];
    });
  }

  /** Whether some ask could still be met if core were asked. */
  wants(asks: readonly SubAsk[], now: number): boolean {
    return asks.some((ask) => {
      const lease = this.till.leases.get(ask.window);
      if (!lease || !asksMore(ask) || lease.short === 0) return false;
      return lease.exhaustedAt === null && now >= lease.retryAt && lease.window.endsAt > now;
    });
  }

  #leaseOf({ window: id, endsAt }: SubAsk, now: number): Lease | undefined {
    const known = this.till.leases.get(id);
    if (known) return known;
    const named = readWindowId(id);
    if (!named || named.customerId !== this.till.customerId) return undefined;
    const { startsAt, ...of } = named;
    const window = quotaWindow(of, { startsAt, endsAt });
    const { generation } = this.till;
    const lease = openLease({ window, generation, limit: 0 }, now);
    this.till.leases.set(id, lease);
    return lease;
  }

  /** Counts what isolates offered; true when core has to be asked for a part of the limit. */
  offered(ask: RateAsk, now: number): boolean {
    const rate = (this.till.rate ??= openRate(now));
    rate.offered += ask.offered;
    return needsCore(rate, ask, now);
  }

  giveTokens(ask: RateAsk, of: { isolates: number; away: boolean; now: number }): RateGrant {
    return giveTokens((this.till.rate ??= openRate(of.now)), ask, of);
  }

  /** Counts as used what an isolate was lent and will not account for. Returns the units. */
  forfeit(isolate: string): number {
    let units = 0;
    for (const [key, sub] of this.#subs) {
      if (sub.isolate !== isolate) continue;
      const lease = this.till.leases.get(sub.window);
      const lost = lease ? forfeit(lease, sub) : 0;
      if (lease && lost > 0) {
        this.#save(lease);
        const id = `forfeited_${isolate}`;
        const record = spendOnly(id, this.till.customerId, [[sub.window, lost]]);
        this.#books.addRecord(encodeRecord(record));
      }
      units += lost;
      this.#subs.delete(key);
    }
    this.#books.dropIsolate(isolate);
    return units;
  }

  /** Isolates that hold units. */
  holders(): Set<string> {
    const holders = new Set<string>();
    for (const sub of this.#subs.values()) if (outstanding(sub) > 0) holders.add(sub.isolate);
    return holders;
  }

  /** Gives back what nobody asked for lately, and forgets windows that are over. */
  tidy(now: number): void {
    giveBackIdle(this.till, now);
    const before = [...this.till.leases.keys()];
    forget(this.till, now);
    for (const id of before) {
      if (this.till.leases.has(id)) continue;
      this.#books.dropLease(id);
      for (const [key, sub] of this.#subs) if (sub.window === id) this.#subs.delete(key);
    }
  }

  /** Forgets everything lent: it was the ended boot's. */
  clear(): void {
    this.till.leases.clear();
    this.till.rate = null;
    this.#subs.clear();
  }

  /** Writes what core's answers changed. */
  saveLeases(): void {
    for (const lease of this.till.leases.values()) this.#books.saveLease(lease);
  }

  /** Whether little is left of some quota: then the object syncs every second. */
  get isTight(): boolean {
    for (const lease of this.till.leases.values()) {
      const left = available(lease) + lease.unlent;
      if (lease.short > 0 || (lease.granted > 0 && left * 10 < lease.limit)) return true;
    }
    return false;
  }
}
