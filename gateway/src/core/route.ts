import type { RouteFact, RoutesSnapshot } from '@tollgate/billing-core/contract/facts.ts';
import { type Fence, fenceOf } from '@tollgate/billing-core/contract/fence.ts';
import {
  forwardedPath,
  pathBehind,
  type PathForm,
  pathFormOf,
  withoutParameter,
} from '@tollgate/billing-core/contract/forwarded-path.ts';
import type { RequestPath } from '@tollgate/billing-core/contract/request-path.ts';
import { type Match, RouteTree } from '@tollgate/billing-core/contract/route-tree.ts';
import type { TlsFact } from '@tollgate/billing-core/contract/upstream-tls.ts';
import { upstreamsOf } from './balance.ts';
import { CORS_FIELDS } from './cors.ts';
import { type HeaderEdit, headerEdit } from './header-edit.ts';
import { type KeyPlaces, USUAL_PLACES } from './key.ts';
import { type Wanted, wantedOf } from './reading.ts';

/** One of the upstreams a route leads to. */
export type Target = {
  /** Scheme, host and port. */
  readonly origin: string;
  /** Path of its URL without a final slash. */
  readonly basePath: string;
  readonly connectTimeoutMs: number;
  /** Left out: the public authorities, and no certificate of the gateway's own. */
  readonly tls?: TlsFact | undefined;
};

/** A route made ready: what a request needs of it is computed once. */
export type CompiledRoute = {
  readonly fact: RouteFact;
  readonly targets: readonly [Target, ...Target[]];
  /** How its upstreams do is kept, since it makes a difference. */
  readonly managed: boolean;
  readonly form: PathForm;
  readonly toUpstream: HeaderEdit | undefined;
  readonly toClient: HeaderEdit | undefined;
  readonly fence: Fence | undefined;
  readonly keyPlaces: KeyPlaces;
  /** What its metering wants to know of the response. */
  readonly wanted: Wanted | undefined;
};

const CONNECT_TIMEOUT_MS = 10_000;

/** In: an http(s) URL, how long connecting may take, and how. Throws on what is none. */
export function targetOf(href: string, connectTimeoutMs: number, tls?: TlsFact): Target {
  const url = new URL(href);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new Error('not an HTTP upstream');
  return {
    origin: url.origin,
    basePath: url.pathname.replace(/\/+$/, ''),
    connectTimeoutMs,
    ...(tls && { tls }),
  };
}

function placesOf({ key_location, jwt }: RouteFact): KeyPlaces {
  if (!key_location && !jwt) return USUAL_PLACES;
  const tokens = !jwt ? 'none' : jwt.forward ? 'forwarded' : 'taken';
  return { ...(key_location ?? USUAL_PLACES), tokens };
}

function compile(fact: RouteFact): CompiledRoute {
  const connectMs = fact.connect_timeout_ms ?? CONNECT_TIMEOUT_MS;
  const [first, ...others] = upstreamsOf(fact).map(({ url, tls }) => targetOf(url, connectMs, tls));
  if (!first) throw new Error('a route without upstreams');
  // With a rule here it is not the upstream that says which origins may read.
  const ours = fact.cors ? CORS_FIELDS.map((name) => ({ op: 'remove' as const, name })) : [];
  return {
    fact,
    targets: [first, ...others],
    managed:
      others.length > 0 || Boolean(fact.circuit_breaker ?? fact.retries ?? fact.health_check),
    form: pathFormOf(fact),
    toUpstream: headerEdit(fact.request_headers),
    toClient: headerEdit([...ours, ...(fact.response_headers ?? [])]),
    fence: fenceOf(fact),
    keyPlaces: placesOf(fact),
    wanted: wantedOf(fact.metering),
  };
}

/** The routes of a snapshot, ready to be found. */
export class RouteTable {
  readonly #routes: CompiledRoute[] = [];
  readonly #tree: RouteTree<CompiledRoute>;
  /** Routes that could not be compiled; they match nothing. */
  readonly broken: RouteFact[] = [];

  constructor(snapshot: RoutesSnapshot) {
    for (const fact of snapshot.routes) {
      try {
        this.#routes.push(compile(fact));
      } catch {
        this.broken.push(fact);
      }
    }
    this.#tree = new RouteTree(this.#routes.map((route) => [route.fact, route]));
  }

  get routes(): readonly CompiledRoute[] {
    return this.#routes;
  }

  /** `host` as readHost gives it. A path found under another method only is answered `method`. */
  find(host: string, path: RequestPath, method: string): Match<CompiledRoute> {
    return this.#tree.find(host, path, method);
  }
}

/** What is asked of whichever upstream: the path behind its base path, and the query. */
export type AskedPath = { readonly path: string; readonly query: string };

/** What the client asks for, without its key. */
export function askedPath({ form, keyPlaces }: CompiledRoute, path: RequestPath): AskedPath {
  const { query: name } = keyPlaces;
  const query = name === null ? path.query : withoutParameter(path.query, name);
  return { path: forwardedPath(form, path), query };
}

/** Path and query as this upstream is asked. */
export const pathAt = ({ basePath }: Target, { path, query }: AskedPath): string =>
  pathBehind(basePath, path, query);
