const REMEMBERED_MAX = 10_000;

/**
 * Which keys and customers changed, and when, in the order of this process: an answer of core
 * that was asked for before a change may be older than the change.
 */
export class Touched {
  #tick = 0;
  #lastKey = 0;
  /** Changes up to here are not remembered one by one: everything counts as changed then. */
  #floor = 0;
  readonly #at = new Map<string, number>();

  /** The present, to ask later what changed since. */
  mark(): number {
    return this.#tick;
  }

  key(keyId: string): void {
    this.customer(keyId);
    this.#lastKey = this.#tick;
  }

  customer(customerId: string): void {
    this.#tick += 1;
    if (this.#at.size >= REMEMBERED_MAX) {
      this.#at.clear();
      this.#floor = this.#tick;
    }
    this.#at.set(customerId, this.#tick);
  }

  all(): void {
    this.#tick += 1;
    this.#at.clear();
    this.#floor = this.#tick;
    this.#lastKey = this.#tick;
  }

  since(mark: number, id: string): boolean {
    return this.#floor > mark || (this.#at.get(id) ?? 0) > mark;
  }

  anyKeySince(mark: number): boolean {
    return this.#lastKey > mark;
  }
}
