import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Answer } from '../core/problem.ts';

/** How long what a client still sends, and nobody wants, is read and thrown away. */
const LINGER_MS = 1_000;

/** Whether the request has a body that has not arrived whole. */
export function bodyIsComing({ headers, complete }: IncomingMessage): boolean {
  if (complete) return false;
  const announced = headers['content-length'];
  const chunked = headers['transfer-encoding'] !== undefined;
  return chunked || (announced !== undefined && announced !== '0');
}

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
  if (!bodyIsComing(incoming)) return;
  // Once the response is out the server discards what comes; until then nobody reads it.
  incoming.resume();
  // In a pipeline it may wait for the answers before it.
  if (outgoing.writableFinished) linger(incoming);
  else outgoing.once('finish', () => linger(incoming));
}

function linger(incoming: IncomingMessage): void {
  const timer = setTimeout(() => {
    if (!incoming.complete) incoming.socket.destroy();
  }, LINGER_MS);
  timer.unref();
  incoming.once('close', () => clearTimeout(timer));
}

/**
 * Closes a connection when what was written to it is out. What the client still sends is
 * discarded for a moment, for the reason given above; the client's own end comes sooner.
 */
export function closeGently(socket: Socket): void {
  if (!socket.writable) return;
  socket.end();
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  timer.unref();
  socket.once('close', () => clearTimeout(timer));
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
  socket.write(`${head}\r\n${answer.body}`);
  closeGently(socket);
}

/** A request under way, told what becomes of its connection. */
export interface Guest {
  clientLeft(): void;
  /**
   * The bytes that follow on the connection are not HTTP. True when this request is answered on
   * that account, or before it, and nothing else may be; false when it is over.
   */
  malformed(): boolean;
  /** The process is about to stop: what would never end by itself ends now. */
  goAway(): void;
  /** The process cannot wait any longer. */
  abandon(): void;
}

type Line = {
  /** Requests under way, oldest first; pipelining makes several. */
  readonly guests: Set<Guest>;
  /** The request that began last, also when it is over: bytes of its body may still come. */
  newest: Guest | undefined;
  /** The last answer is decided: what comes after it is no request. */
  ending: boolean;
};

/** The requests under way on each connection. */
export class Connections {
  readonly #lines = new WeakMap<Socket, Line>();
  readonly #all = new Set<Guest>();
  #whenIdle: (() => void) | undefined;

  /** Number of requests under way on all connections. */
  get busy(): number {
    return this.#all.size;
  }

  /** One listener for the life of a connection, not one for each request. */
  open(socket: Socket): void {
    const line: Line = { guests: new Set(), newest: undefined, ending: false };
    this.#lines.set(socket, line);
    // By this the server closes after a last answer; its own way closes over unread bytes.
    socket.destroySoon = () => (socket.writable ? closeGently(socket) : socket.destroy());
    socket.once('close', () => {
      for (const guest of line.guests) guest.clientLeft();
    });
  }

  enter(socket: Socket, guest: Guest): void {
    const line = this.#lines.get(socket);
    if (line) {
      line.guests.add(guest);
      line.newest = guest;
    }
    this.#all.add(guest);
  }

  leave(socket: Socket, guest: Guest): void {
    this.#lines.get(socket)?.guests.delete(guest);
    this.#all.delete(guest);
    if (this.#all.size === 0) this.#whenIdle?.();
  }

  /** Whether a request is under way on this connection. */
  busyOn(socket: Socket): boolean {
    return (this.#lines.get(socket)?.guests.size ?? 0) > 0;
  }

  /** The request that the newest bytes on this connection belong to, or come after. */
  newestOn(socket: Socket): Guest | undefined {
    return this.#lines.get(socket)?.newest;
  }

  /** From here on nothing that comes on this connection is a request. */
  end(socket: Socket): void {
    const line = this.#lines.get(socket);
    if (line) line.ending = true;
  }

  ending(socket: Socket): boolean {
    return !socket.writable || this.#lines.get(socket)?.ending === true;
  }

  /** Resolves when no request is under way any more. */
  idle(): Promise<void> {
    if (this.#all.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#whenIdle = resolve;
    });
  }

  goAway(): void {
    for (const guest of this.#all) guest.goAway();
  }

  abandon(): void {
    for (const guest of this.#all) guest.abandon();
  }
}
