import { isApiKey } from '@tollgate/billing-core/contract/api-key.ts';
import type { KeyFact } from '@tollgate/billing-core/contract/facts.ts';
import {
  isTooLarge,
  objection,
  objectionDetail,
  type Petition,
} from '@tollgate/billing-core/contract/objection.ts';
import { readHost, readTarget } from '@tollgate/billing-core/contract/request-path.ts';
import { Hono } from 'hono';
import { corsFields, originOf } from './core/cors.ts';
import { barred, findRoute, openDoor } from './core/door.ts';
import { readHead, type RequestHead } from './core/head.ts';
import { type Credential, readCredential } from './core/key.ts';
import { idempotencyKey, onceText, shortened } from './core/once.ts';
import type { KeySets } from './core/key-sets.ts';
import { refuse, type Refusal, type RefusalReason } from './core/refusal.ts';
import { type AskedPath, askedPath, type CompiledRoute } from './core/route.ts';
import { bytesAhead } from './core/span.ts';
import { type Bearer, readToken } from './core/token.ts';
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
  type Readiness,
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
  readonly readiness: Readiness;
  readonly keySets: KeySets;
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
  readonly path: AskedPath;
  readonly webSocket: boolean;
  /** What stands for the key, if it is no key. */
  readonly token?: Bearer;
  /** Hash by which it is billed once for its Idempotency-Key; null for a key that is none. */
  readonly once?: string | null;
};

// The refusal `target_too_long` names this limit.
const TARGET_BYTES_MAX = 8 * 1024;

const KEY_REFUSALS = {
  missing: 'key_missing',
  malformed: 'key_malformed',
  conflict: 'invalid_request',
} as const satisfies Record<string, RefusalReason>;

/**
 * The story of one request: route, whether it is open, credential, customer, size, limits, in the
 * order in which refusals are documented; then from `enter` on it is admitted. When key and lease
 * are warm nothing here awaits.
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
  const found = findRoute(table, exchange, { host, path });
  if ('reason' in found) return exchange.refuse(found);
  // An OPTIONS that may go no further is answered here (RFC 9110 7.6.2); TRACE never goes on.
  if (head.maxForwards !== undefined && exchange.method === 'OPTIONS') {
    if (Number.isNaN(head.maxForwards)) return exchange.refuse(refuse('invalid_request'));
    if (head.maxForwards === 0) return exchange.refuse(refuse('forwards_used_up'));
  }
  const { route, preflight } = found;
  const { cors } = route.fact;
  if (cors && !preflight) exchange.carry(corsFields(cors, originOf(exchange.rawHeaders)));
  const bar = barred(route, exchange);
  if (bar) return exchange.refuse(bar);
  if (cors && preflight) return openDoor(exchange, cors, preflight);

  const webSocket = head.webSocket && exchange.upgradable;
  const visit: Visit = { exchange, head, route, path: askedPath(route, path), webSocket };
  if (route.fact.public) {
    return isTooLarge(petition(visit))
      ? exchange.refuse(refuse('body_too_large'))
      : enter(visit, { limits: [] });
  }

  const credential = readCredential(exchange.rawHeaders, path.query, route.keyPlaces);
  if (credential.kind !== 'key' && credential.kind !== 'token') {
    return exchange.refuse(refuse(KEY_REFUSALS[credential.kind]));
  }
  // A WebSocket is no request that one sends again.
  const isOnce = route.fact.billed_once === true && !webSocket;
  return isOnce ? askOnce(ports, visit, credential) : authenticate(ports, visit, credential);
}

type Shown = Extract<Credential, { text: string }>;

/** Reads by which key the request is billed once, if it has one. */
function askOnce(ports: GatePorts, visit: Visit, shown: Shown): Answer {
  const key = idempotencyKey(visit.exchange.rawHeaders);
  if (key === undefined) return authenticate(ports, visit, shown);
  if (key === null) return authenticate(ports, { ...visit, once: null }, shown);
  const known = (hex: string): Answer =>
    authenticate(ports, { ...visit, once: shortened(hex) }, shown);
  const hash = ports.hash(onceText(key, visit.exchange.method, visit.path));
  return typeof hash === 'string' ? known(hash) : hash.then(known);
}

function authenticate(ports: GatePorts, visit: Visit, { kind, text }: Shown): Answer {
  if (kind === 'token') return recognise(ports, visit, text);
  const hash = ports.hash(text);
  if (typeof hash !== 'string')
    return hash.then((hex) => identify(ports, visit, { ref: hex, key: text }));
  return identify(ports, visit, { ref: hash, key: text });
}

