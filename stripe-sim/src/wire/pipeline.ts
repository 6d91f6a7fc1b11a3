import { setTimeout as delay } from 'node:timers/promises';
import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Context } from 'hono';
import { API_VERSION } from '../world/events.ts';
import type { Kind, Kinds } from '../world/kinds.ts';
import { viewOf } from '../world/view.ts';
import { mintWith, objectById, type World } from '../world/world.ts';
import { checkKey } from './auth.ts';
import { expandIn } from './expand.ts';
import { invalid, StripeFault } from './fault.ts';
import { type FaultRule, faultFor, type Faults } from './faults.ts';
import { formOf, type RawHash } from './form.ts';
import { giveKeyBack, keepAnswer, takeKey } from './idempotency.ts';
import type { Answer, Route } from './route.ts';

/** Of a long run the log keeps the end. */
const LOG_MAX = 100_000;

export type Env = { Bindings: HttpBindings };

/** One request, as the log has it. */
export interface Logged {
  id: string;
  method: string;
  path: string;
  key: string | null;
  status: number;
  fault: string | null;
  replayed: boolean;
}

/** What requests meet. */
export interface Wires {
  world: World;
  faults: Faults;
  log: Logged[];
  /** Ends what hangs when the simulator closes. */
  closing: AbortSignal;
  /** Called after each request: due timers and deliveries. */
  settle: () => Promise<void>;
}

interface Asked {
  id: string;
  method: string;
  path: string;
  key: string | null;
  raw: RawHash;
}

interface Reply {
  status: number;
  body: string;
  isReplayed?: boolean;
  original?: string;
  shouldRetry?: boolean;
}

/** Answers one request to an endpoint: key, fault, idempotency, execution, answer. */
export async function serve(wires: Wires, route: Route, c: Context<Env>): Promise<Response> {
  const { world } = wires;
  const id = mintWith(world, 'req_');
  const { method, path } = c.req;
  const rule = faultFor(world, wires.faults, { method, path, pattern: route.pattern });
  const key = method === 'POST' ? (c.req.header('idempotency-key') ?? null) : null;
  const asked: Asked = { id, method, path, key, raw: {} };
  let reply: Reply;
  try {
    checkKey(c.req.header('authorization'));
    checkVersion(c.req.header('stripe-version'));
    reply = refusalBefore(rule) ?? (await replyTo(wires, route, { c, asked, rule }));
  } catch (error) {
    reply = replyOfError(error);
  }
  const isReplayed = reply.isReplayed === true;
  const fault = rule?.fault ?? null;
  record(wires, { id, method, path, key, status: reply.status, fault, replayed: isReplayed });
  await wires.settle();
  if (rule?.fault === 'hang_reply') await pause(wires, rule.ms);
  if (rule?.fault === 'refuse' || rule?.fault === 'lose_reply') {
    c.env.outgoing.socket?.destroy();
    return RESPONSE_ALREADY_SENT;
  }
  return responseOf(reply, asked);
}

function record({ log }: Wires, entry: Logged): void {
  log.push(entry);
  if (log.length > LOG_MAX) log.shift();
}

async function replyTo(
  wires: Wires,
  route: Route,
  { c, asked, rule }: { c: Context<Env>; asked: Asked; rule: FaultRule | undefined },
): Promise<Reply> {
  const { world } = wires;
  const raw = await rawOf(c);
  const fingerprint = JSON.stringify([asked.method, asked.path, raw]);
  if (asked.key !== null) {
    const kept = takeKey(world, asked.key, { path: asked.path, fingerprint });
    if (kept) {
      const { status, body, requestId } = kept;
      return { status, body, isReplayed: true, original: requestId, shouldRetry: false };
    }
  }
  if (rule?.fault === 'hang') await pause(wires, rule.ms);
  const reply = execute(world, route, { ids: c.req.param(), asked: { ...asked, raw }, rule });
  if (asked.key !== null) {
    if (reply.isKept) {
      const { status, body } = reply;
      keepAnswer(world, asked.key, { status, body, requestId: asked.id });
    } else {
      giveKeyBack(world, asked.key);
    }
  }
  return reply;
}

function execute(
  world: World,
  route: Route,
  { ids, asked, rule }: { ids: Record<string, string>; asked: Asked; rule: FaultRule | undefined },
): Reply & { isKept: boolean } {
  let ready: ReturnType<Route['read']>;
  try {
    ready = route.read(world, ids, asked.raw);
  } catch (error) {
    return { ...replyOfError(error), isKept: false };
  }
  if (rule?.fault === 'error') return { ...broken(), isKept: true };
  world.cause = { id: asked.id, idempotencyKey: asked.key };
  try {
    const answer = ready.run();
    if (rule?.fault === 'error_reply') return { ...broken(), isKept: true };
    return { status: 200, body: bodyOf(world, answer, ready.expand), isKept: true };
  } catch (error) {
    return { ...replyOfError(error), isKept: true };
  } finally {
    world.cause = null;
  }
}

