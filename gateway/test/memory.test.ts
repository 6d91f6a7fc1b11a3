import { readFileSync } from 'node:fs';
import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type OneProcess, startProcess } from './one-process.ts';
import { KEY, routeFact } from './rig.ts';

const MB = 1_000_000;
const SIZE = Number(process.env['MEMORY_MB'] ?? 64) * MB;
/** Far below the size: what passes is not kept. */
const GROWTH_MAX_MB = 40;
/**
 * Four sockets of the system are between writer and reader, and what the gateway holds. Kernels let
 * a socket's buffer grow to up to 32 MB when its reader is slow; by experience to a third of that.
 */
const AHEAD_MAX_MB = 40;
const CHUNK = Buffer.alloc(64 * 1024, 'x');
const SIP_BYTES = MB;
const SIP_MS = 5;
const AT_ONCE_MS = 1_000;
const LONG = { timeout: 15_000, interval: 10 };

let gateway: OneProcess;
let upstream: Server;
const sockets = new Set<Socket>();
let taken = 0;
let given = 0;
let cut = 0;

/** Takes bytes slowly: a pause behind each megabyte. */
async function sip(from: AsyncIterable<Buffer>, told: (bytes: number) => void): Promise<void> {
  let since = 0;
  for await (const chunk of from) {
    told(chunk.length);
    since += chunk.length;
    if (since < SIP_BYTES) continue;
    since = 0;
    await pause(SIP_MS);
  }
}

/** Gives as much as the other side takes. */
async function pour(
  to: NodeJS.WritableStream & { destroyed: boolean },
  told: (bytes: number) => void,
): Promise<void> {
  const closed = new Promise<void>((done) => to.once('close', done));
  for (let sent = 0; sent < SIZE && !to.destroyed; sent += CHUNK.length) {
    told(CHUNK.length);
    if (to.write(CHUNK)) continue;
    await Promise.race([closed, new Promise<void>((done) => to.once('drain', done))]);
  }
  to.end();
}

beforeAll(async () => {
  upstream = createServer((incoming, response) => {
    response.on('error', () => {});
    incoming.on('error', () => {});
    incoming.once('close', () => (cut += incoming.complete ? 0 : 1));
    response.once('close', () => (cut += response.writableFinished ? 0 : 1));
    if (incoming.method === 'GET') void pour(response, (bytes) => (given += bytes));
    else {
      sip(incoming, (bytes) => (taken += bytes)).then(
        () => response.end('taken'),
        () => {},
      );
    }
  });
  upstream.on('connection', (socket) => sockets.add(socket));
  await new Promise<void>((done) => upstream.listen(0, '127.0.0.1', done));
  const upstream_url = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
  const metering = [
    { meter_id: 'mtr_up', source: 'request_bytes' as const, units: 1 },
    { meter_id: 'mtr_down', source: 'response_bytes' as const, units: 1 },
  ];
  const billable_outcomes = ['ok' as const, 'client_abort' as const];
  const max_body_bytes = 1_000 * MB;
  const routes = [routeFact({ upstream_url, metering, billable_outcomes, max_body_bytes })];
  gateway = await startProcess({ routes, env: { LOG_LEVEL: 'warn' } });
});
afterAll(async () => {
  await gateway.stop();
  for (const socket of sockets) socket.destroy();
  upstream.close();
});

