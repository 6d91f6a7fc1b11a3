import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { Caller } from '../gateway/test/web-socket.ts';
import { seeded } from './traffic.ts';

const UPLOAD_PART = Buffer.alloc(64 * 1024, 'upload');
const UPLOAD_PARTS = 32;
const SIP_MS = 20;
const MESSAGES = 15;
const LEAVES_WITHIN_MS = 500;

/** What the clients of one key saw. */
export type Asked = { sent: number; whole: number; wrong: number; bytes: number };
type KeyTexts = { staying: string; talking: string; leaving: string };
type Asking = { path: string; key: string; upload?: boolean; sip?: boolean };

const nothing = (): Asked => ({ sent: 0, whole: 0, wrong: 0, bytes: 0 });

/** Clients of every kind, each of which does the same again and again until it is told to stop. */
export class SoakTraffic {
  /** By those that see everything through. */
  readonly staying = nothing();
  /** By those that open WebSockets. */
  readonly talking = nothing();
  /** By those that leave in the middle. */
  readonly leaving = nothing();
  readonly #url: string;
  readonly #keys: KeyTexts;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #random = seeded(1);
  readonly #loops: Promise<void>[] = [];
  #stopping = false;

  constructor(url: string, keys: KeyTexts) {
    this.#url = url;
    this.#keys = keys;
  }

  start(): void {
    const key = this.#keys.staying;
    this.#loop(6, 10, () => this.#stay({ path: '/small', key }));
    this.#loop(2, 200, () => this.#stay({ path: '/large', key }));
    this.#loop(2, 200, () => this.#stay({ path: '/upload', key, upload: true }));
    this.#loop(4, 50, () => this.#stay({ path: '/sse', key }));
    this.#loop(3, 50, () => this.#stay({ path: '/slow', key }));
    this.#loop(2, 50, () => this.#stay({ path: '/large', key, sip: true }));
    this.#loop(3, 50, () => this.#converse());
    this.#loop(1, 50, () => this.#stranger());
    this.#loop(6, 20, () => this.#leave());
  }

  /** Lets each loop finish what it is at. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all(this.#loops);
    this.#agent.destroy();
  }

  #loop(count: number, restMs: number, act: () => Promise<void>): void {
    const run = async (): Promise<void> => {
      while (!this.#stopping) {
        await act();
        await pause(restMs);
      }
    };
    for (let at = 0; at < count; at++) this.#loops.push(run());
  }

  #ask({ path, key, upload = false }: Asking): ClientRequest {
    const asking = request(`${this.#url}${path}`, {
      agent: this.#agent,
      method: upload ? 'POST' : 'GET',
      headers: { authorization: `Bearer ${key}` },
    });
    asking.on('error', () => {});
    if (!upload) asking.end();
    return asking;
  }

  async #stay(of: Asking): Promise<void> {
    this.staying.sent += 1;
    const asking = this.#ask(of);
    if (of.upload) void this.#upload(asking);
    try {
      const answer = await answerTo(asking);
      for await (const chunk of answer) {
        this.staying.bytes += (chunk as Buffer).length;
        if (of.sip) await pause(SIP_MS);
      }
      if (answer.statusCode === 200) this.staying.whole += 1;
      else this.staying.wrong += 1;
    } catch {
      this.staying.wrong += 1;
    }
  }

  async #upload(asking: ClientRequest): Promise<void> {
    const closed = new Promise<void>((done) => asking.once('close', done));
    for (let at = 0; at < UPLOAD_PARTS && !asking.destroyed; at++) {
      if (asking.write(UPLOAD_PART)) continue;
      await Promise.race([closed, new Promise<void>((done) => asking.once('drain', done))]);
    }
    asking.end();
  }

  async #converse(): Promise<void> {
    this.talking.sent += 1;
    const caller = new Caller(`${this.#url}/ws`, this.#keys.talking);
    const closed = new Promise((done) => caller.socket.addEventListener('close', done));
    caller.socket.addEventListener('open', () => caller.socket.send('hello'));
    caller.socket.addEventListener('message', () => {
      if (caller.messages.length === MESSAGES) caller.socket.close();
    });
    await closed;
    if (caller.closed?.code === 1_000) this.talking.whole += 1;
    else this.talking.wrong += 1;
  }

  /** Has no key: costs the gateway an answer, and nobody anything. */
  async #stranger(): Promise<void> {
    const asking = this.#ask({ path: '/small', key: 'tg_live_unknown' });
    const answer = await answerTo(asking).catch(() => undefined);
    answer?.resume();
    if (answer?.statusCode !== 401) this.staying.wrong += 1;
  }

  async #leave(): Promise<void> {
    this.leaving.sent += 1;
    const paths = ['/small', '/large', '/upload', '/sse', '/slow'] as const;
    const path = paths[Math.floor(this.#random() * paths.length)] ?? '/small';
    const asking = this.#ask({ path, key: this.#keys.leaving, upload: path === '/upload' });
    asking.on('response', (answer) => answer.on('error', () => {}).resume());
    if (path === '/upload') void this.#upload(asking);
    await pause(this.#random() * LEAVES_WITHIN_MS);
    asking.destroy();
  }
}

function answerTo(asking: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    asking.once('response', resolve);
    asking.once('error', reject);
  });
}
