import { setTimeout as pause } from 'node:timers/promises';
import { nameRequest } from '../kit/audit.ts';
import type { Kit } from '../kit/http.ts';
import { newId } from '../kit/id.ts';
import { roundsAt, type Round } from '../customers/clock.ts';
import { settled, tell } from './load.ts';
import { dueSubscriptions } from './row-store.ts';

/** What was set for a time happens this soon after it; gateways hear of it at once. */
const LOOK_EVERY_MS = 250;

type DueKit = Pick<Kit, 'sql' | 'clock' | 'log'>;

async function settleOne({ sql, clock }: DueKit, id: string, { now }: Round): Promise<void> {
  await sql.begin(async (tx) => {
    const actor = { kind: 'system', id: 'subscriptions' } as const;
    const doing = { tx, actor, now, requestId: newId('req', clock()) };
    await nameRequest(tx, doing);
    const { loaded, happened } = await settled(doing, id);
    if (happened > 0) await tell(doing, loaded);
  });
}

/**
 * Writes down what has happened by itself until now. One that cannot be settled is logged and holds
 * up no other. Out: how many were due.
 */
export async function settleDue(kit: DueKit): Promise<number> {
  let due = 0;
  for (const round of await roundsAt(kit.sql, kit.clock())) {
    const ids = await dueSubscriptions(kit.sql, round);
    due += ids.length;
    for (const id of ids) {
      await settleOne(kit, id, round).catch((err: unknown) =>
        kit.log.error({ err, subscription: id }, 'subscription could not be settled'),
      );
    }
  }
  return due;
}

/**
 * Does so again and again: a job that is sent is a second away at best. Every core may: who comes
 * second finds it done.
 */
export function startDue(kit: DueKit): { stop(): Promise<void> } {
  const stopped = new AbortController();
  const { signal } = stopped;
  const repeat = async (): Promise<void> => {
    while (!signal.aborted) {
      await settleDue(kit).catch((err: unknown) =>
        kit.log.error({ err }, 'due subscriptions failed'),
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
