import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';

export type BodyWatch = {
  readonly maxBytes: number;
  /** The upstream is there and takes the body; called once. */
  wanted(): void;
  /** Bytes arrived; the upstream wait starts anew. */
  progressed(): void;
  /** The body is over the limit; called once, the byte that was too many is not passed on. */
  tooLarge(): void;
};

const BUFFER_BYTES = 64 * 1024;

/**
 * The client's body on its way to the upstream, counted, with backpressure. A stream of its own
 * because undici destroys the body of a request it gives up, and an IncomingMessage that is
 * destroyed takes the client's connection, and our answer, with it.
 */
export class RequestBody extends Readable {
  readonly #incoming: IncomingMessage;
  readonly #watch: BodyWatch;
  #bytes = 0;
  #begun = false;

  constructor(incoming: IncomingMessage, watch: BodyWatch) {
    super({ highWaterMark: BUFFER_BYTES });
    this.#incoming = incoming;
    this.#watch = watch;
  }

  /** Whether any of it was asked for; until then another upstream can be given all of it. */
  get begun(): boolean {
    return this.#begun;
  }

  /** Bytes taken from the client so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether the upstream, not the client, is who the other one waits for. */
  get blocked(): boolean {
    return this.readableLength >= BUFFER_BYTES;
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#watch.progressed();
    if (this.#bytes + chunk.length > this.#watch.maxBytes) {
      this.#detach();
      this.#watch.tooLarge();
      return;
    }
    this.#bytes += chunk.length;
    if (!this.push(chunk)) this.#incoming.pause();
  };

  readonly #onEnd = (): void => {
    this.push(null);
  };

  override _read(): void {
    if (!this.#begun) {
      this.#begun = true;
      this.#incoming.on('data', this.#onData);
      this.#incoming.on('end', this.#onEnd);
      this.#watch.wanted();
    }
    this.#incoming.resume();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#detach();
    done(error);
  }

  /** What still comes is left to the server, which discards it. */
  #detach(): void {
    this.#incoming.off('data', this.#onData);
    this.#incoming.off('end', this.#onEnd);
  }
}