const petition = ({ exchange, head, route, token }: Visit): Petition => ({
  route: route.fact,
  token,
  address: () => exchange.clientAddress(),
  contentLength: head.contentLength,
});

/** A token of another issuer is believed first, then stands for the key of who it names. */
async function recognise(ports: GatePorts, visit: Visit, text: string): Promise<Response> {
  const { exchange, route } = visit;
  const { jwt } = route.fact;
  if (!jwt) throw new Error('a token where the route takes none');
  const token = await readToken(text, jwt, { sets: ports.keySets, now: ports.clock.now() });
  if ('reason' in token) return exchange.refuse(token);
  return identify(ports, { ...visit, token }, { ref: token.ref });
}

/** `key`: the text that was hashed. One whose hash is known need not be read for typing errors. */
function identify(
  ports: GatePorts,
  visit: Visit,
  { ref, key }: { ref: string; key?: string },
): Answer {
  const now = ports.clock.now();
  const fact = ports.keys.peek(ref, now);
  if (fact !== undefined) return admit(ports, visit, { fact, ref, now });
  if (key !== undefined && !isApiKey(key)) return visit.exchange.refuse(refuse('key_malformed'));
  return ports.keys.load(ref, visit.exchange).then(
    (loaded) => admit(ports, visit, { fact: loaded, ref, now: ports.clock.now() }),
    (error: unknown) => visit.exchange.refuse(unverifiable(error)),
  );
}

/** Why a request is refused whose key could be looked up nowhere. Throws what is a bug. */
function unverifiable(error: unknown): Refusal {
  if (!(error instanceof Unreachable)) throw error;
  return refuse('key_unverifiable', { retryAfterS: 1 });
}

/** Judges a request, or the next span of one that was admitted, by its key's facts as of now. */
function judge(
  ports: GatePorts,
  visit: Visit,
  { fact, now, next }: { fact: KeyFact | null; now: number; next?: NextSpan },
): Admission | Promise<Admission> {
  const { exchange, route } = visit;
  if (fact === null) {
    const detail = visit.token && { detail: 'The token names nobody that is known here' };
    return { kind: 'refused', refusal: refuse('key_unknown', detail) };
  }
  const count = (answer: Admission): Admission => {
    // A request that ended meanwhile is refused nothing.
    const isTold = answer.kind === 'refused' && next?.awaited?.() !== false;
    if (isTold) ports.refusals.count(fact.customer.id, answer.refusal.reason);
    return answer;
  };
  const of = petition(visit);
  const objected = objection(fact, of, now);
  const reason = objected ?? (visit.once === null ? 'idempotency_key_invalid' : undefined);
  const more = reason && objectionDetail(reason, fact, of);
  if (reason) return count({ kind: 'refused', refusal: refuse(reason, more) });
  const retryAfterS = next ? undefined : ports.readiness.awaited(route);
  if (retryAfterS !== undefined) {
    return count({ kind: 'refused', refusal: refuse('upstream_unavailable', { retryAfterS }) });
  }
  const asked = {
    requestId: exchange.requestId,
    fact,
    route: route.fact,
    requestBytes: bytesAhead(visit, next),
    span: next?.span,
    once: visit.once ?? undefined,
  };
  const answer = ports.tills.admit(asked, now);
  return answer instanceof Promise ? answer.then(count) : count(answer);
}

type Known = { fact: KeyFact | null; ref: string; now: number };

function admit(ports: GatePorts, visit: Visit, of: Known): Answer {
  const proceed = (answer: Admission): Answer =>
    answer.kind === 'admitted'
      ? enter(visit, answer, (next) => goOn(ports, visit, { next, ref: of.ref }))
      : visit.exchange.refuse(answer.refusal, answer.limits, { ...of, route: visit.route.fact });
  const admission = judge(ports, visit, of);
  return admission instanceof Promise ? admission.then(proceed) : proceed(admission);
}

/** A request that lasts is judged again for each span: its key may have been revoked meanwhile. */
function goOn(
  ports: GatePorts,
  visit: Visit,
  { next, ref }: { next: NextSpan; ref: string },
): Admission | Promise<Admission> {
  const now = ports.clock.now();
  const fact = ports.keys.peek(ref, now);
  if (fact !== undefined) return judge(ports, visit, { fact, now, next });
  return ports.keys.load(ref, visit.exchange).then(
    (loaded) => judge(ports, visit, { fact: loaded, now: ports.clock.now(), next }),
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
