import type { RequestPath } from './request-path.ts';

/** What of a route decides which requests it takes. */
export type Matching = {
  readonly id: string;
  readonly host: string;
  readonly path_pattern: string;
  readonly methods: readonly string[];
};

export type Match<Route> =
  | { readonly kind: 'route'; readonly route: Route }
  | { readonly kind: 'method'; readonly allow: readonly string[] }
  | { readonly kind: 'none' }
  /** Readings of the path that different servers have lead to different routes. */
  | { readonly kind: 'ambiguous' };

type Leaf<Route> = {
  readonly of: Matching;
  readonly methods: ReadonlySet<string>;
  readonly route: Route;
};

type Branch<Route> = {
  readonly literals: Map<string, Branch<Route>>;
  param: Branch<Route> | undefined;
  readonly ends: Leaf<Route>[];
  readonly rests: Leaf<Route>[];
};

const ANY_METHOD = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
// Never forwarded: they ask an intermediary to act, or to show what it received.
const NEVER = new Set(['TRACE', 'TRACK', 'CONNECT']);

const newBranch = <Route>(): Branch<Route> => ({
  literals: new Map(),
  param: undefined,
  ends: [],
  rests: [],
});

export const segmentsOf = (path: string): string[] => path.split('/').filter((part) => part !== '');

function leafOf<Route>(of: Matching, route: Route): Leaf<Route> {
  const methods = new Set(of.methods);
  if (methods.has('GET')) methods.add('HEAD');
  return { of, methods, route };
}

function plant<Route>(root: Branch<Route>, leaf: Leaf<Route>): void {
  const segments = segmentsOf(leaf.of.path_pattern);
  let branch = root;
  for (const [index, segment] of segments.entries()) {
    if (segment === '*' && index === segments.length - 1) {
      branch.rests.push(leaf);
      return;
    }
    if (segment.startsWith(':')) branch = branch.param ??= newBranch<Route>();
    else {
      const next = branch.literals.get(segment) ?? newBranch<Route>();
      branch.literals.set(segment, next);
      branch = next;
    }
  }
  branch.ends.push(leaf);
}

const takes = ({ methods }: Leaf<unknown>, method: string): boolean =>
  methods.has(method) || (methods.has('*') && !NEVER.has(method));

// A route that names its methods goes before one that takes all; then the older id wins.
function precedence(a: Leaf<unknown>, b: Leaf<unknown>): number {
  const wide = Number(a.methods.has('*')) - Number(b.methods.has('*'));
  if (wide !== 0) return wide;
  return a.of.id < b.of.id ? -1 : 1;
}

/** Routes by host and path. Winner: host exact > `*.suffix` > `*`; literal > `:param` > `*`. */
export class RouteTree<Route> {
  readonly #hosts = new Map<string, Branch<Route>>();
  /** Some route is for all hosts under a name: most tables have none. */
  readonly #hasSuffixes: boolean;

  constructor(routes: readonly (readonly [Matching, Route])[]) {
    const leaves = routes.map(([of, route]) => leafOf(of, route));
    for (const leaf of leaves.toSorted(precedence)) {
      const host = leaf.of.host.toLowerCase();
      const root = this.#hosts.get(host) ?? newBranch<Route>();
      this.#hosts.set(host, root);
      plant(root, leaf);
    }
    this.#hasSuffixes = [...this.#hosts.keys()].some((host) => host.startsWith('*.'));
  }

  /** `host` as readHost gives it. A path found under another method only is answered `method`. */
  find(host: string, path: RequestPath, method: string): Match<Route> {
    const match = this.#search(host, path.segments, method);
    if (path.bare === undefined || match.kind === 'none') return match;
    const other = this.#search(host, path.bare, method);
    const same = match.kind === 'route' && other.kind === 'route' && match.route === other.route;
    return same ? match : { kind: 'ambiguous' };
  }

  #search(host: string, segments: readonly string[], method: string): Match<Route> {
    const allowed = new Set<string>();
    const walk = new Walk<Route>(segments, method, allowed);
    const route = this.#under(host, walk);
    if (route !== undefined) return { kind: 'route', route };
    if (allowed.size === 0) return { kind: 'none' };
    if (allowed.delete('*')) for (const one of ANY_METHOD) allowed.add(one);
    return { kind: 'method', allow: [...allowed].toSorted() };
  }

  #under(host: string, walk: Walk<Route>): Route | undefined {
    let route = this.#in(host, walk);
    if (this.#hasSuffixes) {
      let dot = host.indexOf('.');
      for (; route === undefined && dot !== -1; dot = host.indexOf('.', dot + 1)) {
        route = this.#in(`*${host.slice(dot)}`, walk);
      }
    }
    return route ?? this.#in('*', walk);
  }

  #in(host: string, walk: Walk<Route>): Route | undefined {
    const root = this.#hosts.get(host);
    return root && walk.from(root, 0);
  }
}

/** One search: at most one visit of each branch, since a branch's depth is its segment's index. */
class Walk<Route> {
  readonly #segments: readonly string[];
  readonly #method: string;
  readonly #allowed: Set<string>;

  constructor(segments: readonly string[], method: string, allowed: Set<string>) {
    this.#segments = segments;
    this.#method = method;
    this.#allowed = allowed;
  }

  from(branch: Branch<Route>, index: number): Route | undefined {
    const segment = this.#segments[index];
    if (segment === undefined) return this.#pick(branch.ends) ?? this.#pick(branch.rests);
    const literal = branch.literals.get(segment);
    return (
      (literal && this.from(literal, index + 1)) ??
      (branch.param && this.from(branch.param, index + 1)) ??
      this.#pick(branch.rests)
    );
  }

  #pick(leaves: readonly Leaf<Route>[]): Route | undefined {
    for (const leaf of leaves) {
      if (takes(leaf, this.#method)) return leaf.route;
      for (const method of leaf.methods) this.#allowed.add(method);
    }
    return undefined;
  }
}
