import { RequestError } from '@hono/node-server';
import { STATUS_CODES, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { Fault, type FaultCode } from './fault.ts';
import { problemAnswer, type Kit, type ProblemAnswer } from './http.ts';
import { newId } from './id.ts';

/** What says when it was, and keeps the reason. */
export type Door = Pick<Kit, 'clock' | 'log'>;

const BY_PARSER_CODE: Record<string, FaultCode> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'payload_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
};

/** What was not HTTP never reached a handler: its answer, closing, with an id that is logged. */
function answerTo({ clock, log }: Door, fault: Fault, reason: string): ProblemAnswer {
  const id = newId('req', clock());
  const { headers, ...answer } = problemAnswer(fault, id);
  log.debug({ request_id: id, code: fault.code, reason }, 'request refused');
  return { ...answer, headers: { ...headers, connection: 'close' } };
}

function end(socket: Duplex, { status, headers, body }: ProblemAnswer): void {
  const fields = { ...headers, 'content-length': String(Buffer.byteLength(body)) };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}`);
  const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines].join('\r\n');
  socket.end(`${head}\r\n\r\n${body}`, () => socket.destroy());
}

/** A request that Node could read and the adapter could not: a Host or a URL that is none. */
export const unreadableRequest =
  (door: Door) =>
  (error: unknown): Response => {
    const readable = !(error instanceof RequestError);
    if (readable) door.log.error({ err: error }, 'request failed');
    const fault = readable
      ? new Fault('internal')
      : new Fault('invalid_request', { detail: 'The Host or the URL is not valid' });
    const { body, ...head } = answerTo(door, fault, String(error));
    return new Response(body, head);
  };

/** Answers with a problem, and closes, where Node alone would send a bare status or nothing. */
export function answerUnreadable(server: Server, door: Door): void {
  const under = new WeakMap<Duplex, ServerResponse>();
  server.on('request', ({ socket }, response) => void under.set(socket, response));
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const response = under.get(socket);
    // In the middle of an answer, another one would be taken for its body.
    const answering = response?.headersSent === true && !response.writableFinished;
    if (answering || !socket.writable || error.code === 'ECONNRESET') {
      socket.destroy();
      return;
    }
    const code = BY_PARSER_CODE[error.code ?? ''];
    const fault = code
      ? new Fault(code)
      : new Fault('invalid_request', { detail: 'This cannot be read as HTTP/1.1' });
    end(socket, answerTo(door, fault, String(error.code)));
  });
  server.on('connect', (_request, socket) => {
    const fault = new Fault('invalid_request', { detail: 'This is no proxy' });
    end(socket, answerTo(door, fault, 'CONNECT'));
  });
  // An expectation nobody knows may be left unmet; Node would answer 417 without a word.
  server.on('checkExpectation', (request, response) => {
    server.emit('request', request, response);
  });
}
