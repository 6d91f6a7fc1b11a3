import { OpenAPIHono, type RouteConfig } from '@hono/zod-openapi';
import type { Context, MiddlewareHandler } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { z } from 'zod';
import { problem, PROBLEM_TYPE, type Problem } from '../contract/problem.ts';
import type { SessionUser } from '../contract/session.ts';
import { nameRequest, type Actor } from './audit.ts';
import type { Clock } from './clock.ts';
import type { Query, Sql, Tx } from './database.ts';
import { Fault, FAULTS, type FaultCode, type FieldError } from './fault.ts';
import { newId } from './id.ts';
import type { Log } from './log.ts';
import type { Vault } from './vault.ts';

/** The customer a portal request is about, and what the caller is there. */
export type CustomerAccess = { id: string; role: 'owner' | 'billing' | 'developer' | 'viewer' };

/** What an admin looks at as a customer, until then, with a session that changes nothing. */
export type Viewing = { id: string; customerId: string; endsAt: Date };

/**
 * What a handler finds on its context. `tx` is set on writes only; reads use `query`. `user` is set
 * under /portal/v1 only, `sessionId` and `view` there and for signed-in admins, and `customer`
 * under /portal/v1/customers/{customer_id} only.
 */
export type Api = {
  Variables: {
    requestId: string;
    /** From where it comes; undefined where nobody asked. */
    address: string | undefined;
    now: number;
    actor: Actor;
    query: Query;
    tx: Tx;
    user: SessionUser;
    sessionId: string;
    view: Viewing | undefined;
    customer: CustomerAccess;
  };
};
export type ApiContext = Context<Api>;
/**
 * `stopping` ends what would otherwise stay open: event streams, long polls. Without a vault there
 * are no secrets.
 */
export type Kit = {
  sql: Sql;
  clock: Clock;
  log: Log;
  stopping: AbortSignal;
  vault?: Vault | undefined;
};

// A field nobody knows is an error at that field, not at the object around it.
function fieldErrors(issue: z.core.$ZodIssue, target: string): FieldError[] {
  const at = issue.path.join('.');
  if (issue.code !== 'unrecognized_keys') return [{ path: at, message: issue.message }];
  return issue.keys.map((key) => ({
    path: [...issue.path, key].join('.'),
    message: target === 'query' ? 'is not a known parameter' : 'is not a known field',
  }));
}

// A misspelt filter would be answered as if it had not been there: with everybody's rows.
function withStrictQuery<Route extends RouteConfig>(route: Route): Route {
  const query = route.request?.query ?? z.object({});
  if (!(query instanceof z.ZodObject)) throw new Error(`${route.path}: the query is no object`);
  return { ...route, request: { ...route.request, query: query.strict() } };
}

/**
 * A router whose schema failures are `invalid_request` problems with one error per field, and
 * whose endpoints refuse query parameters that they do not have.
 */
export function api(): OpenAPIHono<Api> {
  const app = new OpenAPIHono<Api>({
    defaultHook: (result) => {
      if (result.success) return;
      const { issues } = result.error;
      throw new Fault('invalid_request', {
        errors: issues.flatMap((issue) => fieldErrors(issue, result.target)),
      });
    },
  });
  const { openapi } = app;
  app.openapi = (route, ...rest) => openapi(withStrictQuery(route), ...rest);
  return app;
}

/** The body of a JSON request, as createRoute wants it. */
export const jsonBody = <Schema extends z.ZodType>(schema: Schema) => ({
  body: { required: true, content: { 'application/json': { schema } } },
});

/** A JSON answer, as createRoute wants it. */
export const json = <Schema extends z.ZodType>(schema: Schema, description = 'OK') => ({
  description,
  content: { 'application/json': { schema } },
});

/** Every endpoint can answer with a problem; spread into `responses`. */
export const PROBLEMS = {
  default: { description: 'A problem', content: { [PROBLEM_TYPE]: { schema: problem } } },
} as const;

/** Mints the request's id and time; the id is echoed so that a customer can quote it. */
export function requestIdentity(clock: Clock): MiddlewareHandler<Api> {
  return async (c, next) => {
    c.set('now', clock());
    c.set('requestId', newId('req', c.get('now')));
    c.header('x-request-id', c.get('requestId'));
    // Answers hold figures, people and once a secret: nothing on the way may keep them.
    c.header('cache-control', 'no-store');
    await next();
  };
}

