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
  { incoming, outgoing }: { incoming: IncomingMessage; outgoing: ServerResponse },
  last?: Buffer | string,
  encoding: 'utf8' | 'latin1' = 'utf8',
): void {
  if (last === undefined) outgoing.end();
  else outgoing.end(last, encoding);
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

/**
 * Ends a connection in the middle of an answer, so that no client takes it for whole. To one of
 * HTTP/1.0 the end of the connection is the end of the body (RFC 1945 section 7.2.2), and only a
 * reset is none.
 */
export function breakOff({ httpVersionMinor, socket }: IncomingMessage): void {
  if (httpVersionMinor === 0) socket.resetAndDestroy();
  else socket.destroy();
}

/** Writes a whole answer of the gateway's own. */
export function writeAnswer(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  answer: Answer,
): void {
  outgoing.writeHead(answer.status, answer.headers);
  finish({ incoming, outgoing }, answer.body);
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
