import { Agent, createServer, get, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type OneProcess, startProcess } from './one-process.ts';
import { KEY, routeFact } from './rig.ts';

/** The upstream serves so many at once, each for so long; others wait for their turn. */
const TURNS = 16;
const TURN_MS = 50;
/** Together they ask for three times of what it can do. */
const CLIENTS = 400;
const REST_MS = 400;
const FEW = 8;
const RUN_MS = 3_000;

let upstream: Server;
let gateway: OneProcess;
const waiting: ServerResponse[] = [];
let busy = 0;
/** With all clients in its queue it would be hundreds. */
let mostAtOnce = 0;

function serve(response: ServerResponse): void {
  busy += 1;
  setTimeout(() => {
    busy -= 1;
    response.end('served');
    const next = waiting.shift();
    if (next) serve(next);
  }, TURN_MS);
}

beforeAll(async () => {
  upstream = createServer((_request, response) => {
    if (busy < TURNS) serve(response);
    else waiting.push(response);
    mostAtOnce = Math.max(mostAtOnce, busy + waiting.length);
  });
  await new Promise<void>((done) => upstream.listen(0, '127.0.0.1', done));
  const upstream_url = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
  const env = { REQUESTS_MAX: String(TURNS), LOG_LEVEL: 'warn' };
  gateway = await startProcess({ routes: [routeFact({ upstream_url })], env });
});
afterAll(async () => {
  await gateway.stop();
  upstream.closeAllConnections();
  upstream.close();
});

type Answered = { status: number; ms: number; retryAfter: string | undefined };

function ask(agent: Agent): Promise<Answered> {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const asking = get(gateway.url, { agent, headers: { 'x-api-key': KEY } }, (answer) => {
      answer.resume().once('end', () => {
        const retryAfter = answer.headers['retry-after'];
        const { statusCode: status = 0 } = answer;
        resolve({ status, ms: performance.now() - started, retryAfter });
      });
    });
    asking.once('error', reject);
  });
}

/** So many clients ask, rest and ask again, for a while. */
async function crowd(clients: number): Promise<Answered[]> {
  const agent = new Agent({ keepAlive: true });
  const answers: Answered[] = [];
  const until = performance.now() + RUN_MS;
  const run = async (_: unknown, at: number): Promise<void> => {
    await pause((at / clients) * REST_MS);
    while (performance.now() < until) {
      answers.push(await ask(agent));
      await pause(REST_MS);
    }
  };
  await Promise.all(Array.from({ length: clients }, run));
  agent.destroy();
  return answers;
}

const p99 = (answers: readonly Answered[]): number =>
  answers.map(({ ms }) => ms).toSorted((a, b) => a - b)[Math.floor(answers.length * 0.99)] ?? 0;
const say = (what: string, answers: readonly Answered[]): void => {
  const perSecond = (answers.length / (RUN_MS / 1_000)).toFixed(0);
  process.stdout.write(`${what}: ${perSecond}/s, p99 ${p99(answers).toFixed(0)} ms\n`);
};

it('under three times the load who is admitted stays fast, and the others hear when', async () => {
  // The first one waits for what is to be known of its key.
  await ask(new Agent());
  const alone = await crowd(FEW);
  const crowded = await crowd(CLIENTS);
  const served = crowded.filter(({ status }) => status === 200);
  const turned = crowded.filter(({ status }) => status === 503);
  say(`${FEW} clients, served`, alone);
  say(`${CLIENTS} clients, served`, served);
  say(`${CLIENTS} clients, turned away`, turned);
  expect(alone.every(({ status }) => status === 200)).toBe(true);
  expect(served.length + turned.length).toBe(crowded.length);
  expect(turned.every(({ retryAfter }) => retryAfter === '1')).toBe(true);
  expect(turned.length).toBeGreaterThan(0);
  // What makes it fast, on any machine: nobody who is admitted waits in the upstream's queue.
  expect(mostAtOnce).toBe(TURNS);
  // On a machine that is busy with something else all of them are slow, and ask less.
  if (p99(alone) > 2 * TURN_MS) return;
  expect(turned.length).toBeGreaterThan(crowded.length / 4);
  expect(served.length).toBeGreaterThan(((TURNS / TURN_MS) * RUN_MS) / 4);
});
