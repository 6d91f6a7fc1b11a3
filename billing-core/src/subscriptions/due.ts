import type { Round } from '../customers/clock.ts';
import { keepHappening, letHappen, type DueKit } from '../customers/due.ts';
import { nameRequest } from '../kit/audit.ts';
import { newId } from '../kit/id.ts';
import { settled, tell } from './load.ts';
import { dueSubscriptions } from './row-store.ts';

async function settleOne({ sql, clock }: DueKit, id: string, { now }: Round): Promise<void> {
  await sql.begin(async (tx) => {
    const actor = { kind: 'system', id: 'subscriptions' } as const;
    const doing = { tx, actor, now, requestId: newId('req', clock()) };
    await nameRequest(tx, doing);
    const { loaded, happened } = await settled(doing, id);
    if (happened > 0) await tell(doing, loaded);
  });
}

const STEPS = { what: 'subscription', due: dueSubscriptions, happen: settleOne };

/** Writes down what has happened by itself until now. Out: how many were due. */
export const settleDue = (kit: DueKit): Promise<number> => letHappen(kit, STEPS);

/** Does so again and again. */
export const startDue = (kit: DueKit): { stop(): Promise<void> } => keepHappening(kit, STEPS);
