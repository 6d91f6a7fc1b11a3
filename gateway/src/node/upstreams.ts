import { lookup } from 'node:dns';
import { Pool } from 'undici';
import type { Subnet } from '@tollgate/billing-core/contract/address.ts';
import type { CompiledRoute, Target } from '../core/route.ts';
import { TurnEnd } from './turn-end.ts';
import { type AddressRefused, connecting, type Resolve } from './upstream-address.ts';
import { suspicion, type TlsFault, tlsFault, tlsName } from './upstream-tls.ts';
import { Links, type Reading } from './wire/links.ts';

// Under the 5 s after which a Node server closes an idle connection.
const KEEP_ALIVE_MS = 4_000;
/** Requests of the gateway's own are few, small and short. */
const HEAD_BYTES_MAX = 64 * 1024;
/** What is read of an upstream lies here until it was taken; one read at a time. */
const READ_BUFFER = Buffer.alloc(64 * 1024);

export type UpstreamsOf = {
  /** Private subnets in which upstreams may be. */
  readonly allowed: readonly Subnet[];
  readonly resolve?: Resolve;
  /** Told of an address outside of them, once until the routes change. */
  readonly onRefused?: (error: AddressRefused) => void;
  /** Told why TLS with an upstream of a route fails, once each until the routes change. */
  readonly onTlsFault?: (fault: { route: string; name: string; reason: string }) => void;
  /** Counts each of them, by a short name of the reason. */
  readonly onTlsFailed?: (route: string, code: string) => void;
  /** Shared with what else ends its turns, so that a turn has one end. */
  readonly turnEnd?: TurnEnd;
};

/** What a client is told of a try that brought no answer. */
export type TryFailure = 'upstream_error' | 'upstream_timeout' | 'upstream_tls_failed';

const nameOf = ({ origin, connectTimeoutMs, tls }: Target): string =>
  tls ? `${origin} ${connectTimeoutMs} ${tlsName(tls)}` : `${origin} ${connectTimeoutMs}`;

/** The connections to one upstream: those of clients' requests, and those of the gateway's own. */
type Lines = { readonly links: Links; pool?: Pool };

/** Connections to upstreams, kept for each. */
export class Upstreams {
  readonly #lines = new Map<string, Lines>();
  /** The same by target, of which each request has one at hand. */
  #found = new WeakMap<Target, Lines>();
  readonly #of: Required<Pick<UpstreamsOf, 'allowed' | 'resolve'>>;
  readonly #turnEnd: TurnEnd;
  readonly #onRefused: (error: AddressRefused) => void;
  readonly #onTlsFault: UpstreamsOf['onTlsFault'];
  readonly #onTlsFailed: UpstreamsOf['onTlsFailed'];
  readonly #told = new Set<string>();

  constructor(of: UpstreamsOf) {
    const { allowed, resolve = lookup, onRefused, turnEnd = new TurnEnd() } = of;
    this.#of = { allowed, resolve };
    this.#turnEnd = turnEnd;
    this.#onTlsFault = of.onTlsFault;
    this.#onTlsFailed = of.onTlsFailed;
    this.#onRefused = (error) => {
      if (this.#told.has(error.address)) return;
      this.#told.add(error.address);
      onRefused?.(error);
    };
  }

  /** Whom clients' requests to this upstream go to; shared by all routes that connect alike. */
  of(target: Target): Links {
    return this.#linesOf(target).links;
  }

  /** For what the gateway itself asks: whether an upstream is well, an issuer's keys. */
  poolOf(target: Target): Pool {
    const lines = this.#linesOf(target);
    lines.pool ??= new Pool(target.origin, {
      allowH2: false,
      pipelining: 1,
      keepAliveTimeout: KEEP_ALIVE_MS,
      maxHeaderSize: HEAD_BYTES_MAX,
      connect: this.#connecting(target),
    });
    return lines.pool;
  }

  #linesOf(target: Target): Lines {
    const found = this.#found.get(target);
    if (found) return found;
    const name = nameOf(target);
    const lines = this.#lines.get(name) ?? this.#open(target);
    this.#lines.set(name, lines);
    this.#found.set(target, lines);
    return lines;
  }

  #open(target: Target): Lines {
    const reading: Reading = { buffer: READ_BUFFER, callback: () => true };
    const links = new Links({
      origin: target.origin,
      connect: this.#connecting(target, reading),
      reading,
      connectPlain: this.#connecting(target),
      turnEnd: this.#turnEnd,
      keepMs: KEEP_ALIVE_MS,
    });
    return { links };
  }

  #connecting(target: Target, reading?: Reading): ReturnType<typeof connecting> {
    return connecting({
      ...this.#of,
      timeoutMs: target.connectTimeoutMs,
      tls: target.tls,
      onRefused: this.#onRefused,
      reading,
    });
  }

  /** Why a try at an upstream of this route brought no answer. */
  failureOf(error: Error, { id, name, upstreams }: CompiledRoute['fact']): TryFailure {
    if ('code' in error && error.code === 'UND_ERR_CONNECT_TIMEOUT') return 'upstream_timeout';
    const fault = tlsFault(error);
    const ownTls = upstreams?.some(({ tls }) => tls !== undefined);
    const told = fault ?? (ownTls ? suspicion(error) : undefined);
    if (told) this.#tell(told, { id, name });
    return fault === undefined ? 'upstream_error' : 'upstream_tls_failed';
  }

  #tell({ code, reason }: TlsFault, { id, name }: { id: string; name: string }): void {
    this.#onTlsFailed?.(id, code);
    const told = `${id} ${reason}`;
    if (this.#told.has(told)) return;
    this.#told.add(told);
    this.#onTlsFault?.({ route: id, name, reason });
  }

  /** Lets go of every upstream but those of these routes; requests under way finish. */
  keep(routes: readonly CompiledRoute[]): void {
    this.#told.clear();
    this.#found = new WeakMap();
    const names = new Set(routes.flatMap(({ targets }) => targets.map(nameOf)));
    for (const [name, { links, pool }] of this.#lines) {
      if (names.has(name)) continue;
      this.#lines.delete(name);
      links.close();
      void pool?.close();
    }
  }

  /** Closes every connection at once. */
  async destroy(): Promise<void> {
    const all = [...this.#lines.values()];
    this.#lines.clear();
    this.#found = new WeakMap();
    for (const { links } of all) links.destroy();
    await Promise.all(all.map(({ pool }) => pool?.destroy()));
  }
}
