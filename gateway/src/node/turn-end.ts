/**
 * What is left to do when the sockets that had something to say in this turn of the event loop
 * have all been heard: one Immediate for all of it, where each request would have one of its own.
 */
export class TurnEnd {
  #tasks: (() => void)[] = [];
  #next: (() => void)[] = [];
  #number = 0;
  #scheduled = false;
  #running = false;

  /** Runs it at the end of this turn; if that has come, behind what is there. */
  later(task: () => void): void {
    this.#tasks.push(task);
    this.#schedule();
  }

  /** Runs it when the sockets have been heard once more from the end of this turn on. */
  next(task: () => void): void {
    if (!this.#running) throw new Error('only the end of a turn has a next one');
    this.#next.push(task);
  }

  /** The number of the end that has come; undefined while sockets are heard. */
  get number(): number | undefined {
    return this.#running ? this.#number : undefined;
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(this.#run);
  }

  readonly #run = (): void => {
    this.#number += 1;
    this.#running = true;
    let at = 0;
    try {
      for (; at < this.#tasks.length; at++) this.#tasks[at]?.();
    } finally {
      this.#running = false;
      this.#scheduled = false;
      // What stands behind one that failed is not lost with it.
      const left = at < this.#tasks.length ? this.#tasks.slice(at + 1) : [];
      this.#tasks = [...left, ...this.#next];
      this.#next = [];
      if (this.#tasks.length > 0) this.#schedule();
    }
  };
}
