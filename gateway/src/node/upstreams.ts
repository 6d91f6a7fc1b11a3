import { lookup } from 'node:dns';
import { Pool } from 'undici';
import type { Subnet } from '../core/address.ts';
import { type AddressRefused, connecting, type Resolve } from './upstream-address.ts';

const CONNECT_TIMEOUT_MS = 10_000;
// Under the 5 s after which a Node server closes an idle connection.
const KEEP_ALIVE_MS = 4_000;
const HEAD_BYTES_MAX = 64 * 1024;

export type UpstreamsOf = {
  /** Private subnets in which upstreams may be. */
  readonly allowed: readonly Subnet[];
  readonly resolve?: Resolve;
  /** Told of an address outside of them, once until the routes change. */
  readonly onRefused?: (error: AddressRefused) => void;
};

/** Pools of connections, one for each upstream origin. */
export class Upstreams {
  readonly #pools = new Map<string, Pool>();
  readonly #connect: ReturnType<typeof connecting>;

  readonly #told = new Set<string>();

  constructor({ allowed, resolve = lookup, onRefused }: UpstreamsOf) {
    this.#connect = connecting({
      allowed,
      resolve,
      timeoutMs: CONNECT_TIMEOUT_MS,
      onRefused: (error) => {
        if (this.#told.has(error.address)) return;
        this.#told.add(error.address);
        onRefused?.(error);
      },
    });
  }

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
      connect: this.#connect,
    });
    this.#pools.set(origin, pool);
    return pool;
  }

  /** Lets go of every pool but these origins'; requests under way finish. */
  keep(origins: ReadonlySet<string>): void {
    this.#told.clear();
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
