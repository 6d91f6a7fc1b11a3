import type { BlockList, Socket } from 'node:net';
import { readAddress } from '@tollgate/billing-core/contract/address.ts';
import type { RefusalReason } from '../core/refusal.ts';

export type ConnectionLimits = {
  /** Open connections in all; each costs memory, also a silent one. */
  readonly max: number;
  /** Of one client: an IPv4 address, or the /64 that an IPv6 address is in. */
  readonly perClientMax: number;
  /** Peers that bring the connections of many clients. */
  readonly proxies: BlockList;
  /** Told of a client that has too many, once until it has none. */
  readonly onMany?: (address: string) => void;
};

const MAPPED = 0xffffn;
const HALF = 64n;

/** Counts open connections, so that one client cannot take them all. */
export class ConnectionLimit {
  readonly #limits: ConnectionLimits;
  readonly #byClient = new Map<bigint, number>();
  readonly #told = new Set<bigint>();
  #open = 0;

  constructor(limits: ConnectionLimits) {
    this.#limits = limits;
  }

  get open(): number {
    return this.#open;
  }

  /** Counts the connection until it closes, unless it is one too many: then says which limit. */
  enter(socket: Socket): RefusalReason | undefined {
    if (this.#open >= this.#limits.max) return 'overloaded';
    const client = this.#clientOf(socket.remoteAddress ?? '');
    const others = client === undefined ? 0 : (this.#byClient.get(client) ?? 0);
    if (client !== undefined && others >= this.#limits.perClientMax) {
      if (!this.#told.has(client)) this.#limits.onMany?.(socket.remoteAddress ?? '');
      this.#told.add(client);
      return 'connections_too_many';
    }
    this.#open += 1;
    if (client !== undefined) this.#byClient.set(client, others + 1);
    socket.once('close', () => this.#leave(client));
    return undefined;
  }

  #leave(client: bigint | undefined): void {
    this.#open -= 1;
    if (client === undefined) return;
    const left = (this.#byClient.get(client) ?? 0) - 1;
    if (left > 0) this.#byClient.set(client, left);
    else {
      this.#byClient.delete(client);
      this.#told.delete(client);
    }
  }

  #clientOf(text: string): bigint | undefined {
    const address = readAddress(text);
    if (address === undefined) return undefined;
    const [bare = ''] = text.split('%', 1);
    if (this.#limits.proxies.check(bare, bare.includes(':') ? 'ipv6' : 'ipv4')) return undefined;
    return address >> 32n === MAPPED ? address : address >> HALF;
  }
}
