import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Answer } from '../core/problem.ts';

/** How long the rest of a body that nobody wants is read and thrown away. */
const LINGER_MS = 1_000;

/**
 * Ends a response. When the request's body is still coming it is discarded for a moment, so that
 * the client can read the answer (a connection closed over unread bytes is reset, which can
 * destroy an answer in flight), then the connection is closed.
 */
export function finish(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  last?: Buffer | string,
): void {
  if (last === undefined) outgoing.end();
  else outgoing.end(last);
  const announced = incoming.headers['content-length'];
  const body =
    incoming.headers['transfer-encoding'] !== undefined ||
    (announced !== undefined && announced !== '0');
  if (!body || incoming.complete) return;
  const { socket } = incoming;
  // Once the response is out the server discards what comes; until then nobody reads it.
  incoming.resume();
  const timer = setTimeout(() => {
    if (!incoming.complete) socket.destroy();
  }, LINGER_MS);
  timer.unref();
  incoming.once('close', () => clearTimeout(timer));
}

/** Writes a whole answer of the gateway's own. */
export function writeAnswer(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  answer: Answer,
): void {
  outgoing.writeHead(answer.status, answer.headers);
  finish(incoming, outgoing, answer.body);
}

/** Writes an answer onto a connection whose request could not be parsed, and closes it. */
export function writeRaw(socket: Socket, answer: Answer): void {
  let head = `HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status]}\r\nConnection: close\r\n`;
  for (let i = 0; i + 1 < answer.headers.length; i += 2) {
    head += `${answer.headers[i]}: ${answer.headers[i + 1]}\r\n`;
  }
  socket.end(`${head}\r\n${answer.body}`);
}

/** A request under way, told what becomes of its connection. */
export interface Guest {
  clientLeft(): void;
  /** The bytes that follow on the connection are not HTTP. */
  malformed(): void;
  /** The process cannot wait any longer. */
  abandon(): void;
}

/** The requests under way on each connection; pipelining makes several. */
export class Connections {
  readonly #guests = new WeakMap<Socket, Set<Guest>>();
  readonly #all = new Set<Guest>();
  #whenIdle: (() => void) | undefined;

  /** Number of requests under way on all connections. */
  get busy(): number {
    return this.#all.size;
  }

  /** One listener for the life of a connection, not one for each request. */
  open(socket: Socket): void {
    const guests = new Set<Guest>();
    this.#guests.set(socket, guests);
    socket.once('close', () => {
      for (const guest of guests) guest.clientLeft();
    });
  }

  enter(socket: Socket, guest: Guest): void {
    this.#guests.get(socket)?.add(guest);
    this.#all.add(guest);
  }

  leave(socket: Socket, guest: Guest): void {
    this.#guests.get(socket)?.delete(guest);
    this.#all.delete(guest);
    if (this.#all.size === 0) this.#whenIdle?.();
  }

  /** The requests under way on one connection, oldest first. */
  on(socket: Socket): Guest[] {
    return [...(this.#guests.get(socket) ?? [])];
  }

  /** Resolves when no request is under way any more. */
  idle(): Promise<void> {
    if (this.#all.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#whenIdle = resolve;
    });
  }

  abandon(): void {
    for (const guest of this.#all) guest.abandon();
  }
}
