import type { Page } from '@tollgate/billing-core/contract/page.ts';
import type { ListedSubscription } from '@tollgate/billing-core/contract/subscription.ts';
import { api } from '../kit/api.ts';
import { ApiError } from '../kit/api-error.ts';

const PAGE_MAX = 100;

export interface Move {
  /** Versions of a plan. */
  from: string;
  to: string;
  at: 'now' | 'period_end';
}

export interface NotMoved {
  subscription: ListedSubscription;
  error: ApiError;
}

interface Told {
  onMoved: () => void;
  onNotMoved: (one: NotMoved) => void;
  signal: AbortSignal;
}

/** Whether a subscription is one that a move would change. */
export const isToMove = (
  { state, pending_change: pending }: ListedSubscription,
  to: string,
): boolean => state !== 'canceled' && pending?.plan_version_id !== to;

/**
 * Moves every live subscription of one version to another, one after the other: each by itself, as
 * if it had been changed by hand, and audited so. What is refused is told and passed over; the rest
 * goes on, also when it is begun again. Throws what was no refusal.
 */
export async function moveAll({ from, to, at }: Move, { signal, ...told }: Told): Promise<void> {
  for (let cursor: string | undefined, more = true; more;) {
    const query = { plan_version_id: from, limit: PAGE_MAX, cursor };
    const page: Page<ListedSubscription> = await api('/v1/subscriptions', { query, signal });
    for (const subscription of page.data.filter((one) => isToMove(one, to))) {
      const body = { step: 'change', plan_version_id: to, at };
      const path = `/v1/subscriptions/${subscription.id}/steps`;
      try {
        await api(path, { method: 'POST', body, signal });
        told.onMoved();
      } catch (error) {
        if (!(error instanceof ApiError) || error.retriable) throw error;
        told.onNotMoved({ subscription, error });
      }
    }
    cursor = page.next_cursor ?? undefined;
    more = cursor !== undefined;
  }
}
