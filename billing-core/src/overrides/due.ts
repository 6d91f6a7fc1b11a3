import type { Round } from '../customers/clock.ts';
import { keepHappening, letHappen, type DueKit } from '../customers/due.ts';
import { nameRequest } from '../kit/audit.ts';
import { newId } from '../kit/id.ts';
import { finishOverride } from './actions.ts';
import { dueOverrides } from './store.ts';

async function endOne({ sql, clock }: DueKit, id: string, { now }: Round): Promise<void> {
  await sql.begin(async (tx) => {
    const actor = { kind: 'system', id: 'overrides' } as const;
    const coreNow = clock();
    const doing = { tx, actor, now, coreNow, requestId: newId('req', coreNow) };
    await nameRequest(tx, doing);
    // Exactly then, however late this comes.
    const at = (row: { ends_at: Date | null }): Date => row.ends_at ?? new Date(now);
    await finishOverride(doing, { id, at, action: 'quota_override.expire' });
  });
}

// Nothing is lent beyond the plan from an end on, for limits are read by the time: this tells
// gateways and customers of it.
const ENDS = { what: 'quota_override', due: dueOverrides, happen: endOne };

/** Ends overrides whose time is over. Out: how many were due. */
export const endDue = (kit: DueKit): Promise<number> => letHappen(kit, ENDS);

/** Does so again and again. */
export const startOverrides = (kit: DueKit): { stop(): Promise<void> } => keepHappening(kit, ENDS);
