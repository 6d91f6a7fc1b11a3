import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { buildConnector } from 'undici';
import { afterEach } from 'vitest';
import type { RequestBody } from '../../request-body.ts';
import { TurnEnd } from '../../turn-end.ts';
import type { Asked, Caller, Hold } from '../asked.ts';
import { Links } from '../links.ts';

export const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const HEAD_END = '\r\n\r\n';

/** An upstream that answers every head with what it is told to, and knows its connections. */
class RawUpstream {
  readonly sockets: Socket[] = [];
  text = '';
  answer: (socket: Socket, head: string, nth: number) => void = (socket) => socket.write(OK);
  #heads = 0;
  readonly server: Server = createServer((socket) => {
    this.sockets.push(socket);
    let text = '';
    socket.setEncoding('latin1');
    socket.on('error', () => {});
    socket.on('data', (chunk: string) => {
      this.text += chunk;
      text += chunk;
      for (let end = text.indexOf(HEAD_END); end >= 0; end = text.indexOf(HEAD_END)) {
        const head = text.slice(0, end);
        text = text.slice(end + HEAD_END.length);
        if (/[A-Z]+ \/.* HTTP\/1\.1\r\n/.test(head)) this.answer(socket, head, this.#heads++);
      }
    });
  });
  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }
}

const opened: { upstream: RawUpstream; links: Links }[] = [];
afterEach(() => {
  for (const { upstream, links } of opened.splice(0)) {
    links.destroy();
    for (const socket of upstream.sockets) socket.destroy();
    upstream.server.close();
  }
});

export async function open(answer?: RawUpstream['answer'], keepMs = 4_000) {
  const upstream = new RawUpstream();
  if (answer) upstream.answer = answer;
  await new Promise<void>((done) => upstream.server.listen(0, '127.0.0.1', done));
  const reading = { buffer: Buffer.alloc(1_000), callback: () => true };
  const links = new Links({
    origin: upstream.origin,
    connect: buildConnector({ allowH2: false, onread: reading }),
    connectPlain: buildConnector({ allowH2: false }),
    reading,
    turnEnd: new TurnEnd(),
    keepMs,
  });
  opened.push({ upstream, links });
  return { upstream, links };
}

export type Told = { status?: number; body: string; ended: boolean; failed?: string };
type Call = { told: Told; over: boolean; hold?: Hold; done: Promise<Told> };

export function ask(links: Links, of: Partial<Asked> = {}): Call {
  const told: Told = { body: '', ended: false };
  let finish: (told: Told) => void = () => {};
  const call: Call = { told, over: false, done: new Promise((resolve) => (finish = resolve)) };
  const caller: Caller = {
    get over() {
      return call.over;
    },
    begun: (hold) => (call.hold = hold),
    informed: () => {},
    answered: (status) => (told.status = status),
    received: (bytes) => (told.body += bytes.toString('latin1')),
    ended: () => finish(Object.assign(told, { ended: true })),
    failed: ({ message }) => finish(Object.assign(told, { failed: message })),
    upgraded: () => {},
  };
  links.dispatch({ method: 'GET', path: '/', headers: [], body: null, ...of }, caller);
  return call;
}

export const bodyOf = (...parts: string[]): RequestBody => {
  const body = new PassThrough();
  for (const part of parts) body.write(part);
  body.end();
  return body as unknown as RequestBody;
};

export const WHOLE = { status: 200, body: 'ok', ended: true };
