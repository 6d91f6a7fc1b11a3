import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { closeFrame, FrameScan } from '../core/frame-scan.ts';
import type { Allowance } from '../core/span.ts';
import { closeGently } from './connection.ts';
import type { Handover } from './handover.ts';

/** How long an upstream that was told to close may neither send nor take anything. */
const CLOSE_MS = 1_000;
/** How often it may be seen to do so. */
const CLOSE_LOOKS_MAX = 20;

/**
 * Ends the connection behind what is still on its way there. An upstream that takes its time gets
 * all of it: what it sends meanwhile is read, for a connection that is closed with something
 * unread is reset, and what was counted as passed would be lost.
 */
function endSoon(upstream: Duplex): void {
  if (upstream.destroyed || upstream.writableEnded) return;
  upstream.end();
  let heard = false;
  upstream.on('data', () => (heard = true));
  let [looks, queued] = [0, upstream.writableLength];
  const timer = setInterval(() => {
    looks += 1;
    const moves = heard || upstream.writableLength < queued;
    if (!moves || looks >= CLOSE_LOOKS_MAX) upstream.destroy();
    [heard, queued] = [false, upstream.writableLength];
  }, CLOSE_MS);
  timer.unref();
  upstream.once('close', () => clearInterval(timer));
}

export interface TunnelWatch {
  progressed(): void;
  /** The upstream has ended the connection, or it was lost; told once. */
  upstreamLeft(lost: boolean): void;
  /** So much the client may have sent in all, until it is asked anew. */
  allowance(): Allowance;
  /** The client has used that up, and waits for `replenished`. */
  usedUp(): void;
}

/**
 * The connection of a WebSocket between client and upstream: bytes pass as they come, in both
 * directions with backpressure, and are counted. It takes no part in the conversation but to end
 * it.
 */
export class Tunnel {
  readonly fromClient = new FrameScan();
  readonly fromUpstream = new FrameScan();
  readonly #client: Socket;
  readonly #upstream: Duplex;
  readonly #watch: TunnelWatch;
  #over = false;
  /** The client has ended its side. */
  #ended = false;
  /** Bytes of the client that may not pass yet. */
  #waiting: Buffer | undefined;

  constructor(client: Socket, upstream: Duplex, watch: TunnelWatch) {
    this.#client = client;
    this.#upstream = upstream;
    this.#watch = watch;
  }

  open(handover: Handover): void {
    const [client, upstream] = [this.#client, this.#upstream];
    upstream.on('error', () => this.#upstreamLeft(true));
    upstream.on('end', () => this.#upstreamLeft(false));
    upstream.on('close', () => this.#upstreamLeft(true));
    upstream.on('data', (chunk: Buffer) => this.#fromUpstream(chunk));
    if (client.readableEnded) this.#clientEnded();
    else client.once('end', () => this.#clientEnded());
    handover.flow((chunk) => this.#fromClient(chunk));
  }

  #fromUpstream(chunk: Buffer): void {
    if (this.#over) return;
    this.#watch.progressed();
    this.fromUpstream.feed(chunk);
    if (this.#client.write(chunk)) return;
    this.#upstream.pause();
    this.#client.once('drain', () => this.#upstream.resume());
  }

  #fromClient(chunk: Buffer): void {
    if (this.#over) return;
    this.#watch.progressed();
    // What came before the WebSocket was open comes in pieces, whoever is paused.
    if (this.#waiting) this.#waiting = Buffer.concat([this.#waiting, chunk]);
    else this.#pass(chunk);
  }

  #pass(chunk: Buffer): void {
    // Heads of frames count as well here: so many bytes have at most so much payload.
    const { bytes, messages } = this.#watch.allowance();
    const room = Math.max(0, bytes - this.fromClient.bytes);
    const taken = this.fromClient.feed(chunk.subarray(0, room), messages);
    const now = chunk.subarray(0, taken);
    if (!this.#upstream.write(now)) {
      this.#client.pause();
      this.#upstream.once('drain', () => this.#goOn());
    }
    if (taken === chunk.length) {
      if (this.#ended) endSoon(this.#upstream);
      return;
    }
    this.#waiting = chunk.subarray(taken);
    this.#client.pause();
    this.#watch.usedUp();
  }

  /** What the client may send has been set anew. */
  replenished(): void {
    const waiting = this.#waiting;
    if (!waiting || this.#over) return;
    const { bytes, messages } = this.#watch.allowance();
    if (bytes <= this.fromClient.bytes || messages <= this.fromClient.messages) return;
    this.#waiting = undefined;
    this.#pass(waiting);
    this.#goOn();
  }

  #goOn(): void {
    const stopped = this.#over || this.#waiting !== undefined || this.#upstream.writableNeedDrain;
    if (!stopped) this.#client.resume();
  }

  /** The client sends no more, and waits for nothing but the end; what it sent passes first. */
  #clientEnded(): void {
    this.#ended = true;
    if (!this.#waiting) endSoon(this.#upstream);
  }

  #upstreamLeft(lost: boolean): void {
    if (this.#over) return;
    this.#over = true;
    this.#watch.upstreamLeft(lost && !this.#ended);
  }

  /** Tells both sides why it ends, where a frame can be put in. */
  farewell(code: number, reason: string): void {
    this.#over = true;
    if (this.fromUpstream.atBoundary) this.#client.write(closeFrame(code, reason));
    if (this.fromClient.atBoundary) this.#upstream.write(closeFrame(code, reason, true));
  }

  /** Lets go of the upstream; the client's connection goes with `hangUp`. */
  leaveUpstream(): void {
    this.#over = true;
    endSoon(this.#upstream);
    // Nobody takes what it still sends.
    this.#upstream.resume();
  }

  hangUp(): void {
    closeGently(this.#client);
  }
}
