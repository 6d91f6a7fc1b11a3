import { allowsOrigin } from '../contract/origin.ts';
import type { Operation, ReferencedOperation } from '../contract/api-document.ts';
import { RouteTree } from '../contract/route-tree.ts';
import type { RouteRow } from './model.ts';

/** Which route would take what a document describes. Pure. */

/** In the place of a name in a path: no route has a literal segment like it. */
const ANY = '~any~';

export type Addresses = {
  /** Where the gateway is, as customers call it. */
  gatewayUrl: string;
  /** The page that would call it. */
  publicUrl: string;
};

type Served = { route: RouteRow; host: string };

const segmentsOf = (path: string): string[] =>
  path
    .split('/')
    .filter((part) => part !== '')
    .map((part) => (part.startsWith('{') ? ANY : part));

/** Finds the route of each operation: at the gateway's address first, then at hosts of routes. */
export class Servers {
  readonly #tree: RouteTree<RouteRow>;
  readonly #hosts: string[];

  constructor(routes: readonly RouteRow[], { gatewayUrl }: Pick<Addresses, 'gatewayUrl'>) {
    this.#tree = new RouteTree(
      routes.map((route) => {
        const { host, path_pattern, methods } = route.definition;
        return [{ id: route.id, host, path_pattern, methods }, route] as const;
      }),
    );
    const own = routes
      .map(({ definition }) => definition.host)
      .filter((host) => !host.startsWith('*'));
    this.#hosts = [new URL(gatewayUrl).hostname, ...new Set(own)];
  }

  of({ method, path }: Pick<Operation, 'method' | 'path'>): Served | undefined {
    const asked = { raw: path, query: '', segments: segmentsOf(path), bare: undefined };
    for (const host of this.#hosts) {
      const match = this.#tree.find(host, asked, method);
      if (match.kind === 'route') return { route: match.route, host };
    }
    return undefined;
  }
}

/** The operation with its route, where it is called, and whether the portal's page may call it. */
export function referencedBy(
  operation: Operation,
  { route, host }: Served,
  { gatewayUrl, publicUrl }: Addresses,
): ReferencedOperation {
  const gateway = new URL(gatewayUrl);
  const isOther = host !== gateway.hostname;
  const { cors, public: isPublic } = route.definition;
  const origin = new URL(publicUrl).origin;
  const isAllowed = gateway.origin === origin || (cors !== null && allowsOrigin(cors, origin));
  const port = gateway.port === '' ? '' : `:${gateway.port}`;
  const base = isOther ? `${gateway.protocol}//${host}${port}` : gateway.origin;
  return {
    ...operation,
    route: { id: route.id, name: route.name },
    url: `${base}${operation.path}`,
    console: isOther ? 'other_host' : isAllowed ? 'open' : 'no_cors',
    public: isPublic,
  };
}
