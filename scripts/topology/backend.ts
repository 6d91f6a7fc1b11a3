import { EventEmitter, once } from 'node:events';
import { Agent, get } from 'node:http';

const LOOK_EVERY_MS = 100;
const LOOK_WITHIN_MS = 2_000;

export interface BackendOf {
  name: string;
  /** Where it takes requests. */
  host: string;
  port: number;
  /** Answers 200 while it should get requests. */
  readyUrl: string;
}

/** One process behind a balancer. */
export class Backend {
  readonly of: BackendOf;
  /** Its kept connections. */
  readonly agent = new Agent({ keepAlive: true });
  /** Told whenever `usable` or `busy` may have changed. */
  readonly changed = new EventEmitter().setMaxListeners(0);
  readonly #ended = new AbortController();
  #ready = false;
  #out = false;
  #busy = 0;

  constructor(of: BackendOf) {
    this.of = of;
    void this.#look();
  }

  /** Requests under way. */
  get busy(): number {
    return this.#busy;
  }

  /** Whether it should get requests. */
  get usable(): boolean {
    return this.#ready && !this.#out;
  }

  begin(): void {
    this.#busy += 1;
  }

  end(): void {
    this.#busy -= 1;
    this.changed.emit('change');
  }

  /** It did not take a connection: no more, until it says that it is ready. */
  failed(): void {
    this.#ready = false;
  }

  /** Gives it nothing more. Resolves when nothing is under way, or at the deadline. */
  async drain(withinMs: number): Promise<void> {
    this.#out = true;
    const late = AbortSignal.any([AbortSignal.timeout(withinMs), this.#ended.signal]);
    while (this.#busy > 0 && !late.aborted) await this.#change(late);
    // An idle connection would keep a process that stops waiting for a request on it.
    this.agent.destroy();
  }

  /** Gives it requests again, once it says anew that it is ready. Rejects at the deadline. */
  async readmit(withinMs: number): Promise<void> {
    this.#ready = false;
    this.#out = false;
    const late = AbortSignal.timeout(withinMs);
    while (!this.#ready && !late.aborted) await this.#change(late);
    if (!this.#ready) throw new Error(`${this.of.name} is not ready after ${withinMs} ms`);
  }

  close(): void {
    this.#ended.abort();
    this.agent.destroy();
  }

  async #change(late: AbortSignal): Promise<void> {
    await once(this.changed, 'change', { signal: late }).catch(() => undefined);
  }

  async #look(): Promise<void> {
    while (!this.#ended.signal.aborted) {
      const was = this.#ready;
      this.#ready = await answers200(this.of.readyUrl);
      if (this.#ready !== was) this.changed.emit('change');
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }
}

// Not by `fetch`: ten a second for each process would be most of what a quiet balancer does.
function answers200(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = get(url, { agent: false, timeout: LOOK_WITHIN_MS }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => resolve(false));
  });
}
