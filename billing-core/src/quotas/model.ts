/** The numbers of one window and one boot's lease of it, as core keeps them. */
export type LeaseBook = {
  /** Units the plan allows in the window. */
  limit: number;
  /** Sum of (granted - returned) over all boots, spent units included. */
  lent: number;
  /** Spent without a lease: unleased + overdrawn, over all boots. */
  outside: number;
  /** This boot's G and R, over all generations. */
  granted: number;
  returned: number;
  /** The generation of the last message, and G and R when it began. */
  generation: number;
  base: number;
  baseReturned: number;
  /** Unspent units that other live boots hold, as far as core knows. */
  elsewhere: number;
};

export type LeaseDecision = {
  granted: number;
  returned: number;
  lent: number;
  unlent: number;
  exhausted: boolean;
  /** Nothing is left here, but others hold units: they should be asked for them. */
  recall: boolean;
  /** Units came back to a window that had none left: tills that were refused may ask again. */
  freed: boolean;
  generation: number;
  base: number;
  baseReturned: number;
};

/**
 * Merges a till's running totals by maximum and grants what is left, never so that
 * `lent + outside` passes the limit. A single grant takes at most half of a till's fair part of
 * the remainder (at least one unit), so that leases shrink towards one near the limit and one
 * till cannot strand a window.
 */
export function decideLease(
  book: LeaseBook,
  ask: { generation: number; wanted: number; returned: number; tills: number },
): LeaseDecision {
  const isNext = ask.generation > book.generation;
  const base = isNext ? book.granted : book.base;
  const baseReturned = isNext ? book.returned : book.baseReturned;
  const generation = Math.max(ask.generation, book.generation);
  // What an older generation still says is of the past: its lease is settled.
  const isPast = ask.generation < book.generation;
  // A till cannot return what it was never lent; a larger R is a broken or forged message.
  const said = isPast ? 0 : Math.min(baseReturned + ask.returned, book.granted);
  const returned = Math.max(book.returned, said);
  const lentNow = book.lent - (returned - book.returned);
  const leftBefore = Math.max(0, book.limit - book.lent - book.outside);
  const left = Math.max(0, book.limit - lentNow - book.outside);
  const wants = isPast ? 0 : Math.max(0, base + ask.wanted - book.granted);
  const fair = Math.max(1, Math.floor(left / (2 * Math.max(1, ask.tills))));
  // Running totals stay exact: a boot that was lent and gave back so much is lent no more.
  const room = Number.MAX_SAFE_INTEGER - book.granted;
  const give = Math.min(wants, left, fair, room);
  const none = wants > 0 && give === 0;
  const isOver = book.lent + book.outside > book.limit;
  return {
    granted: book.granted + give,
    returned,
    lent: lentNow + give,
    unlent: left - give,
    exhausted: none && (book.elsewhere === 0 || isOver),
    recall: none && book.elsewhere > 0 && !isOver,
    freed: leftBefore === 0 && left - give > 0,
    generation,
    base,
    baseReturned,
  };
}
