import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { readHead } from '../core/head.ts';
import { closeGently } from './connection.ts';

/**
 * What a client may send before it is told that its WebSocket is open: it should not send any of
 * it (RFC 6455, 4.1), and of one that is not read it is not seen that it leaves.
 */
const EARLY_BYTES_MAX = 64 * 1024;

/**
 * Whether a request asks to go on as a WebSocket (RFC 6455, 4.1). Any other upgrade is a wish
 * that need not be met: the request is served as if it were not there.
 */
export function opensWebSocket({ method, httpVersion, rawHeaders }: IncomingMessage): boolean {
  if (method !== 'GET' || httpVersion !== '1.1') return false;
  const head = readHead(rawHeaders, httpVersion);
  if (typeof head === 'string' || head.hasBody || head.contentLength !== undefined) return false;
  return head.webSocket;
}

/**
 * A connection that the HTTP server has let go of, since the request on it asks for another
 * protocol. It is read from the start, so that a client that leaves is noticed; what it sends
 * early is kept, within bounds, and past them is not wanted any more.
 */
export class Handover {
  readonly socket: Socket;
  #early: Buffer[];
  #earlyBytes = 0;
  #take: ((chunk: Buffer) => void) | undefined;
  #isOpen = false;
  #flooded: () => void = () => {};

  constructor(socket: Socket, head: Buffer) {
    this.socket = socket;
    this.#early = [];
    socket.on('error', () => {});
    // Half a connection is no use before there is a WebSocket: the client is as good as gone.
    socket.once('end', () => this.#isOpen || socket.end());
    socket.on('data', (chunk: Buffer) => this.#came(chunk));
    if (head.length > 0) this.#came(head);
  }

  #came(chunk: Buffer): void {
    if (this.#take) return this.#take(chunk);
    this.#early.push(chunk);
    this.#earlyBytes += chunk.length;
    if (this.#earlyBytes <= EARLY_BYTES_MAX) return;
    this.#early = [];
    this.#take = () => {};
    this.#flooded();
  }

  /** Who is told that the client sent too much early; it cannot have its WebSocket any more. */
  onFlood(told: () => void): void {
    this.#flooded = told;
  }

  /** Gives what the client has sent behind its request, and whatever comes from now on. */
  flow(take: (chunk: Buffer) => void): void {
    this.#isOpen = true;
    this.#take = take;
    const early = this.#early;
    this.#early = [];
    this.socket.resume();
    for (const chunk of early) take(chunk);
  }

  /** For an answer in place of the WebSocket; it ends the connection. */
  responseTo(incoming: IncomingMessage): ServerResponse {
    const outgoing = new ServerResponse(incoming);
    outgoing.shouldKeepAlive = false;
    outgoing.assignSocket(this.socket);
    // The server told its responses so while the connection was its own.
    this.socket.on('drain', () => outgoing.emit('drain'));
    outgoing.once('finish', () => {
      outgoing.detachSocket(this.socket);
      this.#take = () => {};
      this.socket.resume();
      closeGently(this.socket);
    });
    return outgoing;
  }
}
