import { createServer, type AddressInfo, type Socket } from 'node:net';
import { readWire, type WireRequest } from './wire.ts';

/** An upstream that records the bytes it gets, and reads them by itself. */
export class RawUpstream {
  /** In the order in which they were whole. */
  readonly requests: WireRequest[] = [];
  /** Bytes that it could not read as requests. */
  readonly faults: string[] = [];
  /** All bytes of all connections. */
  bytes = '';
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((socket) => this.#take(socket));

  async open(): Promise<string> {
    await new Promise<void>((done) => this.#server.listen(0, '127.0.0.1', done));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #take(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => this.#sockets.delete(socket));
    socket.setEncoding('latin1');
    let text = '';
    let served = 0;
    socket.on('data', (chunk: string) => {
      text += chunk;
      this.bytes += chunk;
      const { requests, rest } = readWire(text);
      for (const request of requests.slice(served)) this.#answer(socket, request);
      served = requests.length;
      if (rest !== 'malformed') return;
      this.faults.push(text);
      socket.destroy();
    });
  }

  /** Answers in the three ways there are to frame one; by the length of the body, for no reason. */
  #answer(socket: Socket, request: WireRequest): void {
    this.requests.push(request);
    const { method, body } = request;
    const head = 'HTTP/1.1 200 OK\r\n';
    if (method === 'HEAD') socket.write(`${head}Content-Length: 5\r\n\r\n`);
    else if (body.length % 3 === 0) socket.write(`${head}Content-Length: 2\r\n\r\nok`);
    else if (body.length % 3 === 1) {
      socket.write(`${head}Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`);
    } else socket.write('HTTP/1.1 204 No Content\r\n\r\n');
  }
}
