import type { KeyFact } from '@tollgate/billing-core/contract/facts.ts';
import { Hono } from 'hono';
import { readHead, type RequestHead } from './core/head.ts';
import { readCredential } from './core/key.ts';
import { readHost, readTarget } from './core/path.ts';
import { refuse, type Refusal, type RefusalReason } from './core/refusal.ts';
import { type CompiledRoute, upstreamPath } from './core/route.ts';
import {
  type Admission,
  type Clock,
  type Exchange,
  type ForwardPlan,
  type Hold,
  type Keys,
  type LimitState,
  type NextSpan,
  type Refusals,
  type Routes,
  type Tills,
  Unreachable,
} from './ports.ts';

/** What the gateway's decision rests on. */
export type GatePorts = {
  readonly routes: Routes;
  readonly keys: Keys;
  readonly tills: Tills;
  readonly refusals: Refusals;
  readonly clock: Clock;
  /** SHA-256 in lower-case hex; at once where the host can. */
  readonly hash: (text: string) => string | Promise<string>;
};

export type GatewayEnv = { Bindings: { exchange: Exchange } };
type Answer = Response | Promise<Response>;

/** A request whose route is known, with all that forwarding it needs. */
type Visit = {
  readonly exchange: Exchange;
  readonly head: RequestHead;
  readonly route: CompiledRoute;
  readonly path: string;
  readonly webSocket: boolean;
};

// The refusal `target_too_long` names this limit.
const TARGET_BYTES_MAX = 8 * 1024;

const KEY_REFUSALS = {
  missing: 'key_missing',
  malformed: 'key_malformed',
  conflict: 'invalid_request',
} as const satisfies Record<string, RefusalReason>;

/**
 * The story of one request: route, credential, customer, size, limits, in the order in which
 * refusals are documented; then from `enter` on it is admitted. When key and lease are warm
 * nothing here awaits.
 */
export function gate(ports: GatePorts, exchange: Exchange): Answer {
  const head = readHead(exchange.rawHeaders, exchange.httpVersion);
  if (typeof head === 'string') return exchange.refuse(refuse(head));
  if (exchange.target.length > TARGET_BYTES_MAX) return exchange.refuse(refuse('target_too_long'));
  const host = readHost(head.hostField);
  const path = readTarget(exchange.target, head.hostField);
  if (host === undefined || path === undefined) return exchange.refuse(refuse('invalid_request'));

  const table = ports.routes.current();
  if (!table) return exchange.refuse(refuse('not_ready', { retryAfterS: 1 }));
  const match = table.find(host, path, exchange.method);
  if (match.kind === 'ambiguous') return exchange.refuse(refuse('invalid_request'));
  if (match.kind === 'none') return exchange.refuse(refuse('route_not_found'));
  if (match.kind === 'method') {
    return exchange.refuse(refuse('method_not_allowed', { allow: match.allow }));
  }
  // An OPTIONS that may go no further is answered here (RFC 9110 7.6.2); TRACE never goes on.
  if (head.maxForwards !== undefined && exchange.method === 'OPTIONS') {
    if (Number.isNaN(head.maxForwards)) return exchange.refuse(refuse('invalid_request'));
    if (head.maxForwards === 0) return exchange.refuse(refuse('forwards_used_up'));
  }
  const { route } = match;
  const webSocket = head.webSocket && exchange.upgradable;
  const visit: Visit = { exchange, head, route, path: upstreamPath(route, path), webSocket };
  if (route.fact.public) {
    return tooLarge(visit)
      ? exchange.refuse(refuse('body_too_large'))
      : enter(visit, { limits: [] });
  }

  const credential = readCredential(exchange.rawHeaders);
  if (credential.kind !== 'key') return exchange.refuse(refuse(KEY_REFUSALS[credential.kind]));
  const hash = ports.hash(credential.text);
  if (typeof hash !== 'string') return hash.then((hex) => identify(ports, visit, hex));
  return identify(ports, visit, hash);
}

function identify(ports: GatePorts, visit: Visit, hash: string): Answer {
  const fact = ports.keys.peek(hash);
  if (fact !== undefined) return admit(ports, visit, { fact, hash });
  return ports.keys.load(hash).then(
    (loaded) => admit(ports, visit, { fact: loaded, hash }),
    (error: unknown) => visit.exchange.refuse(unverifiable(error)),
  );
}

