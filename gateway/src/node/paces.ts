import type { RateReport, RateShare } from '@tollgate/billing-core/contract/sync.ts';
import { dropShare, endTurn, reportOf, takeShare, type Rate } from '../core/rate.ts';
import type { Till } from '../core/till.ts';

/** A till whose limit is asked for less often than once in this many seconds has gone quiet. */
const QUIET_S = 20;

/** What this gateway holds of rate limits, and what of it core has to hear. */
export class Paces {
  /** Tills that may have something to say, the one that said nothing for longest first. */
  readonly #active = new Set<Till>();
  /** Customers whose till is gone while core still counts a share for it. */
  readonly #strays = new Set<string>();
  /** Tills that core just handed tokens of its own bucket. */
  readonly #handed = new Set<Rate>();

  /** The till's rate limit was met, or is to be looked at: what it holds has to be renewed. */
  add(till: Till): void {
    if (till.rate) this.#active.add(till);
  }

  forget(till: Till): void {
    this.#active.delete(till);
  }

  /** What core should hear now; at most `max`. */
  reports(max: number, now: number): RateReport[] {
    const all: RateReport[] = [];
    for (const customer of this.#strays) {
      if (all.length >= max) break;
      all.push({ customer, demand: 0, rate: 0, burst: 0, take: 0 });
    }
    let left = this.#active.size;
    for (const till of this.#active) {
      if (all.length >= max || left === 0) break;
      left -= 1;
      this.#active.delete(till);
      const { rate } = till;
      const report = rate && reportOf(rate, till.customerId, now);
      if (report) all.push(report);
      const isQuiet = !rate || (rate.offered === 0 && rate.demand * QUIET_S < 1);
      // Behind the others, so that each is heard however many there are.
      if (!isQuiet || rate?.news) this.#active.add(till);
    }
    return all;
  }

  /** Core knows of no share any more: all are to be told. */
  tellAll(tills: Iterable<Till>): void {
    for (const till of tills) {
      if (!till.rate?.share) continue;
      till.rate.news = true;
      this.#active.add(till);
    }
  }

  /** These reports were heard. */
  heard(sent: readonly RateReport[]): void {
    for (const { customer } of sent) this.#strays.delete(customer);
  }

  take(
    share: RateShare,
    till: Till | undefined,
    { sentAt, now }: { sentAt: number; now: number },
  ): void {
    if (till?.rate) {
      takeShare(till.rate, share, { sentAt, now });
      this.#handed.add(till.rate);
      if (till.rate.news) this.#active.add(till);
    } else if (share.rate > 0) this.#strays.add(share.customer);
  }

  /** Nobody counts any more who waits for a token. */
  dropTakes(): void {
    for (const { rate } of this.#active) if (rate) rate.take = 0;
  }

  /** These reports were not heard: what they said must be said again. */
  unheard({ customer }: RateReport, till: Till | undefined): void {
    if (till?.rate) {
      till.rate.news = true;
      this.#active.add(till);
    } else this.#strays.add(customer);
  }

  /** Who waited has been decided: tokens kept for later would be too many then. */
  endTurns(): void {
    for (const rate of this.#handed) endTurn(rate);
    this.#handed.clear();
  }

  /** Nobody has asked for a while, or the clocks disagree: the share is given up. */
  drop(till: Till): void {
    if (till.rate) dropShare(till.rate);
    if (till.rate?.news) this.#active.add(till);
  }

  /** The boot that held the shares has ended. */
  clear(): void {
    this.#active.clear();
    this.#strays.clear();
    this.#handed.clear();
  }
}
