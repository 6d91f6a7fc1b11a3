import { readWindowId } from '../contract/quota-window.ts';
import type { LeaseGrant, LeaseTotals } from '../contract/sync.ts';
import type { Tx } from '../kit/database.ts';
import { allowanceOf, type Allowance, type NamedWindow } from './allowance.ts';
import { decideLease } from './model.ts';
import {
  lockWindows,
  readBooks,
  saveLeases,
  termsOf,
  type BootKey,
  type LeaseChange,
  type WindowBook,
} from './store.ts';

type Ask = LeaseTotals & { of: NamedWindow };

/** One ask a window; of two in a message the one that knows more counts. */
function asksOf(totals: LeaseTotals[]): Ask[] {
  const byWindow = new Map<string, Ask>();
  for (const total of totals) {
    const of = readWindowId(total.window);
    if (!of) continue;
    const was = byWindow.get(total.window);
    if (was && was.generation > total.generation) continue;
    byWindow.set(total.window, { ...total, of });
  }
  return [...byWindow.values()];
}

/** What is allowed of each window that is asked for, by its id. */
async function allowances(tx: Tx, asks: Ask[], now: number): Promise<Map<string, Allowance>> {
  const terms = await termsOf(
    tx,
    asks.map(({ of }) => of),
    now,
  );
  return new Map(
    asks.map(({ window, of }) => [window, allowanceOf(of, terms.get(of.customerId), now)]),
  );
}

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

/** The longest that a till waits before it asks again for a window that is not there yet. */
const EARLY_RETRY_MS = 60_000;

/** The answer to an ask for a window that is not in the books and may not be opened. */
function turnedDown({ window, generation }: Ask, of: Allowance | undefined, now: number) {
  const isEarly = of?.kind === 'early';
  const retry_in_ms = isEarly ? Math.min(of.opensAt - now, EARLY_RETRY_MS) : null;
  const nothing = { granted: 0, limit: 0, unlent: 0 };
  return { window, generation, ...nothing, exhausted: !isEarly, retry_in_ms } satisfies LeaseGrant;
}

/**
 * Merges a boot's running totals and grants what the limits leave, under the rows of the windows
 * it asks for. Limits, calendar and clock are core's own; what the till believes does not matter.
 * Of windows that are over, or were never there, it only takes back. The caller writes the changes
 * for what is recalled and freed, last in its transaction.
 */
export async function lendUnits(
  tx: Tx,
  key: BootKey,
  { totals, now }: { totals: LeaseTotals[]; now: number },
): Promise<Lending> {
  const lending: Lending = { grants: [], recalled: [], freed: [] };
  const asks = asksOf(totals);
  if (asks.length === 0) return lending;
  const ids = asks.map((ask) => ask.window);
  const opened = [...(await allowances(tx, asks, now)).values()];
  await lockWindows(
    tx,
    opened.flatMap((one) => (one.kind === 'open' ? one.window : [])),
    ids,
  );
  // Once more under the locks: what changed while this waited for them counts.
  const allowed = await allowances(tx, asks, now);
  const books = new Map((await readBooks(tx, ids, key)).map((book) => [book.window, book]));
  const changes: LeaseChange[] = [];
  for (const ask of asks) {
    const book = books.get(ask.window);
    const of = allowed.get(ask.window);
    if (!book) {
      lending.grants.push(turnedDown(ask, of, now));
      continue;
    }
    const limit = of?.kind === 'open' ? of.limit : 0;
    const { grant, change, isDue, freed } = lend(ask, { book, limit, now });
    changes.push(change);
    lending.grants.push(grant);
    if (isDue) lending.recalled.push(ask.window);
    if (freed) lending.freed.push(ask.window);
  }
  if (changes.length > 0) await saveLeases(tx, key, changes);
  return lending;
}
