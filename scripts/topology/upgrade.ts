import { type IncomingMessage, request as ask } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Pool } from './balancer.ts';
import { forwardedHeaders } from './relay.ts';

export interface Upgrading {
  request: IncomingMessage;
  socket: Duplex;
  head: Buffer;
}

const headOf = ({ statusCode, statusMessage, rawHeaders }: IncomingMessage): string => {
  let head = `HTTP/1.1 ${statusCode} ${statusMessage}\r\n`;
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    head += `${rawHeaders[at]}: ${rawHeaders[at + 1]}\r\n`;
  }
  return `${head}\r\n`;
};

/** Passes a WebSocket on: after the answer, bytes go both ways as they are. */
export async function upgrade(pool: Pool, { request, socket, head }: Upgrading): Promise<void> {
  socket.on('error', () => socket.destroy());
  const backend = await pool.choose(new Set());
  if (!backend || socket.destroyed) return void socket.destroy();
  const { host, port } = backend.of;
  const protocol = request.headers.upgrade ?? '';
  const headers = [...forwardedHeaders(request), 'Connection', 'Upgrade', 'Upgrade', protocol];
  backend.begin();
  socket.once('close', () => backend.end());
  const outgoing = ask({
    host,
    port,
    agent: false,
    method: request.method,
    path: request.url,
    headers,
  });
  outgoing.on('error', () => socket.destroy());
  outgoing.once('upgrade', (answer, other, early) => {
    other.on('error', () => socket.destroy());
    socket.once('close', () => other.destroy());
    other.once('close', () => socket.destroy());
    socket.write(headOf(answer));
    socket.write(early);
    other.write(head);
    other.pipe(socket);
    socket.pipe(other);
  });
  // Refused: an answer as any other, after which the connection ends.
  outgoing.once('response', (answer) => {
    socket.write(headOf(answer).replace(/^Transfer-Encoding: .*\r\n/im, ''));
    answer.pipe(socket);
  });
  outgoing.end();
}
