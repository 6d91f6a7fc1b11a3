import type { ServerResponse } from 'node:http';
import type { AnswerHead } from '../core/headers.ts';
import { finish } from './connection.ts';
import type { NodeExchange } from './exchange.ts';

/** Where the bytes come from; told to wait while the client does not take them. */
export interface Source {
  pause(): void;
  resume(): void;
  /** Told once, if not all of the answer came in one piece. */
  outlasts(): void;
}

/** More than this is not worth a copy. */
const TEXT_BYTES_MAX = 8 * 1024;

const flushLater = (delivery: Delivery): void => delivery.flush();

/**
 * The upstream's answer on its way to the client, straight onto the client's connection. Its last
 * bytes stay here until `end`, so that nothing looks complete before it is recorded.
 */
export class Delivery {
  readonly #exchange: NodeExchange;
  readonly #outgoing: ServerResponse;
  readonly #source: Source;
  /** What the client is sent; null while nothing is decided. */
  status: number | null = null;
  /** Bytes of the body that were passed on. */
  bytes = 0;
  #expected: number | undefined;
  #received = 0;
  /** The newest chunk, kept until it is known not to be the last. */
  #held: Buffer | undefined;
  #headFlushed = false;
  #outlasts = false;
  #flushing = false;
  #paused = false;
  #pausedAt = 0;
  #waitedMs = 0;
  #closed = false;

  constructor(exchange: NodeExchange, source: Source) {
    this.#exchange = exchange;
    this.#outgoing = exchange.outgoing;
    this.#source = source;
  }

  /** Whether the client, not the upstream, is who the other one waits for. */
  get blocked(): boolean {
    return this.#paused;
  }

  /** For how long in all the upstream has waited until the client took what was there; ms. */
  get waitedMs(): number {
    return this.#waitedMs + (this.#paused ? performance.now() - this.#pausedAt : 0);
  }

  /** Takes the head of the answer. Throws on a field that may not be written: nothing was sent. */
  begin(status: number, reason: string | undefined, head: AnswerHead): void {
    const bodiless = this.#exchange.method === 'HEAD' || status === 204 || status === 304;
    this.#expected = bodiless ? 0 : head.contentLength;
    if (reason) this.#outgoing.writeHead(status, reason, head.headers);
    else this.#outgoing.writeHead(status, head.headers);
    this.status = status;
    this.#flushSoon();
  }

  take(chunk: Buffer): void {
    this.#received += chunk.length;
    if (this.#held) this.#write(this.#held);
    this.#held = chunk;
    if (!this.#complete) this.#flushSoon();
  }

  /** The last bytes count as passed on from here; `end` sends them. */
  close(): void {
    this.#closed = true;
    this.bytes += this.#held?.length ?? 0;
  }

  /** Sends what is held, and the end. */
  end(trailers: [string, string][]): void {
    if (trailers.length > 0) this.#outgoing.addTrailers(trailers);
    finish(this.#exchange, this.#last(), 'latin1');
  }

  /**
   * A small body goes out as text, one character for each byte: Node puts it behind the head into
   * one string and one plain write, where bytes take a gathering write of two pieces.
   */
  #last(): string | Buffer | undefined {
    const held = this.#held;
    if (held === undefined || held.length > TEXT_BYTES_MAX || this.#headFlushed) return held;
    return held.toString('latin1');
  }

  /**
   * Sends the head of what is about to be torn, if it has not left: over an answer without a byte a
   * client may well ask again by itself (RFC 9110 section 9.2.2).
   */
  showHead(): void {
    if (!this.#headFlushed) this.#outgoing.flushHeaders();
  }

  /** Nothing more is sent. */
  stop(): void {
    this.#closed = true;
    this.#held = undefined;
  }

  /** All of an announced body is here: what is held is its end, and stays. */
  get #complete(): boolean {
    return this.#received === this.#expected;
  }

  #flushSoon(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    // After the parser is through with the bytes at hand: when they held the whole response, the
    // end is known by then and head and body leave in one write.
    process.nextTick(flushLater, this);
  }

  /** Sends what has come; events of a stream do not wait for the next one. */
  flush(): void {
    this.#flushing = false;
    if (this.#closed || this.#complete) return;
    if (!this.#outlasts) this.#source.outlasts();
    this.#outlasts = true;
    if (this.#held) {
      const chunk = this.#held;
      this.#held = undefined;
      this.#write(chunk);
    } else if (!this.#headFlushed) this.#outgoing.flushHeaders();
    this.#headFlushed = true;
  }

  #write(chunk: Buffer): void {
    this.#headFlushed = true;
    this.bytes += chunk.length;
    if (this.#outgoing.write(chunk) || this.#paused) return;
    this.#paused = true;
    this.#pausedAt = performance.now();
    this.#source.pause();
    this.#outgoing.once('drain', () => {
      this.#waitedMs = this.waitedMs;
      this.#paused = false;
      this.#source.resume();
    });
  }
}
