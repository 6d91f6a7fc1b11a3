import type { ResponseHead, Wanted } from '../core/reading.ts';
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
import { type Readings, Tap } from './tap.ts';

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
  #tap: Tap | undefined;
  #startedAt = 0;

  constructor(hold: Hold, of: HeldOf) {
    this.#hold = hold;
    this.#of = of;
  }

  begin(forward: () => void): void {
    this.#of.metering.begin(this.#hold, () => {
      this.#startedAt = performance.now();
      forward();
    });
  }

  /** The response begins; of its body the metering wants to see every byte. */
  answered(wanted: Wanted | undefined, head: ResponseHead): void {
    if (wanted) this.#tap = new Tap(wanted, head);
  }

  passed(chunk: Buffer): void {
    this.#tap?.take(chunk);
  }

  /** It can last from here on. */
  lasts(): void {
    if (this.#of.again) this.#of.spans.watch(this);
  }

  settle(settlement: Settlement, whole: boolean, release: () => void): void {
    this.#of.spans.leave(this);
    const durationMs = this.#durationMs();
    const record = (readings?: Readings): void => {
      const told = { ...settlement, durationMs, ...(readings && { readings }) };
      this.#of.metering.settle(this.#hold, told, release);
    };
    if (this.#tap) this.#tap.finish(whole, record);
    else record();
  }

  #durationMs(): number {
    return this.#startedAt === 0 ? 0 : Math.round(performance.now() - this.#startedAt);
  }

  checkpoint(): void {
    const progress = this.#of.progress();
    if (!progress) return;
    const durationMs = this.#durationMs();
    this.#of.metering.checkpoint(this.#hold, { ...progress, durationMs, lasts: true }, this);
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
