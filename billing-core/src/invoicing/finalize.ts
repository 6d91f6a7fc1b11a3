import { appendChanges } from '../kit/changes.ts';
import type { Tx } from '../kit/database.ts';
import { newId } from '../kit/id.ts';
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

/**
 * Makes drafts final, in their order: takes numbers that follow one another and what customers
 * have to their credit. Call it last: all others wait for the numbers, and then for those of
 * changes, until this transaction ends.
 */
export async function finalizeAll(
  tx: Tx,
  drafts: readonly Finalizable[],
  now: number,
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
    return { id, state, fromBalance };
  });
  await insertBalanceEntries(tx, entries, now);
  const first = await takeNumbers(tx, INVOICES, drafts.length);
  const finals: Final[] = decided.map((one, at) => ({ ...one, number: first + BigInt(at) }));
  await finalizeRows(tx, INVOICES, { finals, now });
  const ids = finals.map(({ id }) => id);
  await appendChanges(tx, 'invoice', ids);
}
