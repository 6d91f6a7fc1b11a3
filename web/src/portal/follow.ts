import { useEffect } from 'react';
import { now } from '../kit/clock.ts';

/** Often enough that figures side by side agree, seldom enough for a busy customer. */
const REFRESH_MIN_MS = 2000;

interface Followed {
  dataUpdatedAt: number;
  refetch: () => unknown;
}

/**
 * Asks for a query again when the live view moves, so that '5 today' never stands beside
 * '1 in 24 hours'.
 * @param roll the live view's roll number; undefined while there is none.
 */
export function useFollow(query: Followed, roll: string | undefined): void {
  const { dataUpdatedAt, refetch } = query;
  useEffect(() => {
    if (roll === undefined || dataUpdatedAt === 0) return;
    const wait = Math.max(0, dataUpdatedAt + REFRESH_MIN_MS - now());
    const timer = setTimeout(() => void refetch(), wait);
    return () => clearTimeout(timer);
    // A newer answer is no reason to ask again: only the roll is.
  }, [roll]);
}
