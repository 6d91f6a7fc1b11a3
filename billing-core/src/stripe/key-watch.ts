import type { Clock } from '../kit/clock.ts';

/** That Stripe does not take the key (401), or not for this (403). */
export type KeyRefusal = {
  status: 401 | 403;
  /** Epoch ms. */
  since: number;
  tries: number;
  /** What was asked for: `POST /v1/refunds`. */
  operation: string;
};

/** Fewer may be a moment of Stripe's. */
export const KEY_TRIES_MIN = 3;

/** An id in a path says nothing of what the key may do. */
const ID = /\/[a-z]+_[A-Za-z0-9_]+/g;

/**
 * Remembers which calls Stripe refused because of the key. A call of the same kind that it takes
 * makes that forgotten, and any call that it takes makes forgotten that it did not know the key.
 */
export class KeyWatch {
  readonly #clock: Clock;
  readonly #refusals = new Map<string, KeyRefusal>();
  #hasSeen = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** An answer came with this status. */
  saw(method: string, path: string, status: number): void {
    this.#hasSeen = true;
    const operation = `${method} ${path.replace(/\?.*$/, '').replaceAll(ID, '/ID')}`;
    if (status === 401 || status === 403) {
      const key = status === 401 ? '' : operation;
      const { since, tries } = this.#refusals.get(key) ?? { since: this.#clock(), tries: 0 };
      this.#refusals.set(key, { status, since, tries: tries + 1, operation });
      return;
    }
    this.#refusals.delete('');
    this.#refusals.delete(operation);
  }

  /** Whether Stripe answered at all. */
  get hasSeen(): boolean {
    return this.#hasSeen;
  }

  /** What is refused most, after some tries; undefined while the key is taken. */
  get refusal(): KeyRefusal | undefined {
    const [worst] = [...this.#refusals.values()]
      .filter(({ tries }) => tries >= KEY_TRIES_MIN)
      .toSorted((one, other) => one.status - other.status || other.tries - one.tries);
    return worst;
  }
}
