/** The numbers of one window and one boot's lease of it, as core keeps them. */
export type LeaseBook = {
  /** Units the plan allows in the window. */
  limit: number;
  /** Sum of (granted - returned) over all boots, spent units included. */
  lent: number;
  /** Spent without a lease: unleased + overdrawn, over all boots. */
  outside: number;
  /** This boot's G and R. */
  granted: number;
  returned: number;
};

export type LeaseDecision = {
  granted: number;
  returned: number;
  lent: number;
  unlent: number;
  exhausted: boolean;
};

/**
 * Merges a till's running totals by maximum and grants what is left, never so that
 * `lent + outside` passes the limit. A single grant takes at most half of a till's fair part of
 * the remainder (at least one unit), so that leases shrink towards one near the limit and one
 * till cannot strand a window.
 */
export function decideLease(
  book: LeaseBook,
  ask: { wanted: number; returned: number; tills: number },
): LeaseDecision {
  // A till cannot return what it was never lent; a larger R is a broken or forged message.
  const returned = Math.max(book.returned, Math.min(ask.returned, book.granted));
  const lentNow = book.lent - (returned - book.returned);
  const left = Math.max(0, book.limit - lentNow - book.outside);
  const wants = Math.max(0, ask.wanted - book.granted);
  const fair = Math.max(1, Math.floor(left / (2 * Math.max(1, ask.tills))));
  const give = Math.min(wants, left, fair);
  return {
    granted: book.granted + give,
    returned,
    lent: lentNow + give,
    unlent: left - give,
    exhausted: wants > 0 && give === 0,
  };
}
