import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { WebSocket } from 'undici';
import { FrameScan } from '../src/core/frame-scan.ts';

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** A frame as a server sends it. */
export function frame(text: string, opcode = 1, fin = true): Buffer {
  const payload = Buffer.from(text);
  const { length } = payload;
  const size = length < 126 ? [length] : [126, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([(fin ? 0x80 : 0) | opcode, ...size]), payload]);
}

const CLOSE = Buffer.from([0x88, 2, 3, 0xe8]);

/** One WebSocket at the upstream: what it got, byte for byte, and what it can send. */
export type Peer = {
  readonly request: IncomingMessage;
  readonly socket: Socket;
  /** Messages and bytes of payload that arrived. */
  readonly got: FrameScan;
  raw: Buffer;
  ended: boolean;
};

export type WebSocketUpstream = {
  readonly url: string;
  readonly peers: Peer[];
  /** Answers of HTTP in place of a WebSocket, byte for byte. */
  refusal: string | undefined;
  /** Fields beside those of the handshake. */
  fields: string;
  /** It answers no close, and ends nothing by itself. */
  silent: boolean;
  close(): void;
};

/** An upstream that takes every WebSocket, and says nothing by itself. */
export async function openWebSocketUpstream(): Promise<WebSocketUpstream> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((_request, response) => response.end('no WebSocket'));
  server.on('connection', (socket: Socket) => sockets.add(socket));
  server.on('upgrade', (request: IncomingMessage, socket: Socket) => {
    socket.on('error', () => {});
    if (upstream.refusal !== undefined) return void socket.end(upstream.refusal);
    const key = String(request.headers['sec-websocket-key']);
    const accept = createHash('sha1')
      .update(key + GUID)
      .digest('base64');
    const switching = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n';
    const rest = `Connection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n`;
    socket.write(`${switching}${rest}${upstream.fields}\r\n`);
    const peer: Peer = {
      ...{ request, socket, got: new FrameScan(), raw: Buffer.alloc(0), ended: false },
    };
    socket.on('data', (chunk: Buffer) => {
      peer.got.feed(chunk);
      peer.raw = Buffer.concat([peer.raw, chunk]);
      // Clients send their close by itself, or behind a pong; it is answered, and that was it.
      const pong = chunk[0] === 0x8a ? 6 + ((chunk[1] ?? 0) & 0x7f) : 0;
      if (chunk[pong] === 0x88 && !upstream.silent) socket.end(CLOSE);
    });
    socket.on('end', () => (peer.ended = true));
    upstream.peers.push(peer);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const upstream: WebSocketUpstream = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    peers: [],
    refusal: undefined,
    fields: '',
    silent: false,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
  return upstream;
}

/** A client, and all that came to it. */
export class Caller {
  readonly socket: WebSocket;
  readonly messages: string[] = [];
  closed: { code: number; reason: string; clean: boolean } | undefined;
  failed = false;

  /** In: a key, or the fields that carry another credential. */
  constructor(url: string, key: string | Record<string, string>, protocols: string[] = []) {
    this.socket = new WebSocket(url.replace('http', 'ws'), {
      protocols,
      headers: typeof key === 'string' ? { 'x-api-key': key } : key,
    });
    this.socket.addEventListener('message', ({ data }) => void this.messages.push(String(data)));
    this.socket.addEventListener('error', () => (this.failed = true));
    this.socket.addEventListener('close', ({ code, reason, wasClean }) => {
      this.closed = { code, reason, clean: wasClean };
    });
  }

  get open(): boolean {
    return this.socket.readyState === WebSocket.OPEN;
  }
}
