import type { RoutesSnapshot } from '@tollgate/billing-core/contract/facts.ts';

/**
 * The same routes without what they have for TLS with their upstreams, for a host that cannot use
 * it: that they have some is all that it needs, to refuse them. So no private key is kept there.
 */
export function withoutTls(snapshot: RoutesSnapshot): RoutesSnapshot {
  const routes = snapshot.routes.map(({ upstreams, ...fact }) => ({
    ...fact,
    ...(upstreams && {
      upstreams: upstreams.map(({ tls, ...upstream }) => ({
        ...upstream,
        ...(tls && { tls: {} }),
      })),
    }),
  }));
  return { ...snapshot, routes };
}
