import { closedTo } from '@tollgate/billing-core/contract/objection.ts';
import type { RequestPath } from '@tollgate/billing-core/contract/request-path.ts';
import type { Exchange } from '../ports.ts';
import { type CorsRule, type Preflight, preflightFields, preflightOf } from './cors.ts';
import { refuse, type Refusal } from './refusal.ts';
import type { CompiledRoute, RouteTable } from './route.ts';

// Which route a request comes to, and whether that is open to it: before anybody's key is read.

type Found = { readonly route: CompiledRoute; readonly preflight?: Preflight | undefined };

/** A browser asks about another method than its own: the route of that one answers, if it does. */
export function findRoute(
  table: RouteTable,
  exchange: Exchange,
  at: { host: string; path: RequestPath },
): Found | Refusal {
  const { host, path } = at;
  const preflight = preflightOf(exchange.method, exchange.rawHeaders);
  const asked = preflight && table.find(host, path, preflight.method);
  if (asked?.kind === 'route' && asked.route.fact.cors) return { route: asked.route, preflight };
  const match = table.find(host, path, exchange.method);
  if (match.kind === 'ambiguous') return refuse('invalid_request');
  if (match.kind === 'none') return refuse('route_not_found');
  return match.kind === 'method'
    ? refuse('method_not_allowed', { allow: match.allow })
    : { route: match.route };
}

const TLS_DETAIL =
  'An upstream of the route has a certificate authority or a certificate of its own';

/** Why nobody, or nobody from there, may use the route just now. */
export function barred(
  { fact, fence, targets }: CompiledRoute,
  exchange: Exchange,
): Refusal | undefined {
  // A host that left them out would trust others, or speak for nobody.
  if (!exchange.ownTls && targets.some(({ tls }) => tls !== undefined))
    return refuse('route_unsupported', { detail: TLS_DETAIL });
  const reason = closedTo(fact, fence, () => exchange.clientAddress());
  const { maintenance } = fact;
  if (reason !== 'maintenance' || !maintenance) return reason && refuse(reason);
  const { retry_after_s: retryAfterS, message } = maintenance;
  return refuse('maintenance', { retryAfterS, ...(message !== null && { detail: message }) });
}

/** Answers a preflight: no key is sent with it, and it costs nothing. */
export function openDoor(exchange: Exchange, rule: CorsRule, preflight: Preflight): Response {
  const fields = preflightFields(rule, preflight);
  if (!fields) return exchange.refuse(refuse('origin_refused'));
  return exchange.reply({ status: 204, headers: fields, body: '' });
}
