import { limitKey, type Terms } from '../../../../billing-core/src/quotas/allowance.ts';
import type * as Real from '../../../../billing-core/src/quotas/store.ts';
import { METER } from '../scenario.ts';
import { bootName, type LeaseRow, type Tables, type WindowRow } from '../tables.ts';

// quotas/store.ts over the tables in memory: what a sync needs of it.

const NO_LEASE: LeaseRow = { granted: 0, returned: 0, generation: 0, base: 0, baseReturned: 0 };
const tablesOf = (tx: unknown): Tables => tx as Tables;

export const lockWindows: typeof Real.lockWindows = async (tx, windows) => {
  for (const of of windows) tablesOf(tx).openWindow(of);
};

/** Unspent units of other live boots, and how many of these there are. */
function othersOf(tables: Tables, { of, leases }: WindowRow, boot: string) {
  const others = { elsewhere: 0, tills: 0, silentMs: Number.POSITIVE_INFINITY };
  for (const [other, { granted, returned }] of leases) {
    const holder = tables.boots.get(other);
    if (other === boot || holder?.state !== 'live') continue;
    const unspent = granted - returned - tables.settled(of.id, other).settled;
    if (unspent <= 0) continue;
    others.elsewhere += unspent;
    others.tills += 1;
    others.silentMs = Math.min(others.silentMs, tables.world.now - holder.lastSeenAt);
  }
  return others;
}

export const readBooks: typeof Real.readBooks = async (tx, ids, key) => {
  const tables = tablesOf(tx);
  const boot = bootName(key);
  return ids.flatMap((id) => {
    const window = tables.windows.get(id);
    if (!window) return [];
    const { elsewhere, tills, silentMs } = othersOf(tables, window, boot);
    return {
      window: id,
      lent: window.lent,
      recalledAt: window.recalledAt,
      outside: tables.outside(id),
      ...(window.leases.get(boot) ?? NO_LEASE),
      elsewhere,
      holdersSilentMs: tills === 0 ? null : silentMs,
      tills: tills + 1,
    };
  });
};

export const saveLeases: typeof Real.saveLeases = async (tx, key, changes) => {
  const tables = tablesOf(tx);
  for (const { window: id, lent, recalledAt, ...change } of changes) {
    const { granted, returned, generation, base, baseReturned } = change;
    const window = tables.windows.get(id) as WindowRow;
    const lease = { granted, returned, generation, base, baseReturned };
    tables.put(window.leases, bootName(key), lease);
    tables.setLent(window, { lent, recalledAt });
    tables.touched.add(window);
  }
};

export const addSettlements: typeof Real.addSettlements = async (tx, key, spent) => {
  const tables = tablesOf(tx);
  const boot = bootName(key);
  for (const { window: id, settled, unleased, overdrawn } of spent) {
    const was = tables.settled(id, boot);
    if (!tables.settlements.has(id)) tables.put(tables.settlements, id, new Map());
    tables.put(tables.settlements.get(id) as Map<string, typeof was>, boot, {
      settled: was.settled + settled,
      unleased: was.unleased + unleased,
      overdrawn: was.overdrawn + overdrawn,
    });
  }
};

export const settleLeases: typeof Real.settleLeases = async (tx, key, { giveBack }) => {
  if (!giveBack) return [];
  const tables = tablesOf(tx);
  const boot = bootName(key);
  const gained: string[] = [];
  for (const [id, window] of tables.windows) {
    const lease = window.leases.get(boot);
    if (!lease) continue;
    const { settled } = tables.settled(id, boot);
    const units = lease.granted - lease.returned - settled;
    if (units <= 0) continue;
    tables.put(window.leases, boot, { ...lease, returned: lease.granted - settled });
    tables.setLent(window, { lent: window.lent - units, recalledAt: window.recalledAt });
    tables.touched.add(window);
    gained.push(id);
  }
  return gained;
};

export const termsOf: typeof Real.termsOf = async (sql, windows) => {
  const tables = tablesOf(sql);
  const terms = new Map<string, Terms>();
  for (const { customerId } of windows) {
    const spec = tables.customers.get(customerId);
    const plan = tables.plans.get(customerId);
    if (!spec || !plan) continue;
    const limits = plan.quotas.map(
      ({ kind, scope, limit }) => [limitKey({ meterId: METER, kind, scope }), limit] as const,
    );
    const keys = new Set(spec.keys.map(({ id }) => id));
    terms.set(customerId, { calendar: spec.calendar, limits: new Map(limits), keys });
  }
  return terms;
};
