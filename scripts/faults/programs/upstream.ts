// An API behind the gateway that knows nothing of it: answers what the path asks for, and writes
// down every request before it answers. Environment: PORT, LOG. Paths: /STATUS/BYTES/MS.
import { openSync, writeSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Served } from '../checker/logs.ts';

const BYTES_MAX = 1_000_000;
const CONTENT = Buffer.alloc(BYTES_MAX, 'served ');
const log = openSync(process.env['LOG'] ?? '', 'a');

const fieldOf = (request: IncomingMessage, name: string): string =>
  String(request.headers[name] ?? '');

function answer(response: ServerResponse, { status, bytes }: { status: number; bytes: number }) {
  // Half of the answers tell their length beforehand, half do not: both can be torn.
  const length = bytes % 2 === 0 ? { 'content-length': bytes } : {};
  response.writeHead(status, { 'x-served': 'yes', 'content-type': 'text/plain', ...length });
  response.end(CONTENT.subarray(0, bytes));
}

const server = createServer((request, response) => {
  const [status = 200, bytes = 0, ms = 0] = (request.url ?? '').split('/').slice(1).map(Number);
  const id = fieldOf(request, 'x-load-id');
  const key = fieldOf(request, 'x-tollgate-key');
  const line: Served = { id, key, at: Date.now(), status, bytes };
  writeSync(log, `${JSON.stringify(line)}\n`);
  request.resume();
  if (ms > 0) setTimeout(() => answer(response, { status, bytes }), ms);
  else answer(response, { status, bytes });
});
// Longer than the gateway keeps an idle connection, so that it never meets one being closed.
server.keepAliveTimeout = 75_000;
server.listen(Number(process.env['PORT']), '127.0.0.1', () => process.send?.('ready'));
process.once('disconnect', () => process.exit(0));