/** Why a request is refused whose key could be looked up nowhere. Throws what is a bug. */
function unverifiable(error: unknown): Refusal {
  if (!(error instanceof Unreachable)) throw error;
  return refuse('key_unverifiable', { retryAfterS: 1 });
}

/** Why this key may not pass, by its facts alone. */
function objection(fact: KeyFact, visit: Visit, now: number): RefusalReason | undefined {
  if (fact.revoked) return 'key_revoked';
  if (fact.expires_at !== null && now >= fact.expires_at) return 'key_expired';
  if (fact.customer.state !== 'active') return 'customer_archived';
  if (fact.customer.subscription === null) return 'subscription_missing';
  if (tooLarge(visit)) return 'body_too_large';
  return undefined;
}

const tooLarge = ({ head, route }: Visit): boolean =>
  (head.contentLength ?? 0) > route.fact.max_body_bytes;

/** Judges a request, or the next span of one that was admitted, by its key's facts as of now. */
function judge(
  ports: GatePorts,
  visit: Visit,
  { fact, next }: { fact: KeyFact | null; next?: NextSpan },
): Admission | Promise<Admission> {
  const { exchange, route } = visit;
  if (fact === null) return { kind: 'refused', refusal: refuse('key_unknown') };
  const count = (answer: Admission): Admission => {
    if (answer.kind === 'refused') ports.refusals.count(fact.customer.id, answer.refusal.reason);
    return answer;
  };
  const objected = objection(fact, visit, ports.clock.now());
  if (objected) return count({ kind: 'refused', refusal: refuse(objected) });

  const answer = ports.tills.admit({
    requestId: exchange.requestId,
    fact,
    route: route.fact,
    requestBytes: bytesAhead(visit, next),
    span: next?.span,
  });
  return answer instanceof Promise ? answer.then(count) : count(answer);
}

/** What the client may still send: a WebSocket in each span as much as another request's body. */
function bytesAhead({ head, route, webSocket }: Visit, next?: NextSpan): number {
  const max = route.fact.max_body_bytes;
  if (webSocket) return max;
  // A body of unknown length may become as large as the route allows.
  const bytes = head.contentLength ?? (head.hasBody ? max : 0);
  if (!next) return bytes;
  return next.uploaded ? 0 : Math.max(0, bytes - next.span.requestBytes);
}

function admit(ports: GatePorts, visit: Visit, of: { fact: KeyFact | null; hash: string }): Answer {
  const proceed = (answer: Admission): Answer =>
    answer.kind === 'admitted'
      ? enter(visit, answer, (next) => goOn(ports, visit, { next, hash: of.hash }))
      : visit.exchange.refuse(answer.refusal, answer.limits);
  const admission = judge(ports, visit, of);
  return admission instanceof Promise ? admission.then(proceed) : proceed(admission);
}

/** A request that lasts is judged again for each span: its key may have been revoked meanwhile. */
function goOn(
  ports: GatePorts,
  visit: Visit,
  { next, hash }: { next: NextSpan; hash: string },
): Admission | Promise<Admission> {
  const fact = ports.keys.peek(hash);
  if (fact !== undefined) return judge(ports, visit, { fact, next });
  return ports.keys.load(hash).then(
    (loaded) => judge(ports, visit, { fact: loaded, next }),
    (error: unknown) => ({ kind: 'refused', refusal: unverifiable(error) }),
  );
}

type Entry = { readonly hold?: Hold | undefined; readonly limits: readonly LimitState[] };

/** From here the request is admitted: whatever becomes of it is recorded. */
function enter(visit: Visit, { hold, limits }: Entry, again?: ForwardPlan['again']): Answer {
  const { exchange, head, route, path, webSocket } = visit;
  return exchange.forward({ route, path, head, limits, webSocket, again }, hold);
}

/** The app of both hosts: one handler, which sees the exchange its host made. */
export function openApp(ports: GatePorts): Hono<GatewayEnv> {
  const app = new Hono<GatewayEnv>();
  app.all('*', (c) => gate(ports, c.env.exchange));
  return app;
}
