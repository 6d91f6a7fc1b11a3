/**
 * A bounded map that forgets what was not used for longest, in two generations: a hit costs a
 * lookup, not the delete and insert of a list kept in exact order.
 */
export class GenerationCache<Value> {
  readonly #half: number;
  #young = new Map<string, Value>();
  #old = new Map<string, Value>();
  /** How often something came or went: until then what was found is still there. */
  changes = 0;

  constructor(max: number) {
    this.#half = Math.max(1, Math.floor(max / 2));
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  get(key: string): Value | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old === undefined) return undefined;
    this.#old.delete(key);
    this.set(key, old);
    return old;
  }

  set(key: string, value: Value): void {
    this.changes += 1;
    if (this.#young.size >= this.#half && !this.#young.has(key)) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#old.delete(key);
    this.#young.set(key, value);
  }

  delete(key: string): void {
    this.changes += 1;
    this.#young.delete(key);
    this.#old.delete(key);
  }

  /** Forgets what is not wanted any more. */
  dropWhere(isOver: (value: Value) => boolean): void {
    this.changes += 1;
    for (const generation of [this.#young, this.#old]) {
      for (const [key, value] of generation) if (isOver(value)) generation.delete(key);
    }
  }

  clear(): void {
    this.changes += 1;
    this.#young.clear();
    this.#old.clear();
  }
}
