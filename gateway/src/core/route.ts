import type { RouteFact, RoutesSnapshot } from '@tollgate/billing-core/contract/facts.ts';
import { type HeaderEdit, headerEdit } from './header-edit.ts';
import type { RequestPath } from './path.ts';
import { type Wanted, wantedOf } from './reading.ts';
import { compileRewrite, type Rewrite, rewritten } from './rewrite.ts';

/** A route made ready: what a request needs of it is computed once. */
export type CompiledRoute = {
  readonly fact: RouteFact;
  /** Scheme, host and port of the upstream. */
  readonly origin: string;
  /** Path of the upstream's URL without a final slash. */
  readonly basePath: string;
  readonly strip: readonly string[];
  readonly rewrite: Rewrite | undefined;
  readonly toUpstream: HeaderEdit | undefined;
  readonly toClient: HeaderEdit | undefined;
  readonly methods: ReadonlySet<string>;
  /** What its metering wants to know of the response. */
  readonly wanted: Wanted | undefined;
};

export type Match =
  | { readonly kind: 'route'; readonly route: CompiledRoute }
  | { readonly kind: 'method'; readonly allow: readonly string[] }
  | { readonly kind: 'none' }
  /** Readings of the path that different servers have lead to different routes. */
  | { readonly kind: 'ambiguous' };

type Branch = {
  readonly literals: Map<string, Branch>;
  param: Branch | undefined;
  readonly ends: CompiledRoute[];
  readonly rests: CompiledRoute[];
};

const ANY_METHOD = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
// Never forwarded: they ask an intermediary to act, or to show what it received.
const NEVER = new Set(['TRACE', 'TRACK', 'CONNECT']);

const newBranch = (): Branch => ({
  literals: new Map(),
  param: undefined,
  ends: [],
  rests: [],
});

const segmentsOf = (path: string): string[] => path.split('/').filter((part) => part !== '');

function compile(fact: RouteFact): CompiledRoute {
  const url = new URL(fact.upstream_url);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new Error('not an HTTP upstream');
  const methods = new Set(fact.methods);
  if (methods.has('GET')) methods.add('HEAD');
  return {
    fact,
    origin: url.origin,
    basePath: url.pathname.replace(/\/+$/, ''),
    strip: segmentsOf(fact.strip_prefix ?? ''),
    rewrite:
      fact.rewrite_path === undefined
        ? undefined
        : compileRewrite(fact.rewrite_path, fact.path_pattern),
    toUpstream: headerEdit(fact.request_headers),
    toClient: headerEdit(fact.response_headers),
    methods,
    wanted: wantedOf(fact.metering),
  };
}

function plant(root: Branch, route: CompiledRoute): void {
  const segments = segmentsOf(route.fact.path_pattern);
  let branch = root;
  for (const [index, segment] of segments.entries()) {
    if (segment === '*' && index === segments.length - 1) {
      branch.rests.push(route);
      return;
    }
    if (segment.startsWith(':')) branch = branch.param ??= newBranch();
    else {
      const next = branch.literals.get(segment) ?? newBranch();
      branch.literals.set(segment, next);
      branch = next;
    }
  }
  branch.ends.push(route);
}

const takes = (route: CompiledRoute, method: string): boolean =>
  route.methods.has(method) || (route.methods.has('*') && !NEVER.has(method));

// A route that names its methods goes before one that takes all; then the older id wins.
function precedence(a: CompiledRoute, b: CompiledRoute): number {
  const wide = Number(a.methods.has('*')) - Number(b.methods.has('*'));
  if (wide !== 0) return wide;
  return a.fact.id < b.fact.id ? -1 : 1;
}

/** Routes by host and path. Winner: host exact > `*.suffix` > `*`; literal > `:param` > `*`. */
export class RouteTable {
  readonly #hosts = new Map<string, Branch>();
  readonly #routes: CompiledRoute[] = [];
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
    for (const route of this.#routes.toSorted(precedence)) {
      const host = route.fact.host.toLowerCase();
      const root = this.#hosts.get(host) ?? newBranch();
      this.#hosts.set(host, root);
      plant(root, route);
    }
  }

  /** The origins of every upstream in the table. */
  origins(): Set<string> {
    return new Set(this.#routes.map((route) => route.origin));
  }

  /** `host` as readHost gives it. A path found under another method only is answered `method`. */
  find(host: string, path: RequestPath, method: string): Match {
    const match = this.#search(host, path.segments, method);
    if (path.bare === undefined || match.kind === 'none') return match;
    const other = this.#search(host, path.bare, method);
    const same = match.kind === 'route' && other.kind === 'route' && match.route === other.route;
    return same ? match : { kind: 'ambiguous' };
  }

  #search(host: string, segments: readonly string[], method: string): Match {
    const allowed = new Set<string>();
    const walk = new Walk(segments, method, allowed);
    for (const root of this.#roots(host)) {
      const route = walk.from(root, 0);
      if (route) return { kind: 'route', route };
    }
    if (allowed.size === 0) return { kind: 'none' };
    if (allowed.delete('*')) for (const one of ANY_METHOD) allowed.add(one);
    return { kind: 'method', allow: [...allowed].toSorted() };
  }

  *#roots(host: string): Generator<Branch> {
    const exact = this.#hosts.get(host);
    if (exact) yield exact;
    for (let dot = host.indexOf('.'); dot !== -1; dot = host.indexOf('.', dot + 1)) {
      const suffix = this.#hosts.get(`*${host.slice(dot)}`);
      if (suffix) yield suffix;
    }
    const every = this.#hosts.get('*');
    if (every) yield every;
  }
}

/** One search: at most one visit of each branch, since a branch's depth is its segment's index. */
class Walk {
  readonly #segments: readonly string[];
  readonly #method: string;
  readonly #allowed: Set<string>;

  constructor(segments: readonly string[], method: string, allowed: Set<string>) {
    this.#segments = segments;
    this.#method = method;
    this.#allowed = allowed;
  }

  from(branch: Branch, index: number): CompiledRoute | undefined {
    const segment = this.#segments[index];
    if (segment === undefined) return this.#pick(branch.ends) ?? this.#pick(branch.rests);
    const literal = branch.literals.get(segment);
    return (
      (literal && this.from(literal, index + 1)) ??
      (branch.param && this.from(branch.param, index + 1)) ??
      this.#pick(branch.rests)
    );
  }

  #pick(routes: readonly CompiledRoute[]): CompiledRoute | undefined {
    for (const route of routes) {
      if (takes(route, this.#method)) return route;
      for (const method of route.methods) this.#allowed.add(method);
    }
    return undefined;
  }
}

/** Path and query for the upstream: the client's bytes, minus the prefix or in the template. */
export function upstreamPath(route: CompiledRoute, path: RequestPath): string {
  if (route.rewrite) return route.basePath + rewritten(route.rewrite, path.raw) + path.query;
  let rest = path.raw;
  if (route.strip.every((segment, index) => path.segments[index] === segment)) {
    for (let i = 0; i < route.strip.length; i++) {
      const slash = rest.indexOf('/', 1);
      rest = slash === -1 ? '' : rest.slice(slash);
    }
  }
  return (route.basePath + rest || '/') + path.query;
}
