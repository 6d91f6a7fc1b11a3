import { randomUUID } from 'node:crypto';
import { Agent, request as send, type IncomingMessage, type ServerResponse } from 'node:http';
import { Agent as TlsAgent, request as sendTls } from 'node:https';
import type { Logger } from 'pino';
import { DATA_POLICY, secure } from './security.ts';

/** How long billing-core may take to begin its answer; streams then last as long as they like. */
const ANSWER_TIMEOUT_MS = 60_000;

/** These belong to one connection and are not passed on (RFC 9110, 7.6.1). */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * What browsers may reach, and Stripe's deliveries, which are signed. The gateways' own
 * conversation (`/internal`) is not among it: a portal on the open internet must not be a way
 * around the network that guards that.
 */
const PUBLIC = /^\/(portal|v1|auth)\/|^\/(docs(\/|$)|openapi\.json$|webhooks\/stripe$)/;

export interface Proxy {
  /** Passes a request on; `target` is path and query after `/api`. */
  forward: (request: IncomingMessage, response: ServerResponse, target: URL) => void;
  /** Ends what never ends by itself (event streams), so that the server can stop. */
  endStreams: () => void;
}

interface ProxyOptions {
  coreUrl: URL;
  log: Logger;
}

/** A reverse proxy to billing-core that streams both ways and stops with its client. */
export function createProxy({ coreUrl, log }: ProxyOptions): Proxy {
  const tls = coreUrl.protocol === 'https:';
  const agent = tls ? new TlsAgent({ keepAlive: true }) : new Agent({ keepAlive: true });
  const streams = new Set<ServerResponse>();

  function forward(request: IncomingMessage, response: ServerResponse, target: URL): void {
    if (!PUBLIC.test(target.pathname)) {
      problem(response, { status: 404, code: 'not_found', title: 'Not found' });
      return;
    }
    // Kept connections may be closed by the other side just as we write. Then a request without
    // a body is sent again; one with a body can't be, so it gets a connection of its own.
    const repeatable = request.method === 'GET' || request.method === 'HEAD';
    attempt(repeatable);

    function attempt(mayRepeat: boolean): void {
      const upstream = (tls ? sendTls : send)(coreUrl, {
        agent: repeatable ? agent : false,
        method: request.method,
        path: target.pathname + target.search,
        headers: forwardedHeaders(request),
        timeout: ANSWER_TIMEOUT_MS,
      });
      const leave = (): void => void upstream.destroy();
      response.once('close', leave);
      upstream.on('response', (answer) => {
        upstream.setTimeout(0);
        passOn(answer, response, streams);
      });
      upstream.on('timeout', () => upstream.destroy(new Error('no answer in time')));
      upstream.on('error', (error) => {
        response.off('close', leave);
        if (mayRepeat && upstream.reusedSocket && !response.headersSent) attempt(false);
        else failed(response, target, error);
      });
      if (repeatable) upstream.end();
      else request.pipe(upstream);
    }
  }

  function failed(response: ServerResponse, target: URL, error: Error): void {
    // The client left and took the request with it: nobody waits for an answer.
    if (response.destroyed) return;
    log.warn({ path: target.pathname, reason: error.message }, 'billing-core did not answer');
    if (response.headersSent) response.destroy();
    else problem(response, UNAVAILABLE);
  }

  return {
    forward,
    endStreams: () => {
      for (const response of streams) response.end();
      agent.destroy();
    },
  };
}

function passOn(
  answer: IncomingMessage,
  response: ServerResponse,
  streams: Set<ServerResponse>,
): void {
  const dropped = new Set([...HOP_BY_HOP, ...named(answer.headers.connection)]);
  for (const [name, value] of Object.entries(answer.headers)) {
    if (value !== undefined && !dropped.has(name)) response.setHeader(name, value);
  }
  response.writeHead(answer.statusCode ?? 502);
  if (answer.headers['content-type']?.startsWith('text/event-stream') === true) {
    streams.add(response);
    response.once('close', () => streams.delete(response));
    response.socket?.setNoDelay(true);
    response.flushHeaders();
  }
  answer.on('error', () => response.destroy());
  answer.pipe(response);
}

function forwardedHeaders(request: IncomingMessage): Record<string, string | string[]> {
  const dropped = new Set([...HOP_BY_HOP, ...named(request.headers.connection)]);
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined && !dropped.has(name)) headers[name] = value;
  }
  const peer = request.socket.remoteAddress ?? 'unknown';
  const before = request.headers['x-forwarded-for'];
  // Appended, never replaced: billing-core reads from the right, up to the first it can't trust.
  headers['x-forwarded-for'] = before === undefined ? peer : `${before.toString()}, ${peer}`;
  headers['x-forwarded-proto'] = isHttps(request) ? 'https' : 'http';
  headers['x-forwarded-host'] = request.headers.host ?? '';
  return headers;
}

/** @returns whether the client spoke TLS, with us or with what stands before us. */
export function isHttps(request: IncomingMessage): boolean {
  return request.headers['x-forwarded-proto']?.toString().split(',')[0]?.trim() === 'https';
}

function named(connection: string | undefined): string[] {
  return (connection ?? '').split(',').map((name) => name.trim().toLowerCase());
}

interface Told {
  status: number;
  code: string;
  title: string;
  detail?: string;
}

const UNAVAILABLE: Told = {
  status: 503,
  code: 'unavailable',
  title: 'The service is not available',
  detail: 'Billing-core does not answer. Try again in a moment.',
};

function problem(response: ServerResponse, told: Told): void {
  const id = `req_${randomUUID().replaceAll('-', '').slice(0, 24)}`;
  secure(response, DATA_POLICY, false);
  response.setHeader('content-type', 'application/problem+json');
  response.setHeader('cache-control', 'no-store');
  response.setHeader('x-request-id', id);
  if (told.status === 503) response.setHeader('retry-after', '2');
  response.writeHead(told.status);
  response.end(JSON.stringify({ type: 'about:blank', ...told, request_id: id }));
}
