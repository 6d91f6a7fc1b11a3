import { readMinuteInWindow, windowId } from '../contract/quota-window.ts';
import type { WindowSpend } from '../contract/usage-batch.ts';
import type { Tx } from '../kit/database.ts';
import { windowOf } from '../subscriptions/calendar.ts';
import { termsOf } from './store.ts';

/**
 * Names the windows of what gateways spent in a minute without knowing in which window that is.
 * Where no quota tells it any more the name stays: nobody will ask for the window.
 */
export async function nameWindows(
  tx: Tx,
  spent: WindowSpend[],
  now: number,
): Promise<WindowSpend[]> {
  const minutes = spent.map(({ window }) => readMinuteInWindow(window));
  const named = minutes.filter((minute) => minute !== undefined);
  if (named.length === 0) return spent;
  const terms = await termsOf(tx, named, now);
  return spent.map((spend, at) => {
    const minute = minutes[at];
    const calendar = minute && terms.get(minute.customerId)?.calendar;
    if (!calendar) return spend;
    const { startsAt } = windowOf(calendar, minute.kind, minute.startsAt);
    return { ...spend, window: windowId(minute, startsAt) };
  });
}
