// The demo API that the demo routes lead to. Nothing of Tollgate is in it.
import { appendFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const EVENTS = 10;
const EVENT_EVERY_MS = 200;
const BYTES_MAX = 100_000_000;
const SLOW_MS_MAX = 120_000;
const CHUNK = Buffer.alloc(64 * 1024, 'tollgate');

type Answer = (asked: Asked, response: ServerResponse) => void | Promise<void>;

interface Asked {
  request: IncomingMessage;
  url: URL;
  /** The last word of the path, such as 404 in /status/404. */
  number: number;
}

const ANSWERS: [method: string, path: RegExp, answer: Answer][] = [
  ['GET', /^\/weather$/, weather],
  ['POST', /^\/echo$/, echo],
  ['GET', /^\/stream$/, stream],
  ['GET', /^\/bytes\/\d+$/, bytes],
  ['GET', /^\/status\/[2-5]\d\d$/, status],
  ['GET', /^\/slow\/\d+$/, slow],
  ['GET', /^\/livez$/, (_, response) => json(response, 200, { status: 'ok' })],
];

function weather({ url }: Asked, response: ServerResponse): void {
  const city = url.searchParams.get('city') ?? 'Berlin';
  // The same city always has the same weather, so that a demo can be compared.
  const seed = [...city].reduce((sum, letter) => sum + (letter.codePointAt(0) ?? 0), 0);
  const sky = ['clear', 'cloudy', 'rain', 'snow'][seed % 4];
  json(response, 200, { city, temperature_celsius: (seed % 35) - 5, sky });
}

async function echo({ request }: Asked, response: ServerResponse): Promise<void> {
  const type = request.headers['content-type'] ?? 'application/octet-stream';
  response.writeHead(200, { 'content-type': type });
  for await (const chunk of request) response.write(chunk);
  response.end();
}

async function stream(_: Asked, response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  for (let number = 1; number <= EVENTS && !response.destroyed; number += 1) {
    response.write(`id: ${number}\nevent: tick\ndata: {"number":${number}}\n\n`);
    await sleep(EVENT_EVERY_MS);
  }
  response.end();
}

async function bytes({ number }: Asked, response: ServerResponse): Promise<void> {
  const size = Math.min(number, BYTES_MAX);
  response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': size });
  for (let left = size; left > 0 && !response.destroyed; left -= CHUNK.length) {
    if (response.write(CHUNK.subarray(0, Math.min(left, CHUNK.length)))) continue;
    const { promise, resolve } = Promise.withResolvers<unknown>();
    response.once('drain', resolve).once('close', resolve);
    await promise;
  }
  response.end();
}

function status({ number }: Asked, response: ServerResponse): void {
  if (number === 204 || number === 304) response.writeHead(number).end();
  else json(response, number, { status: number });
}

async function slow({ number }: Asked, response: ServerResponse): Promise<void> {
  await sleep(Math.min(number, SLOW_MS_MAX));
  json(response, 200, { waited_ms: number });
}

function json(response: ServerResponse, code: number, body: unknown): void {
  response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  response.once('close', () => record(request, response));
  const url = new URL(request.url ?? '/', 'http://upstream');
  const found = ANSWERS.find(([, path]) => path.test(url.pathname));
  if (!found) return json(response, 404, { error: 'no such path' });
  if (request.method !== found[0]) return json(response, 405, { error: `use ${found[0]}` });
  await found[2]({ request, url, number: Number(url.pathname.split('/').at(-1)) }, response);
}

// One line per request that was served, for tests that compare counts.
function record(request: IncomingMessage, response: ServerResponse): void {
  const file = process.env['UPSTREAM_LOG'];
  if (!file || request.url === '/livez') return;
  const line = {
    time: new Date().toISOString(),
    request_id: request.headers['x-request-id'] ?? null,
    method: request.method,
    target: request.url,
    status: response.statusCode,
    complete: response.writableFinished,
  };
  appendFileSync(file, `${JSON.stringify(line)}\n`);
}

function say(event: string, facts: Record<string, unknown> = {}): void {
  console.log(JSON.stringify({ time: Date.now(), name: 'upstream', msg: event, ...facts }));
}

const server = createServer((request, response) => {
  handle(request, response).catch((error: unknown) => {
    say('request failed', { error: String(error) });
    response.destroy();
  });
});
// Longer than the gateway keeps an idle connection, so that it never meets one being closed.
server.keepAliveTimeout = 75_000;

const host = process.env['HOST'] ?? '127.0.0.1';
const port = Number(process.env['PORT'] ?? 4003);
server.listen(port, host, () => say('listening', { host, port }));

function stop(): void {
  say('stopping');
  server.close(() => process.exit(0));
  server.closeIdleConnections();
}

process.once('SIGTERM', stop).once('SIGINT', stop).once('disconnect', stop);
