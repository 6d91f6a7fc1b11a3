import type { KeyFact, RouteFact } from '@tollgate/billing-core/contract/facts.ts';
import { readWindowId, type QuotaWindow } from '@tollgate/billing-core/contract/quota-window.ts';
import type { Change, ChangeKind } from '../../../billing-core/src/kit/changes.ts';
import { turnsOf } from '../../../billing-core/src/subscriptions/calendar.ts';
import type { LeaseChange } from '../../../billing-core/src/quotas/store.ts';
import type { BootRow as Stored, SeenBoot } from '../../../billing-core/src/usage/store.ts';
import { METER, type CustomerSpec, type Plan } from './scenario.ts';
import type { World } from './world.ts';

export type BootRow = Stored &
  Pick<SeenBoot, 'last_message'> & {
    name: string;
    lastSeenAt: number;
    inDoubt: number;
  };
export type LeaseRow = Omit<LeaseChange, 'window' | 'lent' | 'recalledAt'>;
export type Settlement = { settled: number; unleased: number; overdrawn: number };
export type WindowRow = {
  readonly of: QuotaWindow;
  lent: number;
  recalledAt: number;
  /** By boot. */
  readonly leases: Map<string, LeaseRow>;
};
type Gap = { boot: string; reason: string; first: number | null; last: number | null };
export type LedgerRow = { requests: number; quantity: number };
export type CountRow = { requests: number; quantity: number; billable: number };

export const bootName = (of: { gateway: string; boot: string }): string =>
  `${of.gateway}/${of.boot}`;
export const WATERMARK_INFINITE = 9_223_372_036_854_775_807n;
/** Of a boot that was ended with frames left, also what is shipped under its successors. */
export const originOf = (boot: string): string => boot.replace(/\.\d+$/, '');
export const ledgerKey = (
  boot: string,
  of: { key: string; minute: number; outcome: string; billable: boolean },
): string => `${boot}|${of.key}|${of.minute}|${of.outcome}|${of.billable}`;

/** What billing-core keeps in Postgres, as maps; a transaction that throws leaves no trace. */
export class Tables {
  readonly world: World;
  readonly boots = new Map<string, BootRow>();
  /** Checksums of applied batches and dead letters, by boot and sequence. */
  readonly checksums = new Map<string, Buffer>();
  readonly ledger = new Map<string, LedgerRow>();
  /** The gateways' own running totals, by boot, customer, meter and day. */
  readonly counts = new Map<string, CountRow>();
  readonly gaps = new Map<string, Gap>();
  readonly refusals = new Map<string, number>();
  readonly windows = new Map<string, WindowRow>();
  /** What batches spent, by window and boot. */
  readonly settlements = new Map<string, Map<string, Settlement>>();
  /** Windows that the last transactions touched. */
  readonly touched = new Set<WindowRow>();
  readonly changes: Change[] = [];
  readonly customers = new Map<string, CustomerSpec>();
  readonly plans = new Map<string, Plan>();
  readonly revoked = new Set<string>();
  readonly routes: RouteFact[] = [];
  /** Told once a transaction with changes is committed. */
  onChange: () => void = () => {};
  #undo: (() => void)[] = [];
  /** So far core's own clock is ahead. */
  aheadMs = 0;

  constructor(world: World, customers: readonly CustomerSpec[]) {
    this.world = world;
    for (const spec of customers) {
      this.customers.set(spec.id, spec);
      this.plans.set(spec.id, spec.plan);
    }
  }

  /** Core time, in whole ms. */
  get now(): number {
    return Math.floor(this.world.now) + this.aheadMs;
  }

  /** All of it or nothing. Nothing else happens meanwhile: it takes no virtual time. */
  async transaction<Result>(run: () => Promise<Result>): Promise<Result> {
    this.#undo = [];
    const changes = this.changes.length;
    try {
      const result = await run();
      if (this.changes.length > changes) this.onChange();
      return result;
    } catch (error) {
      for (const undo of this.#undo.toReversed()) undo();
      throw error;
    }
  }

  /** Sets a row, and takes that back should the transaction fail. */
  put<Key, Row>(table: Map<Key, Row>, key: Key, row: Row): void {
    const was = table.get(key);
    const isNew = !table.has(key);
    this.#undo.push(() => {
      if (isNew) table.delete(key);
      else table.set(key, was as Row);
    });
    table.set(key, row);
  }

  append(kind: ChangeKind, subjectId: string): void {
    const number = BigInt(this.changes.length + 1);
    this.changes.push({ number, kind, subjectId });
    this.#undo.push(() => this.changes.pop());
    this.world.note(`core change ${number} ${kind} ${subjectId}`);
  }

  /** Makes the window if it is new. */
  openWindow(of: QuotaWindow): void {
    if (this.windows.has(of.id)) return;
    this.put(this.windows, of.id, { of, lent: 0, recalledAt: 0, leases: new Map() });
  }

  settled(window: string, boot: string): Settlement {
    return this.settlements.get(window)?.get(boot) ?? { settled: 0, unleased: 0, overdrawn: 0 };
  }

  /** Spent of a window without a lease. */
  outside(window: string): number {
    let sum = 0;
    for (const { unleased, overdrawn } of this.settlements.get(window)?.values() ?? []) {
      sum += unleased + overdrawn;
    }
    return sum;
  }

  /** The last frame of a boot that is in the ledger, under its own name or a successor's. */
  shipped(origin: string): number {
    let last = 0;
    for (const { name, last_frame } of this.boots.values()) {
      if (originOf(name) === origin) last = Math.max(last, Number(last_frame));
    }
    return last;
  }

  setLent(row: WindowRow, to: { lent: number; recalledAt: number }): void {
    const { lent, recalledAt } = row;
    this.#undo.push(() => Object.assign(row, { lent, recalledAt }));
    Object.assign(row, to);
  }

  limitOf(windowId: string): number {
    const of = readWindowId(windowId);
    const scope = of?.keyId ? 'key' : 'customer';
    const { quotas = [] } = this.plans.get(of?.customerId ?? '') ?? {};
    return quotas.find((quota) => quota.kind === of?.kind && quota.scope === scope)?.limit ?? 0;
  }

  setPlan(customer: string, plan: Plan): void {
    this.plans.set(customer, plan);
    this.append('customer', customer);
    this.onChange();
  }

  revoke(key: string): void {
    this.revoked.add(key);
    this.append('key', key);
    this.onChange();
  }

  /** As the admin's endpoint does it. */
  writeOff(name: string): boolean {
    const boot = this.boots.get(name);
    if (boot?.state !== 'live') return false;
    this.boots.set(name, { ...boot, state: 'written_off', inDoubt: 0 });
    return true;
  }

  /** The facts of one of a customer's keys. */
  factOf(spec: CustomerSpec, key: string): KeyFact {
    const plan = this.plans.get(spec.id) as Plan;
    return {
      key_id: key,
      mode: 'live',
      expires_at: null,
      revoked: this.revoked.has(key),
      customer: {
        id: spec.id,
        state: 'active',
        subscription: { id: 'sub_1', state: 'active' },
        rate_limit: plan.rate,
        quotas: plan.quotas.map(({ kind, scope, limit, onUnreachable }) => ({
          meter_id: METER,
          meter_slug: 'requests',
          meter_unit: 'request',
          meter_scale: 0,
          window: kind,
          scope,
          turns: turnsOf(spec.calendar, kind, this.now),
          limit,
          enforcement: 'hard',
          on_unreachable: onUnreachable,
        })),
      },
    };
  }
}
