import type { ResponseHead, Wanted } from '../core/reading.ts';
import type { RefusalReason } from '../core/refusal.ts';
import type { Passed } from '../core/span.ts';
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
};

/** Who has the request, and answers for it. */
export interface Holder {
  /** What it used so far; null while nothing is decided that could be recorded. */
  progress(): Progress | null;
  /** A limit, or its key, does not let it go on: it has to end, and to settle. */
  mayNotGoOn(reason: RefusalReason): void;
  /** Its next span has been admitted. */
  wentOn?(): void;
  crashed(error: unknown): void;
}

/**
 * What is recorded of one admitted request, however long it lasts: its hold moves on from span to
 * span, and there is one at every moment until it is settled.
 */
export class HeldRequest implements Lasting, LongRequest {
  readonly #of: HeldOf;
  #holder: Holder;
  #hold: Hold;
  #tap: Tap | undefined;
  #startedAt = 0;
  #granted: Passed | undefined = { requestBytes: 0 };
  #settled = false;
  /** Next spans that were asked for. */
  #asked = 0;

  constructor(hold: Hold, of: HeldOf, holder: Holder) {
    this.#hold = hold;
    this.#of = of;
    this.#holder = holder;
  }

  /** What it is judged by now. */
  get hold(): Hold {
    return this.#hold;
  }

  /** When it was forwarded, by performance.now(); 0 before. */
  get startedAt(): number {
    return this.#startedAt;
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

  /** Another one answers for it from here on. */
  passTo(holder: Holder): void {
    this.#holder = holder;
  }

  /** What had passed of the client when this span was admitted; undefined until it is. */
  get granted(): Passed | undefined {
    return this.#granted;
  }

  /** It can last from here on. */
  lasts(): void {
    if (this.#of.again) this.#of.spans.watch(this);
  }

  /** `release` is told all that was used, what only the end of the response says too. */
  settle(settlement: Settlement, whole: boolean, release: (used: Settlement) => void): void {
    this.#of.spans.leave(this);
    this.#settled = true;
    const durationMs = this.#durationMs();
    const record = (readings?: Readings): void => {
      const told = readings
        ? { ...settlement, durationMs, readings }
        : { ...settlement, durationMs };
      this.#of.metering.settle(this.#hold, told, () => release(told));
    };
    if (this.#tap) this.#tap.finish(whole, record);
    else record();
  }

  #durationMs(): number {
    return this.#startedAt === 0 ? 0 : Math.round(performance.now() - this.#startedAt);
  }

  checkpoint(): void {
    const progress = this.#holder.progress();
    if (!progress) return;
    const durationMs = this.#durationMs();
    this.#granted = undefined;
    this.#of.metering.checkpoint(this.#hold, { ...progress, durationMs, lasts: true }, this);
  }

  again(next: NextSpan): Admission | Promise<Admission> {
    if (!this.#of.again) throw new Error('a request without spans has no next one');
    const grant = (answer: Admission): Admission => {
      if (answer.kind === 'admitted') this.#granted = next.span;
      return answer;
    };
    this.#asked += 1;
    const asked = this.#asked;
    const awaited = (): boolean => !this.#settled && asked === this.#asked;
    const answer = this.#of.again({ ...next, awaited });
    return answer instanceof Promise ? answer.then(grant) : grant(answer);
  }

  goOn(hold: Hold): void {
    this.#hold = hold;
    this.#holder.wentOn?.();
  }

  end({ reason }: { readonly reason: RefusalReason }): void {
    this.#holder.mayNotGoOn(reason);
  }

  crashed(error: unknown): void {
    this.#holder.crashed(error);
  }
}
