import { setTimeout as pause } from 'node:timers/promises';
import { roundsAt, type Round } from '../customers/clock.ts';
import { nameRequest } from '../kit/audit.ts';
import type { Kit } from '../kit/http.ts';
import { newId } from '../kit/id.ts';
import { finishOverride } from './actions.ts';
import { dueOverrides } from './store.ts';

/** Nothing is lent beyond the plan from an end on; this soon after it gateways hear of it. */
const LOOK_EVERY_MS = 250;

type DueKit = Pick<Kit, 'sql' | 'clock' | 'log'>;

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

/**
 * Tells gateways and customers of overrides whose time is over. One that cannot be ended is logged
 * and holds up no other: limits are read by the time, so it raises nothing any more. Out: how many
 * were due.
 */
export async function endDue(kit: DueKit): Promise<number> {
  let due = 0;
  for (const round of await roundsAt(kit.sql, kit.clock())) {
    const ids = await dueOverrides(kit.sql, round);
    due += ids.length;
    for (const id of ids) {
      await endOne(kit, id, round).catch((err: unknown) =>
        kit.log.error({ err, quota_override: id }, 'a quota override could not be ended'),
      );
    }
  }
  return due;
}

/** Does so again and again. Every core may: who comes second finds it done. */
export function startOverrides(kit: DueKit): { stop(): Promise<void> } {
  const stopped = new AbortController();
  const { signal } = stopped;
  const repeat = async (): Promise<void> => {
    while (!signal.aborted) {
      await endDue(kit).catch((err: unknown) =>
        kit.log.error({ err }, 'due quota overrides failed'),
      );
      await pause(LOOK_EVERY_MS, undefined, { signal }).catch(() => {});
    }
  };
  const ended = repeat();
  return {
    stop: () => {
      stopped.abort();
      return ended;
    },
  };
}