function bodyOf(world: World, answer: Answer, expand: readonly string[]): string {
  const id = 'id' in answer && typeof answer.id === 'string' ? answer.id : '';
  const isKept = objectById(world, id) === answer;
  const body = isKept ? viewOf(world, answer as Kinds[Kind]) : structuredClone(answer);
  expandIn(world, body as Record<string, unknown>, expand);
  return JSON.stringify(body, null, 2);
}

async function rawOf(c: Context<Env>): Promise<RawHash> {
  const query = new URL(c.req.url).search.slice(1);
  const body = c.req.method === 'GET' ? '' : await c.req.text();
  const type = c.req.header('content-type') ?? '';
  if (body !== '' && !type.startsWith('application/x-www-form-urlencoded')) {
    throw invalid(
      'Invalid request (check that your POST content type is application/x-www-form-urlencoded).',
    );
  }
  return formOf([query, body].filter((part) => part !== '').join('&'));
}

function checkVersion(version: string | undefined): void {
  if (version === undefined || version === API_VERSION) return;
  throw invalid(
    `Invalid Stripe API version: ${version}. This simulator speaks ${API_VERSION} only.`,
  );
}

function refusalBefore(rule: FaultRule | undefined): Reply | undefined {
  switch (rule?.fault) {
    case 'refuse':
      return { status: 0, body: '' };
    case 'revoked':
      return errorReply(401, {
        type: 'invalid_request_error',
        code: 'api_key_expired',
        message: 'Expired API Key provided.',
      });
    case 'forbidden':
      return errorReply(403, {
        type: 'invalid_request_error',
        message: 'The provided key does not have the required permissions for this endpoint.',
      });
    case 'rate_limit':
      return errorReply(429, {
        type: 'invalid_request_error',
        code: 'rate_limit',
        message:
          'Request rate limit exceeded. Learn more about rate limits here ' +
          'https://docs.stripe.com/rate-limits.',
      });
    case 'conflict':
      return {
        ...errorReply(409, {
          type: 'invalid_request_error',
          code: 'lock_timeout',
          message:
            'This object cannot be accessed right now because another API request or Stripe ' +
            'process is currently accessing it. If you see this error intermittently, retry.',
        }),
        shouldRetry: true,
      };
    case 'unavailable':
      return errorReply(503, { type: 'api_error', message: 'Stripe is not available right now.' });
    default:
      return undefined;
  }
}

const broken = (): Reply => ({
  ...errorReply(500, {
    type: 'api_error',
    message:
      'Sorry! There was an error while talking to one of our backends. Support has been notified.',
  }),
  shouldRetry: false,
});

/** Out: the answer to an error. A bug of the simulator is a 500 that says so. */
function replyOfError(error: unknown): Reply {
  if (error instanceof StripeFault) {
    const reply = errorReply(error.status, error.body);
    return error.status === 409 ? { ...reply, shouldRetry: true } : reply;
  }
  const told = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return errorReply(500, { type: 'api_error', message: `The simulator broke: ${told}` });
}

function errorReply(status: number, body: StripeFault['body']): Reply {
  const doc = body.code && { doc_url: `https://docs.stripe.com/error-codes/${slug(body.code)}` };
  return { status, body: JSON.stringify({ error: { ...body, ...doc } }, null, 2) };
}

const slug = (code: string): string => code.replaceAll('_', '-');

function responseOf(reply: Reply, asked: Asked): Response {
  const headers = new Headers({
    'content-type': 'application/json',
    'request-id': asked.id,
    'stripe-version': API_VERSION,
    'cache-control': 'no-cache, no-store',
  });
  if (asked.key !== null) headers.set('idempotency-key', asked.key);
  if (reply.isReplayed) {
    headers.set('idempotent-replayed', 'true');
    headers.set('original-request', reply.original ?? '');
  }
  if (reply.shouldRetry !== undefined) headers.set('stripe-should-retry', `${reply.shouldRetry}`);
  if (reply.status === 401) headers.set('www-authenticate', 'Basic realm="Stripe"');
  return new Response(reply.body, { status: reply.status, headers });
}

/** Answers a request to an endpoint that there is none of, here or at Stripe. */
export function unknownRoute(wires: Wires, c: Context<Env>): Response {
  const { method, path } = c.req;
  const id = mintWith(wires.world, 'req_');
  const reply = errorReply(404, {
    type: 'invalid_request_error',
    message:
      `Unrecognized request URL (${method}: ${path}). ` + 'Please see https://docs.stripe.com/api.',
  });
  record(wires, { id, method, path, key: null, status: 404, fault: null, replayed: false });
  return responseOf(reply, { id, method, path, key: null, raw: {} });
}

async function pause({ closing }: Wires, ms: number): Promise<void> {
  // It ends early when the simulator closes, and that is no failure.
  await delay(ms, undefined, { signal: closing }).catch(() => undefined);
}
