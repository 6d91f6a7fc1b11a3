import type { Refusal } from '../core/refusal.ts';
import { type Passed, spanAfter } from '../core/span.ts';
import type { ForwardPlan, Hold, Settlement } from '../ports.ts';
import type { Isolate } from './isolate.ts';
import type { Ticket } from './outbox.ts';

/**
 * What is recorded of one admitted request, however long it lasts: its hold moves on from span to
 * span. Each next span is an admission of its own: a key that was revoked, or a quota that is used
 * up, ends it.
 */
export class HeldRequest {
  readonly #isolate: Isolate;
  readonly #again: ForwardPlan['again'];
  #hold: Hold;
  #granted: Passed | undefined = { requestBytes: 0 };
  #timer: number | null = null;
  #settled = false;
  /** Records of spans that are over, and not known to be stored. */
  #unstored: Ticket[] = [];

  constructor(hold: Hold, of: { isolate: Isolate; again: ForwardPlan['again'] }) {
    this.#hold = hold;
    this.#isolate = of.isolate;
    this.#again = of.again;
  }

  /** The one it has now. */
  get hold(): Hold {
    return this.#hold;
  }

  /** What had passed of the client when this span was admitted; undefined until it is. */
  get granted(): Passed | undefined {
    return this.#granted;
  }

  /** It can last from here on: `checkpoint` is called at the end of each span. */
  lasts(checkpoint: () => void): void {
    if (this.#again) this.#timer = setInterval(checkpoint, this.#isolate.checkpointMs);
  }

  /**
   * Records the span that is over, and asks for the next one. Out: that it goes on, or why it may
   * not; undefined when it ended meanwhile, or another span did.
   */
  async nextSpan(
    used: Settlement,
    { uploaded }: { uploaded: boolean },
  ): Promise<'goes on' | Refusal | undefined> {
    if (this.#settled || !this.#again) return undefined;
    const before = this.#hold;
    const { hold: carried, ticket } = this.#isolate.carry(before, used);
    this.#unstored = this.#unstored.filter(({ stored }) => !stored);
    if (ticket) this.#unstored.push(ticket);
    this.#hold = carried;
    this.#granted = undefined;
    // Requests renew the facts; while one that lasts is all there is, nobody else does.
    await this.#isolate.fresh()?.catch(() => undefined);
    const awaited = (): boolean => !this.#settled && this.#hold === carried;
    const answer = await this.#again({ span: spanAfter(before, used), uploaded, awaited });
    const current = awaited();
    if (answer.kind === 'refused') return current ? answer.refusal : undefined;
    this.#isolate.drop(current ? carried : answer.hold);
    if (!current) return undefined;
    this.#hold = answer.hold;
    this.#granted = used;
    return 'goes on';
  }

  /** What is returned settles when the response may end. */
  settle(settlement: Settlement): Promise<void> | undefined {
    this.#settled = true;
    clearInterval(this.#timer);
    return this.#isolate.settle(this.#hold, settlement, this.#unstored);
  }
}
