import type { LeaseGrant, LeaseTotals } from '@tollgate/billing-core/contract/sync.ts';
import { refuse } from '../core/refusal.ts';
import { admit, forget, grant, openTill, reopen, totals, type Till } from '../core/till.ts';
import type { Admission, AdmissionRequest, Clock, Tills } from '../ports.ts';

/** How long a request waits for core to lend before it is refused. */
export const LEASE_WAIT_MS = 1_000;
const RETRY_AFTER_S = 1;

type Waiter = {
  request: AdmissionRequest;
  deadline: number;
  resolve: (admission: Admission) => void;
  timer: NodeJS.Timeout;
};

/** All tills of this gateway, and the requests that wait for a lease. */
export class TillHouse implements Tills {
  readonly #clock: Clock;
  readonly #askCore: () => void;
  readonly #mayAdmit: () => 'stopping' | 'spool_full' | null;
  readonly #tills = new Map<string, Till>();
  /** Tills that admitted or asked since their totals were last sent. */
  #touched = new Set<Till>();
  #waiters: Waiter[] = [];

  constructor(of: {
    clock: Clock;
    askCore: () => void;
    mayAdmit: () => 'stopping' | 'spool_full' | null;
  }) {
    this.#clock = of.clock;
    this.#askCore = of.askCore;
    this.#mayAdmit = of.mayAdmit;
  }

  admit(request: AdmissionRequest): Admission | Promise<Admission> {
    const barred = this.#mayAdmit();
    if (barred) {
      return { kind: 'refused', refusal: refuse(barred, { retryAfterS: RETRY_AFTER_S }) };
    }
    const till = this.till(request.fact.customer.id);
    this.#touched.add(till);
    const answer = admit(till, request, this.#clock.now());
    return answer.kind === 'ask' ? this.#wait(request) : answer;
  }

  till(customerId: string): Till {
    let till = this.#tills.get(customerId);
    if (!till) {
      till = openTill(customerId);
      this.#tills.set(customerId, till);
    }
    return till;
  }

  /** Totals of the windows that should be topped up; at most `max`. */
  totals(max: number): LeaseTotals[] {
    const all: LeaseTotals[] = [];
    const now = this.#clock.now();
    for (const till of this.#touched) {
      if (all.length >= max) break;
      all.push(...totals(till, now));
      this.#touched.delete(till);
    }
    return all.slice(0, max);
  }

  /** Takes in grants and decides again for everyone who waits. */
  granted(grants: readonly LeaseGrant[], asOf: bigint): void {
    for (const from of grants) {
      const till = this.#tills.get(from.window.slice(0, from.window.indexOf('|')));
      if (till) grant(till, from, asOf);
    }
    const waiting = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiting) this.#decideAgain(waiter);
    if (this.#waiters.length > 0) this.#askCore();
  }

  /** The ask was not answered: what it said must be said again. */
  askAgain(unanswered: readonly LeaseTotals[]): void {
    for (const { window } of unanswered) {
      const till = this.#tills.get(window.slice(0, window.indexOf('|')));
      if (till) this.#touched.add(till);
    }
  }

  /** A customer's limits or units changed: nothing is exhausted any more until core says so. */
  reopen(customerId: string, change: bigint): void {
    const till = this.#tills.get(customerId);
    if (till) reopen(till, change);
  }

  /** Drops tills that hold nothing, so that customers seen once do not stay for ever. */
  sweep(): void {
    const now = this.#clock.now();
    for (const [id, till] of this.#tills) if (forget(till, now)) this.#tills.delete(id);
  }

  get size(): number {
    return this.#tills.size;
  }

  #wait(request: AdmissionRequest): Promise<Admission> {
    return new Promise((resolve) => {
      const deadline = this.#clock.now() + LEASE_WAIT_MS;
      const waiter: Waiter = {
        request,
        deadline,
        resolve,
        timer: setTimeout(() => this.#giveUp(waiter), LEASE_WAIT_MS),
      };
      this.#waiters.push(waiter);
      this.#askCore();
    });
  }

  #decideAgain(waiter: Waiter): void {
    const till = this.till(waiter.request.fact.customer.id);
    this.#touched.add(till);
    const answer = admit(till, waiter.request, this.#clock.now());
    if (answer.kind === 'ask') {
      this.#waiters.push(waiter);
      return;
    }
    clearTimeout(waiter.timer);
    waiter.resolve(answer);
  }

  /** Hard meters refuse when core cannot be asked; it is not the customer's fault, so 503. */
  #giveUp(waiter: Waiter): void {
    this.#waiters = this.#waiters.filter((other) => other !== waiter);
    const refusal = refuse('quota_unverifiable', { retryAfterS: RETRY_AFTER_S });
    waiter.resolve({ kind: 'refused', refusal });
  }
}