const memory = (): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${gateway.pid}/status`, 'utf8'))?.[1]) / 1_024;
const ask = (method: string) =>
  request(gateway.url, { method, headers: { 'x-api-key': KEY } }).on('error', () => {});
const answerTo = (asking: ReturnType<typeof ask>): Promise<IncomingMessage> =>
  new Promise((resolve) => asking.once('response', resolve));
const billed = (meter: string): number => gateway.core.quantities.get(meter) ?? 0;

type Watched = { growth: number; ahead: number };
/** How much memory grows at most, and how far the writer is ahead of the reader. */
async function watched(act: () => Promise<void>, ahead: () => number): Promise<Watched> {
  const before = memory();
  const seen: Watched = { growth: 0, ahead: 0 };
  const timer = setInterval(() => {
    seen.growth = Math.max(seen.growth, memory() - before);
    seen.ahead = Math.max(seen.ahead, ahead() / MB);
  }, 10);
  await act();
  clearInterval(timer);
  return seen;
}
const say = (what: string, { growth, ahead }: Watched): void => {
  const figures = `memory grew by ${growth.toFixed(0)} MB, ${ahead.toFixed(0)} MB were under way`;
  process.stdout.write(`${what} of ${SIZE / MB} MB: at most ${figures}\n`);
};

async function upload(told: (bytes: number) => void): Promise<void> {
  const asking = ask('POST');
  const answer = answerTo(asking);
  await pour(asking, told);
  for await (const chunk of await answer) expect(String(chunk)).toBe('taken');
}

async function download(told: (bytes: number) => void): Promise<void> {
  const asking = ask('GET');
  asking.end();
  await sip(await answerTo(asking), told);
}

describe.runIf(process.platform === 'linux')('bytes that pass are not kept', () => {
  // What a first one needs, code and buffers, is no growth.
  beforeAll(async () => {
    await upload(() => {});
    await download(() => {});
  });

  it('an upload to an upstream that reads slowly', { timeout: 120_000 }, async () => {
    let sent = 0;
    taken = 0;
    const before = billed('mtr_up');
    const seen = await watched(
      () => upload((bytes) => (sent += bytes)),
      () => sent - taken,
    );
    say('upload', seen);
    expect(taken).toBe(sent);
    expect(seen.growth).toBeLessThan(GROWTH_MAX_MB);
    expect(seen.ahead).toBeLessThan(AHEAD_MAX_MB);
    await vi.waitFor(() => expect(billed('mtr_up') - before).toBe(sent), LONG);
  });

  it('a download by a client that reads slowly', { timeout: 120_000 }, async () => {
    let got = 0;
    given = 0;
    const before = billed('mtr_down');
    const seen = await watched(
      () => download((bytes) => (got += bytes)),
      () => given - got,
    );
    say('download', seen);
    expect(got).toBe(given);
    expect(seen.growth).toBeLessThan(GROWTH_MAX_MB);
    expect(seen.ahead).toBeLessThan(AHEAD_MAX_MB);
    await vi.waitFor(() => expect(billed('mtr_down') - before).toBe(got), LONG);
  });
});

describe('a client that leaves in the middle', () => {
  it.each([
    ['an upload', 'POST', 'mtr_up', () => taken],
    ['a download', 'GET', 'mtr_down', () => given],
  ] as const)('of %s', async (_name, method, meter, atUpstream) => {
    [taken, given] = [0, 0];
    const [before, cuts] = [billed(meter), cut];
    const asking = ask(method);
    let mine = 0;
    if (method === 'POST') void pour(asking, (bytes) => (mine += bytes));
    else {
      asking.end();
      void sip(await answerTo(asking), (bytes) => (mine += bytes)).catch(() => {});
    }
    await vi.waitFor(() => expect(Math.min(mine, atUpstream())).toBeGreaterThan(8 * MB), LONG);
    const left = performance.now();
    asking.destroy();
    await vi.waitFor(() => expect(cut).toBeGreaterThan(cuts), LONG);
    expect(performance.now() - left).toBeLessThan(AT_ONCE_MS);
    await vi.waitFor(() => expect(billed(meter)).toBeGreaterThan(before), LONG);
    // What passed the gateway lies between what the reader has and what the writer gave.
    const [least, most] = [Math.min(mine, atUpstream()), Math.max(mine, atUpstream())];
    expect(billed(meter) - before).toBeGreaterThanOrEqual(least);
    expect(billed(meter) - before).toBeLessThanOrEqual(most);
    expect(most).toBeLessThan(SIZE);
  });
});
