import type { Duplex } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { RawHeaders } from '../core/headers.ts';
import type { RequestBody } from './request-body.ts';
import { textsOf } from './upstream-head.ts';

type Controller = Dispatcher.DispatchController;

/** What is asked of an upstream. */
export type Asked = {
  readonly method: string;
  readonly path: string;
  readonly headers: RawHeaders;
  readonly body: RequestBody | null;
  /** The protocol to go on with, if the upstream agrees. */
  readonly upgrade?: 'websocket' | null;
};

/** Who asked, told what becomes of it; after the last three nothing more comes. */
export interface Asker {
  informed(status: number, raw: RawHeaders): void;
  answered(status: number, reason: string | undefined, raw: RawHeaders): void;
  received(chunk: Buffer): void;
  ended(rawTrailers: RawHeaders): void;
  failed(error: Error): void;
  /** The upstream agreed; the connection is the asker's from here on. */
  upgraded(raw: RawHeaders, socket: Duplex): void;
}

/**
 * One try at one upstream: the only place that knows how the connection to it is driven. A try
 * that was given up tells nothing more, so the next one need not tell the two apart.
 */
export class Attempt implements Dispatcher.DispatchHandler {
  readonly #asker: Asker;
  #controller: Controller | undefined;
  #over = false;

  constructor(asker: Asker) {
    this.#asker = asker;
  }

  begin(upstream: Dispatcher, asked: Asked): void {
    upstream.dispatch(asked, this);
  }

  /** Cuts the connection to the upstream, if this try has one. */
  giveUp(): void {
    if (this.#over) return;
    this.#over = true;
    this.#controller?.abort(new Error('given up'));
  }

  pause(): void {
    this.#controller?.pause();
  }

  resume(): void {
    if (!this.#over) this.#controller?.resume();
  }

  onRequestStart(controller: Controller): void {
    this.#controller = controller;
    // Given up while it waited for a connection: undici cannot take a request off its queue.
    if (this.#over) controller.abort(new Error('given up'));
  }

  onResponseStart(controller: Controller, status: number, ...rest: [unknown, string?]): void {
    if (this.#over) return;
    const raw = textsOf(controller.rawHeaders);
    if (status < 200) this.#asker.informed(status, raw);
    else this.#asker.answered(status, rest[1], raw);
  }

  onRequestUpgrade(...[controller, , , socket]: [Controller, number, unknown, Duplex]): void {
    if (this.#over) {
      socket.destroy();
      return;
    }
    this.#over = true;
    this.#asker.upgraded(textsOf(controller.rawHeaders), socket);
  }

  onResponseData(_controller: Controller, chunk: Buffer): void {
    if (!this.#over) this.#asker.received(chunk);
  }

  onResponseEnd(controller: Controller): void {
    if (this.#over) return;
    this.#over = true;
    this.#asker.ended(textsOf(controller.rawTrailers));
  }

  onResponseError(_controller: Controller | undefined, error: Error): void {
    if (this.#over) return;
    this.#over = true;
    this.#asker.failed(error);
  }
}
