import {
  createServer as createTcpServer,
  type AddressInfo,
  type Server,
  type Socket,
} from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { newAuthority } from '../../scripts/test/certificates.ts';
import { head, useRigs } from './raw-client.ts';
import { type Rig, routeFact, WAIT } from './rig.ts';

// Upstreams that answer before they have all of a request, and close over what they did not read.

const { rigOf, clientOf } = useRigs();
const BIG = 8_000_000;
const authority = newAuthority('servers');
const IDENTITY = authority.issue({ name: 'api', hosts: ['127.0.0.1'] });

const open: Server[] = [];
const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of open.splice(0)) server.close();
});

const answered = (status: string): string =>
  `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno`;

/** Reads the head and a little more of an upload, answers, and closes. */
function serve(socket: Socket, status: string): void {
  sockets.push(socket);
  socket.on('error', () => {});
  socket.once('data', (bytes: Buffer) => {
    if (bytes.toString('latin1').startsWith('GET')) {
      socket.end('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nwell');
      return;
    }
    socket.pause();
    socket.write(answered(status), () => socket.destroy());
  });
}

async function rigBefore(tls: boolean, status: string): Promise<Rig> {
  const listener = (socket: Socket): void => serve(socket, status);
  const server = tls
    ? createTlsServer({ cert: IDENTITY.certificate, key: IDENTITY.key }, listener)
    : createTcpServer(listener);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  open.push(server);
  const url = `http${tls ? 's' : ''}://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const ca = tls ? { tls: { ca: authority.certificate } } : {};
  return rigOf({
    routes: () => [
      routeFact({
        upstream_url: url,
        upstreams: [{ url, weight: 1, ...ca }],
        circuit_breaker: { failures: 1, open_ms: 60_000 },
        retries: { attempts: 2, statuses: [502], budget_percent: 100 },
      }),
    ],
  });
}

describe.each([
  ['HTTP', false],
  ['TLS', true],
])('over %s', (_name, tls) => {
  it.each([
    ['413 Too Large', 'client_error'],
    ['401 Unauthorized', 'client_error'],
    ['200 OK', 'ok'],
  ])('%s is passed on, recorded as it is, and no failure', async (line, outcome) => {
    const rig = await rigBefore(tls, line);
    const status = Number(line.slice(0, 3));
    // Which of the two is seen first, the answer or that nobody takes the rest, is chance.
    for (let nth = 1; nth <= 8; nth++) {
      const client = clientOf(rig).send(head('PUT /', `Content-Length: ${BIG}`));
      client.send('x'.repeat(BIG));
      const text = await client.until(/\r\n\r\nno$/);
      expect(text.match(/HTTP\/1\.1 \d{3}/g)).toEqual([`HTTP/1.1 ${status}`]);
      await vi.waitFor(() => expect(rig.metering.settled).toHaveLength(nth), WAIT);
      const { settlement } = rig.metering.settled.at(-1)!;
      expect(settlement).toMatchObject({ outcome, status, responseBytes: 2 });
      client.close();
    }
    expect(rig.metering.begun).toHaveLength(8);
    await clientOf(rig)
      .send(head('GET /'))
      .until(/200 OK[^]*well/);
    await vi.waitFor(() => expect(rig.host.connections.busy).toBe(0), WAIT);
  });
});
