import { Pool } from 'undici';

const CONNECT_TIMEOUT_MS = 10_000;
// Under the 5 s after which a Node server closes an idle connection.
const KEEP_ALIVE_MS = 4_000;
const HEAD_BYTES_MAX = 64 * 1024;

/** Pools of connections, one for each upstream origin. */
export class Upstreams {
  readonly #pools = new Map<string, Pool>();

  /** The pool for this origin (scheme, host, port). */
  of(origin: string): Pool {
    const known = this.#pools.get(origin);
    if (known) return known;
    const pool = new Pool(origin, {
      allowH2: false,
      pipelining: 1,
      keepAliveTimeout: KEEP_ALIVE_MS,
      maxHeaderSize: HEAD_BYTES_MAX,
      // One timer of the forwarder covers every wait of a request; two would race.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: { timeout: CONNECT_TIMEOUT_MS },
    });
    this.#pools.set(origin, pool);
    return pool;
  }

  /** Lets go of every pool but these origins'; requests under way finish. */
  keep(origins: ReadonlySet<string>): void {
    for (const [origin, pool] of this.#pools) {
      if (origins.has(origin)) continue;
      this.#pools.delete(origin);
      void pool.close();
    }
  }

  /** Closes every connection at once. */
  async destroy(): Promise<void> {
    const pools = [...this.#pools.values()];
    this.#pools.clear();
    await Promise.all(pools.map((pool) => pool.destroy()));
  }
}
