import type { RateReport, RateShare } from '@tollgate/billing-core/contract/sync.ts';
import { dropShare, endTurn, reportOf, shiftRate, takeShare, type Rate } from '../core/rate.ts';
import type { Till } from '../core/till.ts';

/** What this gateway holds of rate limits, and what of it core has to hear. */
export class Paces {
  /** Tills with a rate limit. */
  readonly #paced = new Set<Till>();
  /** Customers whose till is gone while core still counts a share for it. */
  readonly #strays = new Set<string>();
  /** Tills that core just handed tokens of its own bucket. */
  readonly #handed = new Set<Rate>();

  add(till: Till): void {
    this.#paced.add(till);
  }

  forget(till: Till): void {
    this.#paced.delete(till);
  }

  /** What core should hear now; at most `max`. */
  reports(max: number, now: number): RateReport[] {
    const all: RateReport[] = [];
    for (const customer of this.#strays) {
      all.push({ customer, demand: 0, rate: 0, burst: 0, take: 0 });
    }
    for (const till of this.#paced) {
      if (all.length >= max) break;
      const report = till.rate && reportOf(till.rate, till.customerId, now);
      if (report) all.push(report);
    }
    return all.slice(0, max);
  }

  /** Core knows of no share any more: all are to be told. */
  tellAll(): void {
    for (const { rate } of this.#paced) if (rate?.share) rate.news = true;
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
    const rate = till?.rate;
    if (rate) {
      takeShare(rate, share, { sentAt, now });
      this.#handed.add(rate);
    } else if (share.rate > 0) this.#strays.add(share.customer);
  }

  /** Nobody counts any more who waits for a token. */
  dropTakes(): void {
    for (const { rate } of this.#paced) if (rate) rate.take = 0;
  }

  /** These reports were not heard: what they said must be said again. */
  unheard({ customer }: RateReport, till: Till | undefined): void {
    if (till?.rate) till.rate.news = true;
    else this.#strays.add(customer);
  }

  /** Who waited has been decided: tokens kept for later would be too many then. */
  endTurns(): void {
    for (const rate of this.#handed) endTurn(rate);
    this.#handed.clear();
  }

  /** The clock made a step of so many ms. */
  stepped(ms: number): void {
    for (const { rate } of this.#paced) if (rate) shiftRate(rate, ms);
  }

  /** The clocks disagree, as after a suspend: no share can be trusted to be young. */
  dropAll(): void {
    for (const { rate } of this.#paced) if (rate) dropShare(rate);
  }

  /** The boot that held the shares has ended. */
  clear(): void {
    this.#strays.clear();
    this.#handed.clear();
  }
}
