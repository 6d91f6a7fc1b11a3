import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Hono } from 'hono';
import type { GatewayEnv } from '../app.ts';
import { type Answer, failureAnswer, refusalAnswer } from '../core/problem.ts';
import { refuse } from '../core/refusal.ts';
import { ClientResponse } from './client-response.ts';
import { closeGently, writeRaw } from './connection.ts';
import { type ExchangeHost, NodeExchange, SENT } from './exchange.ts';
import { Handover, opensWebSocket } from './handover.ts';

// The refusal `head_too_large` names this limit.
const HEAD_BYTES_MAX = 16 * 1024;
const HEAD_TIMEOUT_MS = 10_000;
const TIMEOUT_CHECK_MS = 2_000;
// Longer than the idle timeout of common load balancers, which otherwise race our close.
const KEEP_ALIVE_MS = 75_000;
/** For a client that was turned away because there are too many. */
const RETRY_AFTER_S = 1;

/**
 * Hono is given one constant request: the decision rests on the exchange alone, and a URL parser
 * would reject, or normalise, targets before the gateway had a chance to refuse them properly.
 */
const REQUEST = new Request('http://gateway/');

// The client went away in the middle of a request.
const LEFT = new Set(['ECONNRESET', 'HPE_INVALID_EOF_STATE', 'EPIPE']);

/** The answer to bytes that are not HTTP. */
function answerTo(error: NodeJS.ErrnoException, requestId: string): Answer {
  if (error.code === 'HPE_HEADER_OVERFLOW') {
    return refusalAnswer(refuse('head_too_large'), requestId);
  }
  // Of the server's own timeouts only that for the head is on.
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') return failureAnswer('head_timeout', requestId);
  return refusalAnswer(refuse('invalid_request'), requestId);
}

function onClientError(host: ExchangeHost, error: NodeJS.ErrnoException, socket: Socket): void {
  const { connections } = host;
  if (LEFT.has(error.code ?? '')) {
    socket.destroy();
    return;
  }
  const isLast = connections.ending(socket);
  connections.end(socket);
  // A second answer to one request would be taken for the answer to the next one. And what follows
  // a last one is discarded; the parser complains again with every packet.
  if (connections.newestOn(socket)?.malformed() || isLast) return;
  writeRaw(socket, answerTo(error, host.mint.requestId()));
}

/** The server has let go of the socket of a CONNECT: nobody else answers, or reads, it. */
function onConnect(host: ExchangeHost, socket: Socket): void {
  const { connections } = host;
  // Answers that are due before this one have lost their way to the client, also those that were
  // decided at once and wait for the first.
  const isDue = connections.newestOn(socket)?.over === false;
  if (isDue || connections.ending(socket) || connections.busyOn(socket)) {
    socket.destroy();
    return;
  }
  socket.on('error', () => {});
  socket.resume();
  const refusal = refuse('method_not_allowed', { allow: [] });
  writeRaw(socket, refusalAnswer(refusal, host.mint.requestId()));
}

function onConnection(host: ExchangeHost, socket: Socket): void {
  host.connections.open(socket);
  const reason = host.connectionLimit.enter(socket);
  if (reason === undefined) return;
  host.telemetry.refused(reason);
  host.connections.end(socket);
  const refusal = refuse(reason, { retryAfterS: RETRY_AFTER_S });
  writeRaw(socket, refusalAnswer(refusal, host.mint.requestId()));
}

/**
 * The server has let go of the socket of a request that asks for a WebSocket. Out: the socket, and
 * where an answer in place of one is written; nothing where answers to others are on their way.
 */
function takeOver(
  { connections }: ExchangeHost,
  incoming: IncomingMessage,
  early: Buffer,
): { handover: Handover; outgoing: ServerResponse } | undefined {
  const { socket } = incoming;
  if (connections.ending(socket) || connections.busyOn(socket)) {
    socket.destroy();
    return undefined;
  }
  try {
    const handover = new Handover(socket, early);
    return { handover, outgoing: handover.responseTo(incoming) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_HTTP_SOCKET_ASSIGNED') throw error;
    // Decided at once, the answer before it is just being written.
    closeGently(socket);
    return undefined;
  }
}

/** The public HTTP server. Every request becomes an exchange that the app is asked about. */
export function openServer(app: Hono<GatewayEnv>, host: ExchangeHost): Server {
  const ask = (exchange: NodeExchange): void => {
    if (host.load.sheds(host.connections.underWay)) {
      exchange.refuse(refuse('overloaded', { retryAfterS: RETRY_AFTER_S }));
      return;
    }
    const { connections } = host;
    const { socket } = exchange.incoming;
    if (!connections.mustWait(socket, exchange)) return decide(exchange);
    const begin = (): void => {
      if (socket.writable) decide(exchange);
      else connections.leave(socket, exchange);
    };
    connections.hold(socket, { guest: exchange, begin });
  };
  const decide = (exchange: NodeExchange): void => {
    const answer = app.fetch(REQUEST, { exchange });
    if (answer === SENT) return;
    Promise.resolve(answer).catch((error: unknown) => exchange.crashed(error));
  };
  const handle = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    const { connections } = host;
    const { socket } = incoming;
    if (connections.ending(socket)) return connections.ignore(socket);
    // It asks for a protocol that it does not get: of what came behind it in one piece Node gives
    // up the rest, and reads the next piece as if that were a request. So it is the last one.
    const isLast = incoming.headers.upgrade !== undefined || connections.nearlyFull(socket);
    if (isLast) outgoing.shouldKeepAlive = false;
    ask(new NodeExchange(host, { incoming, outgoing }));
    // At once, and not when its body is here: that may not be read for a while.
    if (isLast) connections.end(socket);
  };
  app.onError((error, c) => {
    const { exchange } = c.env;
    if (exchange instanceof NodeExchange) exchange.crashed(error);
    return SENT;
  });
  const server = createServer({
    ServerResponse: ClientResponse,
    maxHeaderSize: HEAD_BYTES_MAX,
    headersTimeout: HEAD_TIMEOUT_MS,
    // A long upload is no fault; one that stalls is noticed by the passage.
    requestTimeout: 0,
    connectionsCheckingInterval: TIMEOUT_CHECK_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // A missing Host is refused by readHead, with a problem and not with an empty answer.
    requireHostHeader: false,
    // A request without a body needs none of the events of a stream.
    optimizeEmptyRequests: true,
    shouldUpgradeCallback: opensWebSocket,
  });
  server.on('connection', (socket) => onConnection(host, socket));
  server.on('request', handle);
  server.on('checkContinue', handle);
  server.on('checkExpectation', handle);
  server.on('connect', ({ socket }: IncomingMessage) => onConnect(host, socket));
  server.on('upgrade', (incoming: IncomingMessage, _stream: Duplex, early: Buffer) => {
    const taken = takeOver(host, incoming, early);
    if (!taken) return;
    ask(new NodeExchange(host, { incoming, outgoing: taken.outgoing }, taken.handover));
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    onClientError(host, error, socket);
  });
  return server;
}

/** Resolves when the server listens; a taken port is one clear line, not a stack. */
export function listen(server: Server, port: number, hostname: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE';
      reject(taken ? new Error(`port ${port} on ${hostname} is already in use`) : error);
    });
    server.listen(port, hostname, resolve);
  });
}
