import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { expect, test } from 'vitest';
import { CoreClient } from '../core-client.ts';

test('a core that stands still holds up one question, whatever connections there are', async () => {
  const still = new Set<Socket>();
  const sockets = new Set<Socket>();
  const waiting: ServerResponse[] = [];
  const server = createServer((request, response) => {
    sockets.add(request.socket);
    if (still.has(request.socket)) return;
    if (request.url === '/now') return void response.end('{}');
    waiting.push(response);
    // Both at once, so that each has a connection of its own.
    if (waiting.length === 2) for (const one of waiting.splice(0)) one.end('{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const core = new CoreClient(`http://127.0.0.1:${port}`, 'token');
  await Promise.all([core.get('/two', 20_000), core.get('/two', 20_000)]);
  expect(sockets.size).toBe(2);
  // By then both are free.
  await new Promise(setImmediate);
  for (const socket of sockets) still.add(socket);
  await expect(core.get('/now', 100)).rejects.toThrow('did not answer');
  expect(await core.get('/now', 20_000)).toEqual({ status: 200, body: {} });
  await core.close();
  server.closeAllConnections();
  server.close();
});
