import type { QuotaFact } from '@tollgate/billing-core/contract/facts.ts';
import {
  type QuotaWindow,
  windowAt,
  windowId,
} from '@tollgate/billing-core/contract/quota-window.ts';

// Facts are never changed, only replaced, so what was found for one holds as long as its window.
const found = new WeakMap<QuotaFact, QuotaWindow>();

type Whose = {
  readonly customerId: string;
  readonly keyId: string;
  /** How far the customer's clock is ahead of core time. */
  readonly clockMs: number;
};

/**
 * The window of this quota that holds now, with its bounds; undefined where the facts tell of
 * none. Its id names the customer's own time, and is made once for as long as it stands: that costs
 * more than all else of it.
 */
export function standingWindow(
  quota: QuotaFact,
  { customerId, keyId: key, clockMs }: Whose,
  now: number,
): Readonly<QuotaWindow> | undefined {
  const keyId = quota.scope === 'key' ? key : null;
  const last = found.get(quota);
  if (last && now >= last.startsAt && now < last.endsAt) {
    if (last.customerId === customerId && last.keyId === keyId) return last;
  }
  const bounds = windowAt(quota.window, quota.turns, now);
  if (!bounds) return undefined;
  const of = { customerId, keyId, meterId: quota.meter_id, kind: quota.window };
  const window = { id: windowId(of, bounds.startsAt + clockMs), ...of, ...bounds };
  found.set(quota, window);
  return window;
}