/**
 * Reads run on the pool; a write is one transaction around the whole handler, so that a failure
 * anywhere leaves nothing half-written. The answer leaves after the commit.
 */
export function transactional(sql: Sql): MiddlewareHandler<Api> {
  return async (c, next) => {
    c.set('query', sql);
    if (c.req.method === 'GET' || c.req.method === 'HEAD') return next();
    await sql.begin(async (tx) => {
      c.set('query', tx);
      c.set('tx', tx);
      await nameRequest(tx, { requestId: c.var.requestId, address: c.var.address });
      await next();
      // Hono has made the error's answer already; the transaction must see the error as well.
      if (c.error) throw c.error;
    });
    return undefined;
  };
}

export type ProblemAnswer = {
  status: number;
  headers: Record<string, string>;
  body: string;
};

/** RFC 9457 answer of a fault, for whatever carries it. */
export function problemAnswer(fault: Fault, requestId: string): ProblemAnswer {
  const body: Problem = {
    type: 'about:blank',
    title: FAULTS[fault.code][1],
    status: fault.status,
    code: fault.code,
    detail: fault.detail,
    request_id: requestId,
    ...(fault.errors && { errors: fault.errors }),
  };
  const headers: Record<string, string> = {
    'content-type': PROBLEM_TYPE,
    'x-request-id': requestId,
    'cache-control': 'no-store',
  };
  // RFC 9110 asks every 401 to say how to authenticate.
  if (fault.status === 401) headers['www-authenticate'] = 'Bearer realm="tollgate"';
  if (fault.retryAfter !== undefined) headers['retry-after'] = String(fault.retryAfter);
  return { status: fault.status, headers, body: JSON.stringify(body) };
}

/** The same as the answer of a handler. */
export function problemResponse(c: ApiContext, fault: Fault): Response {
  const { body, ...head } = problemAnswer(fault, c.get('requestId'));
  return new Response(body, head);
}

/** The last stop of every error: a problem outside, the reason in the log. */
export function errorResponse(log: Log) {
  return (error: unknown, c: ApiContext): Response => {
    const fault = faultOf(error);
    const about = { request_id: c.get('requestId'), method: c.req.method, path: c.req.path };
    // What says when to come again is a limit that was met, and no failure.
    if (error instanceof Fault && error.status === 503 && error.retryAfter !== undefined) {
      log.warn({ ...about, code: fault.code, reason: fault.message }, 'request put off');
    } else if (fault.status >= 500) log.error({ ...about, err: error }, 'request failed');
    else log.debug({ ...about, code: fault.code, reason: fault.message }, 'request refused');
    return problemResponse(c, fault);
  };
}

const BY_STATUS: Record<number, FaultCode> = {
  400: 'malformed_json',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  413: 'payload_too_large',
  415: 'unsupported_media_type',
  429: 'too_many_requests',
};

// Postgres: text it cannot store, contention, and a server that is not there.
const BY_DATABASE_CODE: [RegExp, FaultCode][] = [
  [/^(22021|22P05|22003|22008)$/, 'invalid_request'],
  [/^(40001|40P01|55P03|57014)$/, 'unavailable'],
  [/^(08...|57P0.|53...|ECONN\w+|CONNECT\w*|CONNECTION_\w+|EPIPE)$/, 'unavailable'],
];
const RETRY_AFTER_S = 1;

// Node's words for a client that went away in the middle of its body; a lost connection to the
// database has the same code and other words.
const isClientGone = (error: unknown, code: string): boolean =>
  code === 'ECONNRESET' && error instanceof Error && error.message === 'aborted';

/** What a caller is told of any failure. */
export function faultOf(error: unknown): Fault {
  if (error instanceof Fault) return error;
  if (error instanceof HTTPException) return new Fault(BY_STATUS[error.status] ?? 'internal');
  const code = String((error as { code?: unknown } | null)?.code ?? '');
  if (isClientGone(error, code)) {
    return new Fault('invalid_request', { detail: 'The body ended before its end' });
  }
  const known = BY_DATABASE_CODE.find(([pattern]) => pattern.test(code))?.[1];
  if (known === 'unavailable') return new Fault(known, { retryAfter: RETRY_AFTER_S });
  return new Fault(known ?? 'internal');
}
