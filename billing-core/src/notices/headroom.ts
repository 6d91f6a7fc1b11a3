import { PERCENTS } from './thresholds.ts';

/** Pure: how much may be used before a customer has to be looked at again. */

/** Units up to the next share that is told of; undefined when all are passed. Scaled. */
export function unitsLeft(
  used: bigint,
  limit: bigint,
  percents: readonly number[] = PERCENTS,
): bigint | undefined {
  const next = percents
    .map((percent) => (limit * BigInt(percent) + 99n) / 100n)
    .filter((level) => level > used)
    .at(-1);
  return next === undefined ? undefined : next - used;
}

/** What a look found: nothing is to be told before one of these is used up, or before then. */
export type Headroom = {
  /** By meter, what the customer may have used in all of it before it is looked at again. */
  upTo: ReadonlyMap<string, bigint>;
  /** By meter, what it had used in all. */
  from: ReadonlyMap<string, bigint>;
  /** Until windows and prices are others, epoch ms. */
  until: number;
  /** The last change of the feed that it knows of. */
  change: bigint;
};

/** Customers that are remembered at most: one that is forgotten is looked at. */
export const REMEMBERED_MAX = 200_000;

/** What a customer used of a meter in all. */
export type Use = { meterId: string; used: bigint };

/**
 * What looks have found. What is not in it is looked at; each core has its own, and begins with
 * what all of them have kept (`headroom-store`). What was used in all grows by no less than what
 * was used in any window.
 */
export class Headrooms {
  readonly #known = new Map<string, Headroom>();

  /** Whether a customer that has used so much of a meter by now is to be looked at. */
  isDue(customerId: string, { meterId, used }: Use, now: number): boolean {
    const known = this.#known.get(customerId);
    if (known === undefined || now >= known.until) return true;
    const upTo = known.upTo.get(meterId);
    // Less than there was: the database has gone back.
    return (upTo !== undefined && used >= upTo) || used < (known.from.get(meterId) ?? 0n);
  }

  remember(customerId: string, headroom: Headroom): void {
    this.#known.delete(customerId);
    this.#known.set(customerId, headroom);
    if (this.#known.size <= REMEMBERED_MAX) return;
    const [oldest] = this.#known.keys();
    if (oldest !== undefined) this.#known.delete(oldest);
  }

  /** The customer was changed: what was found before that is forgotten. */
  forget(customerId: string, change: bigint): void {
    const known = this.#known.get(customerId);
    if (known !== undefined && known.change < change) this.#known.delete(customerId);
  }

  clear(): void {
    this.#known.clear();
  }
}
