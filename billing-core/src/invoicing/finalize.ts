import { appendChanges } from '../kit/changes.ts';
import type { Tx } from '../kit/database.ts';
import { newId } from '../kit/id.ts';
import { largestOn, type Objection } from './collectable.ts';
import {
  balancesOf,
  finalizeRows,
  insertBalanceEntries,
  lockBalances,
  takeNumbers,
  type BalanceEntry,
  type Final,
} from './final-store.ts';
import { finalisation } from './model.ts';

export const INVOICES = 'INV';

/** A draft as its finalisation needs it. */
export type Finalizable = { id: string; customer_id: string; currency: string; total: bigint };

export type Finalizing = {
  now: number;
  /** What whoever collects cannot take; left out where somebody writes down what came. */
  objectionTo?: Objection | undefined;
  /** Told why one cannot be collected, before it is final; throws to refuse it. */
  onObjection?: (said: string) => void;
};

type Decided = Omit<Final, 'number' | 'notCollected'>;

/** Why each of these is not collected, where it is not. What is settled already asks nobody. */
async function objections(
  tx: Tx,
  decided: readonly (Decided & Pick<Finalizable, 'currency' | 'total'>)[],
  objectionTo: Objection,
): Promise<Map<string, string | undefined>> {
  const owed = decided.filter(({ state }) => state === 'open');
  const ids = owed.map(({ id }) => id);
  const largest = await largestOn(tx, ids);
  const said = owed.map(({ id, currency, total, fromBalance }) => {
    const due = total - fromBalance;
    return [id, objectionTo({ currency, due, largest: largest.get(id) ?? due })] as const;
  });
  return new Map(said);
}

/**
 * Makes drafts final, in their order: takes numbers that follow one another and what customers
 * have to their credit. What cannot be collected is final all the same, and says why. Call it last:
 * all others wait for the numbers, and then for those of changes, until this transaction ends.
 */
export async function finalizeAll(
  tx: Tx,
  drafts: readonly Finalizable[],
  { now, objectionTo, onObjection }: Finalizing,
): Promise<void> {
  if (drafts.length === 0) return;
  const customers = [...new Set(drafts.map(({ customer_id }) => customer_id))];
  await lockBalances(tx, customers);
  const left = new Map<string, bigint>();
  for (const { customer_id, currency, amount } of await balancesOf(tx, customers)) {
    left.set(`${customer_id} ${currency}`, amount);
  }
  const entries: BalanceEntry[] = [];
  const decided = drafts.map(({ id, customer_id, currency, total }) => {
    const place = `${customer_id} ${currency}`;
    const balance = left.get(place) ?? 0n;
    const { fromBalance, state } = finalisation(total, balance);
    left.set(place, balance - fromBalance);
    if (fromBalance !== 0n) {
      const amount = -fromBalance;
      const kind = amount > 0n ? 'grant' : 'use';
      entries.push({ id: newId('bal', now), customer_id, currency, invoice_id: id, kind, amount });
    }
    return { id, state, fromBalance, currency, total };
  });
  const said = objectionTo ? await objections(tx, decided, objectionTo) : new Map<string, string>();
  for (const one of said.values()) if (one !== undefined) onObjection?.(one);
  await insertBalanceEntries(tx, entries, now);
  const first = await takeNumbers(tx, INVOICES, drafts.length);
  const finals: Final[] = decided.map((one, at) => ({
    ...one,
    number: first + BigInt(at),
    notCollected: said.get(one.id) ?? null,
  }));
  await finalizeRows(tx, INVOICES, { finals, now });
  const ids = finals.map(({ id }) => id);
  await appendChanges(tx, 'invoice', ids);
}
