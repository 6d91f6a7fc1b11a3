import { join } from 'node:path';
import { type Asked, readLog } from '../checker/logs.ts';
import { Part } from './part.ts';

export type Counts = { sent: number; complete: number; served: number; refused: number };

export type LoadOf = {
  /** First part of the ids of its requests. */
  name: string;
  log: string;
  seed: number;
  urls: readonly string[];
  /** How often each gateway is asked, in proportion. */
  weights: readonly number[];
  keys: readonly { id: string; secret: string }[];
  /** So many requests are under way at once, at most. */
  clients: number;
  /** Requests a second; null: each client asks again at once. */
  perSecond: number | null;
  /** Pause of a client between its requests. */
  thinkMs: number;
  answers: readonly { status: number; ms: number; weight: number }[];
  bytesMax: number;
};

export type Order =
  | { do: 'start'; of: LoadOf }
  | { do: 'aim'; weights: readonly number[] }
  | { do: 'stop' };

/** What is asked for unless told otherwise: mostly good answers, some bad, some slow. */
export const MIXED = [
  { status: 200, ms: 0, weight: 85 },
  { status: 200, ms: 30, weight: 5 },
  { status: 404, ms: 0, weight: 5 },
  { status: 500, ms: 0, weight: 5 },
];
export const GOOD = [{ status: 200, ms: 0, weight: 1 }];

const LATE_MS = 180_000;

/** A load generator, in a process of its own. */
export class Load {
  readonly #part: Part;
  readonly log: string;
  counts: Counts = { sent: 0, complete: 0, served: 0, refused: 0 };
  #over = Promise.withResolvers<void>();
  #waiting: { holds: (counts: Counts) => boolean; resolve: () => void }[] = [];

  private constructor(part: Part, log: string) {
    this.#part = part;
    this.log = log;
  }

  static async start(folder: string, of: Omit<LoadOf, 'log'>): Promise<Load> {
    const log = join(folder, `load-${of.name}.log`);
    const part = new Part({ name: 'load', args: ['scripts/faults/programs/load.ts'], env: {} });
    const load = new Load(part, log);
    await part.start();
    part.onMessage = (message) => load.#hear(message as Counts & { over?: true });
    part.send({ do: 'start', of: { ...of, log } } satisfies Order);
    return load;
  }

  #hear({ over, ...counts }: Counts & { over?: true }): void {
    this.counts = counts;
    const still = this.#waiting.filter(({ holds }) => !holds(counts));
    for (const waiter of this.#waiting) if (!still.includes(waiter)) waiter.resolve();
    this.#waiting = still;
    if (over) this.#over.resolve();
  }

  /** Resolves once the counts are so. Rejects after a minute. */
  until(holds: (counts: Counts) => boolean): Promise<void> {
    if (holds(this.counts)) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        reject(new Error(`the load stands at ${JSON.stringify(this.counts)}`));
      }, LATE_MS);
      const done = (): void => {
        clearTimeout(late);
        resolve();
      };
      this.#waiting.push({ holds, resolve: done });
    });
  }

  /** Resolves when this many more answers of the upstream have arrived whole. */
  more(count: number): Promise<void> {
    const to = this.counts.served + count;
    return this.until(({ served }) => served >= to);
  }

  aim(weights: readonly number[]): void {
    this.#part.send({ do: 'aim', weights } satisfies Order);
  }

  /** Asks no more, and waits for the answers that are under way. Out: what it wrote down. */
  async stop(): Promise<Asked[]> {
    this.#part.send({ do: 'stop' } satisfies Order);
    await this.#over.promise;
    await this.#part.ended();
    return readLog<Asked>(this.log);
  }

  remove(): Promise<void> {
    return this.#part.remove();
  }
}
