// A process of its own: sends requests at a constant rate, whatever becomes of those before, and
// says how long each took from when it was due. In: settings as JSON; out: figures as JSON.
import { once } from 'node:events';
import { openSync, readSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { quantile } from './machine.ts';

export type ArrivalsOf = {
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly perSecond: number;
  readonly seconds: number;
  readonly connections: number;
  /** The process that answers, to see how long it waits for a core. */
  readonly pid?: number;
};

export type Arrived = {
  readonly sent: number;
  readonly failed: number;
  /** How many of them by what became of them: a status, `broken`, `unanswered`. */
  readonly failures: Readonly<Record<string, number>>;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /**
   * The 99th percentile without what the answering process's main thread waited for a core while
   * a request was under way; NaN where that cannot be told.
   */
  readonly coreP99Ms: number;
  /** By so much the sender itself was late, at the 99th percentile of the seconds that count. */
  readonly senderP99Ms: number;
  /** Seconds that count, as the sender was on time in them; and all of them. */
  readonly counted: number;
  readonly seconds: number;
};

/** So long the process sleeps at most before it looks for answers: the grain of all figures. */
const GRAIN_MS = 0.1;
const WARM_UP_MS = 1_000;
/** Answers that are still due are waited for so long. */
const TAIL_MS = 2_000;
/** A second in which more than 1 % of the requests left later than this tells of the sender. */
const SENDER_LATE_MAX_MS = 0.5;
const HEAD_END = '\r\n\r\n';
const SECOND_MS = 1_000;
const NS_PER_MS = 1_000_000;

const of = JSON.parse(process.argv[2] ?? '{}') as ArrivalsOf;
const { hostname, port, host, pathname, search } = new URL(of.url);
const fields = Object.entries(of.headers).map(([name, value]) => `${name}: ${value}\r\n`);
const REQUEST = `GET ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\n${fields.join('')}\r\n`;

/** How long a process's main thread has waited for a core so far, ms; proc(5), schedstat. */
function waits(pid: number | undefined): () => number {
  if (pid === undefined) return () => Number.NaN;
  try {
    const file = openSync(`/proc/${pid}/task/${pid}/schedstat`, 'r');
    const bytes = Buffer.alloc(64);
    return () => {
      const count = readSync(file, bytes, 0, bytes.length, 0);
      return Number(bytes.toString('latin1', 0, count).split(' ')[1]) / NS_PER_MS;
    };
  } catch {
    return () => Number.NaN;
  }
}

type Second = { took: number[]; onCore: number[]; late: number[] };

const readWaited = waits(of.pid);
let waitedNow: number | undefined;
/** Read once a turn of the loop. */
const waitedMs = (): number => (waitedNow ??= readWaited());

/** A request: when it was due, and what the answering process had waited for a core by then. */
type Due = { readonly at: number; readonly waitedMs: number };

const seconds = Array.from({ length: of.seconds }, (): Second => ({
  took: [],
  onCore: [],
  late: [],
}));
const waiting: Due[] = [];
const failures: Record<string, number> = {};
let answered = 0;

function fail(how: string, count = 1): void {
  if (count > 0) failures[how] = (failures[how] ?? 0) + count;
}

const secondOf = (dueAt: number): Second | undefined =>
  seconds[Math.floor((dueAt - countedFrom) / SECOND_MS)];

function count(due: Due): void {
  const second = secondOf(due.at);
  if (!second) return;
  const took = performance.now() - due.at;
  second.took.push(took);
  second.onCore.push(Math.max(0, took - (waitedMs() - due.waitedMs)));
}

/** One connection, with one request on it at most. */
class Line {
  readonly socket: Socket;
  #due: Due | undefined;
  #text = '';

  constructor() {
    this.socket = connect(Number(port), hostname);
    this.socket.setNoDelay(true).setEncoding('latin1');
    this.socket.on('data', (text: string) => this.#take(text));
    this.socket.on('error', () => {}).on('close', () => fail('broken'));
  }

  send(due: Due): void {
    this.#due = due;
    this.socket.write(REQUEST, 'latin1');
  }

  #take(text: string): void {
    this.#text += text;
    const end = this.#text.indexOf(HEAD_END);
    if (end < 0) return;
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(this.#text)?.[1] ?? 0);
    if (this.#text.length < end + HEAD_END.length + length) return;
    const status = this.#text.slice('HTTP/1.1 '.length, 'HTTP/1.1 200'.length);
    if (status !== '200') fail(status);
    this.#text = '';
    answered += 1;
    if (this.#due) count(this.#due);
    const next = waiting.shift();
    if (next === undefined) free.push(this);
    else this.send(next);
  }
}

let countedFrom = Infinity;
const free = Array.from({ length: of.connections }, () => new Line());
await Promise.all(free.map(({ socket }) => once(socket, 'connect')));
const cell = new Int32Array(new SharedArrayBuffer(4));
const startedAt = performance.now();
countedFrom = startedAt + WARM_UP_MS;
const gapMs = 1_000 / of.perSecond;
const total = Math.round((WARM_UP_MS / 1_000 + of.seconds) * of.perSecond);
const endsAt = startedAt + total * gapMs + TAIL_MS;
let sent = 0;

function step(done: () => void): void {
  for (; sent < total && startedAt + sent * gapMs <= performance.now(); sent++) {
    const due: Due = { at: startedAt + sent * gapMs, waitedMs: waitedMs() };
    secondOf(due.at)?.late.push(performance.now() - due.at);
    const line = free.pop();
    if (line) line.send(due);
    else waiting.push(due);
  }
  const now = performance.now();
  if ((sent === total && answered === total) || now > endsAt) return done();
  // Asleep, not spinning, also when the last has left: who answers may share this core, and would
  // never answer that one.
  const nextMs = sent === total ? GRAIN_MS : startedAt + sent * gapMs - now;
  const restMs = Math.min(GRAIN_MS, nextMs);
  if (restMs > 0) Atomics.wait(cell, 0, 0, restMs);
  waitedNow = undefined;
  setImmediate(step, done);
}

await new Promise<void>((done) => step(done));
const onTime = seconds.filter(({ late }) => quantile(late, 0.99) <= SENDER_LATE_MAX_MS);
const counted = onTime.length > 0 ? onTime : seconds;
const took = counted.flatMap((second) => second.took);
const onCore = counted.flatMap((second) => second.onCore);
fail('unanswered', sent - answered);
const arrived: Arrived = {
  sent,
  failed: Object.values(failures).reduce((sum, count) => sum + count, 0),
  failures,
  p50Ms: quantile(took, 0.5),
  p99Ms: quantile(took, 0.99),
  coreP99Ms: quantile(onCore, 0.99),
  senderP99Ms: quantile(
    counted.flatMap(({ late }) => late),
    0.99,
  ),
  counted: onTime.length,
  seconds: seconds.length,
};
process.stdout.write(`${JSON.stringify(arrived)}\n`, () => process.exit(0));
