// Customers: sends requests to gateways and writes down, of each, whether the whole answer came.
// Does what its parent tells it: see Order.
import { openSync, writeSync } from 'node:fs';
import { Agent, type IncomingMessage, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { Asked } from '../checker/logs.ts';
import type { Counts, LoadOf, Order } from '../rig/load.ts';

const TELL_EVERY_MS = 25;
const REFUSED_PAUSE_MS = 20;
const TICK_MS = 2;
const GOOD = { status: 200, ms: 0 };

const counts: Counts = { sent: 0, complete: 0, served: 0, refused: 0 };
let of: LoadOf;
let log = 0;
let agents: Agent[] = [];
let weights: readonly number[] = [];
let stopping = false;
let outstanding = 0;
let begun = 0;
let state = 1;

/** mulberry32: the same seed asks the same questions. */
function random(): number {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
}

function pick<Item>(items: readonly Item[], weightOf: (item: Item, at: number) => number): number {
  const total = items.reduce((sum, item, at) => sum + weightOf(item, at), 0);
  let left = random() * total;
  return Math.max(
    0,
    items.findIndex((item, at) => (left -= weightOf(item, at)) < 0),
  );
}

function begin(): Asked & { path: string; secret: string } {
  begun += 1;
  const gateway = pick(weights, (weight) => weight);
  const key = of.keys[begun % of.keys.length] ?? { id: '', secret: '' };
  const { status, ms } = of.answers[pick(of.answers, ({ weight }) => weight)] ?? GOOD;
  const bytes = Math.floor(random() * of.bytesMax);
  return {
    id: `${of.name}-${begun}`,
    key: key.id,
    secret: key.secret,
    gateway,
    path: `/${status}/${bytes}/${ms}`,
    at: Date.now(),
    done: 0,
    sent: false,
    status: 0,
    complete: false,
    served: false,
    code: null,
    bytes: 0,
  };
}

async function read(answer: IncomingMessage, asked: Asked): Promise<void> {
  asked.status = answer.statusCode ?? 0;
  asked.served = answer.headers['x-served'] === 'yes';
  let text = '';
  for await (const chunk of answer) {
    asked.bytes += (chunk as Buffer).length;
    if (!asked.served) text += String(chunk);
  }
  asked.complete = answer.complete;
  if (!asked.served) asked.code = (JSON.parse(text) as { code: string }).code;
}

function exchange({ path, secret, ...asked }: ReturnType<typeof begin>): Promise<Asked> {
  return new Promise((resolve) => {
    const outgoing = request(`${of.urls[asked.gateway]}${path}`, {
      agent: agents[asked.gateway] ?? false,
      headers: { authorization: `Bearer ${secret}`, 'x-load-id': asked.id },
    });
    outgoing.once('socket', (socket) => {
      if (!socket.connecting) asked.sent = true;
      else socket.once('connect', () => (asked.sent = true));
    });
    outgoing.once('error', () => resolve(asked));
    outgoing.once('response', (answer) => {
      read(answer, asked).then(
        () => resolve(asked),
        () => resolve({ ...asked, complete: false }),
      );
    });
    outgoing.end();
  });
}

async function ask(): Promise<void> {
  outstanding += 1;
  const asked = await exchange(begin());
  outstanding -= 1;
  asked.done = Date.now();
  writeSync(log, `${JSON.stringify(asked)}\n`);
  if (asked.sent) counts.sent += 1;
  if (asked.complete) counts.complete += 1;
  if (asked.complete && asked.served) counts.served += 1;
  if (asked.complete && !asked.served) counts.refused += 1;
  if (!asked.sent) await pause(REFUSED_PAUSE_MS);
}

/** Each client asks again when it has its answer. */
async function client(): Promise<void> {
  while (!stopping) {
    await ask();
    if (of.thinkMs > 0) await pause(of.thinkMs);
  }
}

/** So many a second, whatever the answers; those that no client is free for are not asked. */
async function steady(perSecond: number): Promise<void> {
  const from = performance.now();
  let due = 0;
  while (!stopping) {
    const now = Math.floor(((performance.now() - from) / 1_000) * perSecond);
    for (; due < now; due++) if (outstanding < of.clients) void ask();
    await pause(TICK_MS);
  }
  while (outstanding > 0) await pause(TICK_MS);
}

function start(given: LoadOf): void {
  of = given;
  state = of.seed;
  weights = of.weights;
  log = openSync(of.log, 'a');
  agents = of.urls.map(() => new Agent({ keepAlive: true, maxSockets: of.clients }));
  const run =
    of.perSecond === null
      ? Promise.all(Array.from({ length: of.clients }, client))
      : steady(of.perSecond);
  const tell = setInterval(() => process.send?.(counts), TELL_EVERY_MS);
  void run.then(() => {
    clearInterval(tell);
    process.send?.({ ...counts, over: true });
    process.disconnect?.();
  });
}

process.on('message', (order: Order) => {
  if (order.do === 'start') start(order.of);
  else if (order.do === 'aim') weights = order.weights;
  else stopping = true;
});
process.once('disconnect', () => process.exit(0));
process.send?.('ready');
