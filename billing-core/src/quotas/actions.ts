import { readWindowId } from '../contract/quota-window.ts';
import type { LeaseGrant, LeaseTotals } from '../contract/sync.ts';
import type { Tx } from '../kit/database.ts';
import { mayLend } from '../usage/recovery.ts';
import { allowanceOf, type Allowance, type NamedWindow } from './allowance.ts';
import { carriedUnits } from './carried.ts';
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

/** Gateways speak once a second at least: who said nothing for so long is dead, or cut off. */
export const HOLDER_SILENT_MS = 3_000;

/**
 * Whether those who hold the units of a window are to be asked for them now. Changes wait for a
 * gateway that is cut off: what it has not heard yet is not written again until it is heard of.
 */
function isRecallDue({ recalledAt, holdersSilentMs }: WindowBook, now: number): boolean {
  // One that lies ahead was written before the clock was set back: it says nothing.
  const since = recalledAt > now ? Number.POSITIVE_INFINITY : now - recalledAt;
  const silent = holdersSilentMs ?? 0;
  return since >= RECALL_EVERY_MS && (silent < HOLDER_SILENT_MS || silent < since);
}

export type Lending = {
  grants: LeaseGrant[];
  /** Windows whose units tills should give back, and windows that have units again. */
  recalled: string[];
  freed: string[];
};

function lend(ask: Ask, { book, limit, now }: { book: WindowBook; limit: number; now: number }) {
  const decision = decideLease({ ...book, limit }, { ...ask, tills: book.tills });
  const isDue = decision.recall && isRecallDue(book, now);
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
  const { granted, returned, lent, generation, base, baseReturned } = decision;
  const totals = { granted, returned, lent, generation, base, baseReturned };
  const change: LeaseChange = { window: ask.window, ...totals, recalledAt };
  return { grant, change, isDue, freed: decision.freed };
}

/** Whether the books say anything else than before: who asks in vain changes nothing. */
const isNews = (change: LeaseChange, book: WindowBook): boolean =>
  (Object.keys(change) as (keyof LeaseChange)[]).some((field) => change[field] !== book[field]);

/** The longest that a till waits before it asks again for a window that is not there yet. */
const EARLY_RETRY_MS = 60_000;

/** While core finds out what it had lent before a restore, tills need not ask more often. */
const CLOSED_RETRY_MS = 1_000;

/** What the till knows of the plan is older or newer than what core does, for a moment. */
const OTHER_PLAN_RETRY_MS = 250;

/**
 * When to ask again for a window that may not be opened. It is not used up, and the till must not
 * say so: the plan or the clock is another one at the till for a moment.
 */
const retryOf = (of: Exclude<Allowance, { kind: 'open' }> | undefined, now: number): number =>
  of?.kind === 'early' ? Math.min(of.opensAt - now, EARLY_RETRY_MS) : OTHER_PLAN_RETRY_MS;

/**
 * Merges a boot's running totals and grants what the limits leave, under the rows of the windows
 * it asks for. Limits, calendar and clock are core's own; what the till believes does not matter.
 * Of windows that are over, or were never there, it only takes back, and so it does while a
 * recovery is not over; `bornIn` is the one that the boot began under. The caller writes the
 * changes for what is recalled and freed, last in its transaction.
 */
export async function lendUnits(
  tx: Tx,
  key: BootKey,
  { totals, now, bornIn }: { totals: LeaseTotals[]; now: number; bornIn: number },
): Promise<Lending> {
  const lending: Lending = { grants: [], recalled: [], freed: [] };
  let asks = asksOf(totals);
  if (asks.length === 0) return lending;
  const ids = asks.map((ask) => ask.window);
  const opened = [...(await allowances(tx, asks, now)).values()];
  await lockWindows(
    tx,
    opened.flatMap((one) => (one.kind === 'open' ? one.window : [])),
    ids,
  );
  // Once more under the locks: what changed while this waited for them counts.
  const [allowed, isOpen] = await Promise.all([allowances(tx, asks, now), mayLend(tx, bornIn)]);
  if (!isOpen) asks = asks.map((ask) => ({ ...ask, wanted: 0 }));
  const books = new Map((await readBooks(tx, ids, key)).map((book) => [book.window, book]));
  const open = [...allowed.values()].flatMap((one) => (one.kind === 'open' ? one.window : []));
  const carried = await carriedUnits(tx, open);
  const changes: LeaseChange[] = [];
  for (const ask of asks) {
    const known = books.get(ask.window);
    const outside = (known?.outside ?? 0) + (carried.get(ask.window) ?? 0);
    const book = known && { ...known, outside };
    const of = allowed.get(ask.window);
    const closed =
      of?.kind === 'open' ? undefined : { exhausted: false, retry_in_ms: retryOf(of, now) };
    if (!book) {
      const { window, generation } = ask;
      const nothing = { granted: 0, limit: 0, unlent: 0, exhausted: false, retry_in_ms: null };
      lending.grants.push({ window, generation, ...nothing, ...closed });
      continue;
    }
    const limit = of?.kind === 'open' ? of.limit : 0;
    const { grant, change, isDue, freed } = lend(ask, { book, limit, now });
    if (isNews(change, book)) changes.push(change);
    lending.grants.push({ ...grant, ...closed, ...(!isOpen && { retry_in_ms: CLOSED_RETRY_MS }) });
    if (isDue) lending.recalled.push(ask.window);
    if (freed) lending.freed.push(ask.window);
  }
  if (changes.length > 0) await saveLeases(tx, key, changes);
  return lending;
}
