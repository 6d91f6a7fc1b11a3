import { useEffect, useRef } from 'react';
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
  const asked = useRef<string>(undefined);
  useEffect(() => {
    // A newer answer is no reason to ask again: only a newer roll is.
    if (roll === undefined || dataUpdatedAt === 0 || asked.current === roll) return;
    const wait = Math.max(0, dataUpdatedAt + REFRESH_MIN_MS - now());
    const timer = setTimeout(() => {
      asked.current = roll;
      void refetch();
    }, wait);
    return () => clearTimeout(timer);
  }, [roll, dataUpdatedAt, refetch]);
}
