import type { RefusalReason } from '../core/refusal.ts';
import type {
  Admission,
  ForwardPlan,
  Hold,
  LongRequest,
  Metering,
  NextSpan,
  Progress,
  Settlement,
} from '../ports.ts';
import type { Lasting, Spans } from './spans.ts';

export type HeldOf = {
  readonly metering: Metering;
  readonly spans: Spans;
  readonly again: ForwardPlan['again'];
  /** What it used so far; null while nothing is decided that could be recorded. */
  progress(): Progress | null;
  /** A limit, or its key, does not let it go on: it has to end, and to settle. */
  end(reason: RefusalReason): void;
  crashed(error: unknown): void;
};

/**
 * What is recorded of one admitted request, however long it lasts: its hold moves on from span to
 * span, and there is one at every moment until it is settled.
 */
export class HeldRequest implements Lasting, LongRequest {
  readonly #of: HeldOf;
  #hold: Hold;

  constructor(hold: Hold, of: HeldOf) {
    this.#hold = hold;
    this.#of = of;
  }

  begin(forward: () => void): void {
    this.#of.metering.begin(this.#hold, forward);
  }

  /** It can last from here on. */
  lasts(): void {
    if (this.#of.again) this.#of.spans.watch(this);
  }

  settle(settlement: Settlement, release: () => void): void {
    this.#of.spans.leave(this);
    this.#of.metering.settle(this.#hold, settlement, release);
  }

  checkpoint(): void {
    const progress = this.#of.progress();
    if (progress) this.#of.metering.checkpoint(this.#hold, progress, this);
  }

  again(next: NextSpan): Admission | Promise<Admission> {
    if (!this.#of.again) throw new Error('a request without spans has no next one');
    return this.#of.again(next);
  }

  goOn(hold: Hold): void {
    this.#hold = hold;
  }

  end({ reason }: { readonly reason: RefusalReason }): void {
    this.#of.end(reason);
  }

  crashed(error: unknown): void {
    this.#of.crashed(error);
  }
}
