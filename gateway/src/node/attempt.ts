import type { Duplex } from 'node:stream';
import type { RawHeaders } from '../core/headers.ts';
import type { Asked, Asker, Caller, Hold } from './wire/asked.ts';

/** Who takes requests to one upstream. */
export interface Upstream {
  dispatch(asked: Asked, caller: Caller): void;
}

/**
 * One try at one upstream. A try that was given up tells nothing more, so the next one need not
 * tell the two apart.
 */
export class Attempt implements Caller {
  readonly #asker: Asker;
  #hold: Hold | undefined;
  #over = false;

  constructor(asker: Asker) {
    this.#asker = asker;
  }

  begin(upstream: Upstream, asked: Asked): void {
    upstream.dispatch(asked, this);
  }

  /** Cuts the connection to the upstream, if this try has one. */
  giveUp(): void {
    if (this.#over) return;
    this.#over = true;
    this.#hold?.cut();
  }

  get over(): boolean {
    return this.#over;
  }

  /** Whether it had a connection: until then nothing was sent. */
  get sent(): boolean {
    return this.#hold !== undefined;
  }

  pause(): void {
    if (!this.#over) this.#hold?.pause();
  }

  resume(): void {
    if (!this.#over) this.#hold?.resume();
  }

  begun(hold: Hold): void {
    this.#hold = hold;
    if (this.#over) hold.cut();
  }

  informed(status: number, raw: RawHeaders): void {
    if (!this.#over) this.#asker.informed(status, raw);
  }

  answered(status: number, reason: string, raw: RawHeaders): void {
    if (!this.#over) this.#asker.answered(status, reason, raw);
  }

  upgraded(raw: RawHeaders, socket: Duplex): void {
    this.#over = true;
    this.#asker.upgraded(raw, socket);
  }

  received(chunk: Buffer): void {
    if (!this.#over) this.#asker.received(chunk);
  }

  ended(rawTrailers: RawHeaders): void {
    if (this.#over) return;
    this.#over = true;
    this.#asker.ended(rawTrailers);
  }

  failed(error: Error): void {
    if (this.#over) return;
    this.#over = true;
    this.#asker.failed(error);
  }
}
