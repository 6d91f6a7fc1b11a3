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

const FUTURE_MAX_MS = 60_000;

/** One ask a window; of two in a message the one that knows more counts. */
function asksOf(totals: LeaseTotals[], now: number): Ask[] {
  const byWindow = new Map<string, Ask>();
  for (const total of totals) {
    const of = parseWindowId(total.window);
    // A till with a wrong clock must not open windows that are not there yet.
    if (!of || of.startsAt > now + FUTURE_MAX_MS) continue;
    const was = byWindow.get(total.window);
    if (was && was.generation > total.generation) continue;
    byWindow.set(total.window, { ...total, of });
  }
  return [...byWindow.values()];
}

const limitsByKey = (limits: HardLimit[]): Map<string, number> =>
  new Map(limits.map((limit) => [limitKey(limit), limit.limit]));

/** A window is recalled at most this often, however many tills run dry in it. */
export const RECALL_EVERY_MS = 250;

export type Lending = {
  grants: LeaseGrant[];
  /** Windows whose units tills should give back, and windows that have units again. */
  recalled: string[];
  freed: string[];
};

function lend(ask: Ask, { book, limit, now }: { book: WindowBook; limit: number; now: number }) {
  const decision = decideLease({ ...book, limit }, { ...ask, tills: book.tills });
  const isDue = decision.recall && now - book.recalledAt >= RECALL_EVERY_MS;
  const grant: LeaseGrant = {
    window: ask.window,
    generation: decision.generation,
    granted: decision.granted - decision.base,
    limit,
    unlent: decision.unlent,
    exhausted: decision.exhausted,
    retry_in_ms: decision.recall ? RECALL_EVERY_MS : null,
  };
  const recalledAt = isDue ? now : book.recalledAt;
  const change: LeaseChange = { ...decision, window: ask.window, recalledAt };
  return { grant, change, isDue, freed: decision.freed };
}

/**
 * Merges a boot's running totals and grants what the limits leave, under the rows of the windows
 * it asks for. The limits are core's own; what the till believes does not matter. The caller
 * writes the changes for what is recalled and freed, last in its transaction.
 */
export async function lendUnits(
  tx: Tx,
  key: BootKey,
  { totals, now }: { totals: LeaseTotals[]; now: number },
): Promise<Lending> {
  const lending: Lending = { grants: [], recalled: [], freed: [] };
  const asks = asksOf(totals, now);
  if (asks.length === 0) return lending;
  await lockWindows(
    tx,
    asks.map((ask) => ask.of),
  );
  const customers = [...new Set(asks.map((ask) => ask.of.customerId))];
  const limits = limitsByKey(await hardLimits(tx, customers));
  const ids = asks.map((ask) => ask.window);
  const books = new Map((await readBooks(tx, ids, key)).map((book) => [book.window, book]));
  const changes: LeaseChange[] = [];
  for (const ask of asks) {
    const book = books.get(ask.window);
    if (!book) throw new Error(`window ${ask.window} was locked and is not there`);
    const limit = limits.get(limitKey(ask.of)) ?? 0;
    const { grant, change, isDue, freed } = lend(ask, { book, limit, now });
    changes.push(change);
    lending.grants.push(grant);
    if (isDue) lending.recalled.push(ask.window);
    if (freed) lending.freed.push(ask.window);
  }
  await saveLeases(tx, key, changes);
  return lending;
}
