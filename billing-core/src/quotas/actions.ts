import { parseWindowId, type QuotaWindow } from '../contract/quota-window.ts';
import type { LeaseGrant, LeaseTotals } from '../contract/sync.ts';
import type { Tx } from '../kit/database.ts';
import { decideLease } from './model.ts';
import {
  hardLimits,
  lockWindows,
  readBooks,
  saveLeases,
  type BootKey,
  type HardLimit,
  type LeaseChange,
  type WindowBook,
} from './store.ts';

const limitKey = (of: { customerId: string; meterId: string; kind: string }): string =>
  `${of.customerId}|${of.meterId}|${of.kind}`;

type Ask = LeaseTotals & { of: QuotaWindow };

function asksOf(totals: LeaseTotals[]): Ask[] {
  const byWindow = new Map<string, Ask>();
  for (const total of totals) {
    const of = parseWindowId(total.window);
    if (!of) continue;
    const was = byWindow.get(total.window);
    byWindow.set(total.window, {
      of,
      window: total.window,
      wanted: Math.max(total.wanted, was?.wanted ?? 0),
      returned: Math.max(total.returned, was?.returned ?? 0),
    });
  }
  return [...byWindow.values()];
}

const limitsByKey = (limits: HardLimit[]): Map<string, number> =>
  new Map(limits.map((limit) => [limitKey(limit), limit.limit]));

/**
 * Merges a boot's running totals and grants what the limits leave, under the rows of the windows
 * it asks for. The limits are core's own; what the till believes does not matter.
 */
export async function grantLeases(
  tx: Tx,
  key: BootKey,
  totals: LeaseTotals[],
): Promise<LeaseGrant[]> {
  const asks = asksOf(totals);
  if (asks.length === 0) return [];
  await lockWindows(
    tx,
    asks.map((ask) => ask.of),
  );
  const customers = [...new Set(asks.map((ask) => ask.of.customerId))];
  const limits = limitsByKey(await hardLimits(tx, customers));
  const rows = await readBooks(
    tx,
    asks.map((ask) => ask.window),
    key,
  );
  const books = new Map(rows.map((row) => [row.window, row]));
  const changes: LeaseChange[] = [];
  const grants: LeaseGrant[] = [];
  for (const ask of asks) {
    const book = books.get(ask.window) as WindowBook;
    const limit = limits.get(limitKey(ask.of)) ?? 0;
    const decision = decideLease({ ...book, limit }, { ...ask, tills: book.tills });
    const { granted, returned, lent, unlent, exhausted } = decision;
    changes.push({ window: ask.window, granted, returned, lent });
    grants.push({ window: ask.window, granted, limit, unlent, exhausted });
  }
  await saveLeases(tx, key, changes);
  return grants;
}
