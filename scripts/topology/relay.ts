import { type IncomingMessage, request as ask, type ServerResponse } from 'node:http';
import type { Backend } from './backend.ts';
import type { Pool } from './balancer.ts';

const TRIES_MAX = 4;
const RETRY_AFTER_S = 1;
/** They do no harm when they are done twice, and have no body that is gone once it was read. */
const REPEATABLE = new Set(['GET', 'HEAD', 'OPTIONS']);
/** Of one connection; not passed on (RFC 9110, 7.6.1). */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
]);

/** What came of one try. `unread`: nobody can have acted on it. */
type Outcome = 'answered' | 'unread' | 'lost';

/** Passes a request on, to another process where the first can't have it, and its answer back. */
export async function relay(
  pool: Pool,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const tried = new Set<Backend>();
  const repeatable = REPEATABLE.has(request.method ?? '') && !hasBody(request);
  for (let tries = 0; tries < TRIES_MAX && !response.destroyed; tries += 1) {
    const backend = await pool.choose(tried);
    if (!backend) break;
    backend.begin();
    const outcome = await attempt(backend, { request, response, repeatable });
    backend.end();
    if (outcome === 'answered') return;
    if (outcome === 'unread') backend.failed();
    else if (!repeatable) return fail(response, 502);
    tried.add(backend);
  }
  fail(response, 503);
}

interface Passing {
  request: IncomingMessage;
  response: ServerResponse;
  repeatable: boolean;
}

function attempt(backend: Backend, passing: Passing): Promise<Outcome> {
  const { request, response, repeatable } = passing;
  return new Promise((resolve) => {
    const { host, port } = backend.of;
    // A kept connection may be closed just as we write, and then nobody knows whether what we
    // wrote was read: what can't be repeated gets a new one.
    const outgoing = ask({
      host,
      port,
      agent: repeatable ? backend.agent : false,
      method: request.method,
      path: request.url,
      headers: forwardedHeaders(request),
    });
    let connected = false;
    let answered = false;
    const leave = (): void => void outgoing.destroy();
    response.once('close', leave);
    outgoing.once('socket', (socket) => {
      const begin = (): void => {
        connected = true;
        request.pipe(outgoing);
      };
      if (socket.connecting) socket.once('connect', begin);
      else begin();
    });
    outgoing.on('error', () => {
      response.off('close', leave);
      request.unpipe(outgoing);
      // Once an answer has begun, its end tells the client.
      if (!answered) resolve(connected ? 'lost' : 'unread');
    });
    outgoing.once('response', (answer) => {
      answered = true;
      answer.once('close', () => {
        response.off('close', leave);
        resolve('answered');
      });
      passBack(answer, response);
    });
  });
}

function passBack(answer: IncomingMessage, response: ServerResponse): void {
  const headers = withoutHops(answer.rawHeaders, answer.headers.connection);
  response.writeHead(answer.statusCode ?? 502, answer.statusMessage, headers);
  // It may begin long before its first event.
  if (answer.headers['content-type']?.startsWith('text/event-stream')) response.flushHeaders();
  answer.once('aborted', () => response.destroy());
  answer.once('error', () => response.destroy());
  answer.pipe(response);
}

/** The headers of a request as the process behind gets them, in their order and spelling. */
export function forwardedHeaders(request: IncomingMessage): string[] {
  const headers = withoutHops(request.rawHeaders, request.headers.connection).filter(
    (_, at, all) => !/^x-forwarded-(for|proto|host)$/i.test(all[at - (at % 2)] ?? ''),
  );
  const before = request.headers['x-forwarded-for'];
  const peer = request.socket.remoteAddress ?? 'unknown';
  // Appended: who reads from the right finds the first that it can't trust.
  headers.push('X-Forwarded-For', before === undefined ? peer : `${before.toString()}, ${peer}`);
  headers.push('X-Forwarded-Proto', 'http', 'X-Forwarded-Host', request.headers.host ?? '');
  if (request.headers['transfer-encoding'] !== undefined) {
    headers.push('Transfer-Encoding', 'chunked');
  }
  return headers;
}

function withoutHops(raw: readonly string[], connection: string | undefined): string[] {
  const named = (connection ?? '').split(',').map((name) => name.trim().toLowerCase());
  const dropped = (name: string): boolean => HOP_BY_HOP.has(name) || named.includes(name);
  return raw.filter((_, at) => !dropped((raw[at - (at % 2)] ?? '').toLowerCase()));
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

function fail(response: ServerResponse, status: number): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const [code, title] =
    status === 502
      ? ['no_answer', 'The process that had the request ended']
      : ['unavailable', 'No process is ready'];
  response.writeHead(status, {
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    ...(status === 503 && { 'retry-after': `${RETRY_AFTER_S}` }),
  });
  response.end(JSON.stringify({ type: 'about:blank', status, code, title }));
}
