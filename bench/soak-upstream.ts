import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { frame } from '../gateway/test/web-socket.ts';

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const LARGE = Buffer.alloc(4_000_000, 'large ');
const EVENT_MS = 100;
const EVENTS = 10;
const WAIT_MS = 300;
const TICK_MS = 100;

/** What the upstream saw of one key. */
export type Seen = { requests: number; answered: number; uploaded: number; downloaded: number };

/** Answers in every way that the soak asks for, and counts by key what it saw. */
export class SoakUpstream {
  readonly #seen = new Map<string, Seen>();
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((request, response) => {
    this.#answer(request, response).catch(() => response.destroy());
  });

  async open(): Promise<string> {
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => {});
      socket.once('close', () => this.#sockets.delete(socket));
    });
    this.#server.on('upgrade', (request: IncomingMessage, socket: Socket) => {
      this.#converse(request, socket);
    });
    await new Promise<void>((done) => this.#server.listen(0, '127.0.0.1', done));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Connections that the gateway keeps to it. */
  get connections(): number {
    return this.#sockets.size;
  }

  of(key: string): Seen {
    let seen = this.#seen.get(key);
    if (!seen) {
      seen = { requests: 0, answered: 0, uploaded: 0, downloaded: 0 };
      this.#seen.set(key, seen);
    }
    return seen;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const seen = this.of(String(request.headers['x-tollgate-key']));
    seen.requests += 1;
    response.on('error', () => {});
    response.once('finish', () => (seen.answered += 1));
    for await (const chunk of request) seen.uploaded += (chunk as Buffer).length;
    const write = (bytes: Buffer | string): void => {
      seen.downloaded += bytes.length;
      response.write(bytes);
    };
    switch (request.url) {
      case '/large':
        write(LARGE);
        break;
      case '/sse':
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        for (let at = 0; at < EVENTS && !response.destroyed; at++) {
          write(`data: {"at":${at}}\n\n`);
          await pause(EVENT_MS);
        }
        break;
      case '/slow':
        await pause(WAIT_MS);
        for (let at = 0; at < EVENTS / 2 && !response.destroyed; at++) {
          write('drop by drop\n');
          await pause(EVENT_MS);
        }
        break;
      default:
        write('{"weather":"fair"}');
    }
    response.end();
  }

  /** Sends a message now and then, until the client says goodbye or is gone. */
  #converse(request: IncomingMessage, socket: Socket): void {
    const seen = this.of(String(request.headers['x-tollgate-key']));
    seen.requests += 1;
    const key = String(request.headers['sec-websocket-key']) + GUID;
    const accept = createHash('sha1').update(key).digest('base64');
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
        `Sec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    const ticking = setInterval(() => socket.write(frame('tick')), TICK_MS);
    socket.once('close', () => clearInterval(ticking));
    socket.on('data', (chunk: Buffer) => {
      if (((chunk[0] ?? 0) & 0x0f) !== 8) return;
      clearInterval(ticking);
      seen.answered += 1;
      socket.end(Buffer.from([0x88, 2, 3, 0xe8]));
    });
  }
}
