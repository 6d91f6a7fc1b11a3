import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { Messages } from './message.ts';

const SYNC = 'POST /internal/v1/sync';
const KEPT_MAX = 20;
const QUESTION = /^[A-Z]+ (\/[\w-]+){3}/;
const HEAD_CHARS = 100;

type Line = {
  near: Socket;
  far: Socket;
  /** Dead on both ends without either knowing. */
  halfOpen: boolean;
};

/**
 * A TCP proxy between two parts that hurts what passes: cut, delayed, doubled, without answers,
 * or half open. Healed, it passes everything.
 */
export class Wire {
  readonly #server: Server;
  readonly #target: () => number;
  readonly #lines = new Set<Line>();
  readonly #kept: Buffer[] = [];
  #isCut = false;
  #delayMs = 0;
  #losesAnswers = false;
  #doubles = false;
  /** Bytes that came from the near side in all. */
  sent = 0;
  /** Whole questions that passed, by method and path, such as `GET /internal/v1/keys`. */
  readonly questions = new Map<string, number>();
  /** Whole syncs that passed, and copies of them that were sent again. */
  syncs = 0;
  copies = 0;

  private constructor(target: () => number) {
    this.#target = target;
    this.#server = createServer((near) => this.#open(near));
  }

  /** Opens a wire to a port of this machine. */
  static async open(target: () => number): Promise<Wire> {
    const wire = new Wire(target);
    wire.#server.listen(0, '127.0.0.1');
    await once(wire.#server, 'listening');
    return wire;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Ends every connection and takes none. */
  cut(): void {
    this.#isCut = true;
    this.drop();
  }

  /** Ends every connection; new ones pass. */
  drop(): void {
    for (const { near, far } of this.#lines) {
      near.resetAndDestroy();
      // What was sent has arrived: the far side reads it, and answers nobody.
      far.end();
    }
    this.#lines.clear();
  }

  /** Everything takes this much longer, in both directions. */
  delay(ms: number): void {
    this.#delayMs = ms;
  }

  /** Questions pass; the connection ends when the answer comes. */
  loseAnswers(): void {
    this.#losesAnswers = true;
  }

  /** Each sync is sent twice at once, and an older one again behind it. */
  double(): void {
    this.#doubles = true;
  }

  /** The connections that are open now carry nothing any more, and nobody is told. */
  halfOpen(): void {
    for (const line of this.#lines) line.halfOpen = true;
  }

  heal(): void {
    this.#isCut = false;
    this.#delayMs = 0;
    this.#losesAnswers = false;
    this.#doubles = false;
  }

  async close(): Promise<void> {
    this.cut();
    this.#server.close();
    if (this.#server.listening) await once(this.#server, 'close');
  }

  #open(near: Socket): void {
    if (this.#isCut) {
      near.resetAndDestroy();
      return;
    }
    const far = connect(this.#target(), '127.0.0.1');
    const line: Line = { near, far, halfOpen: false };
    this.#lines.add(line);
    const messages = new Messages();
    near.on('data', (bytes: Buffer) => {
      this.sent += bytes.length;
      this.#pass(line, bytes, far);
      for (const message of messages.add(bytes)) this.#noteMessage(message);
    });
    far.on('data', (bytes: Buffer) => {
      if (!this.#losesAnswers) this.#pass(line, bytes, near);
      else this.#end(line);
    });
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on('error', () => {});
      one.on('close', () => {
        if (line.halfOpen) return;
        this.#lines.delete(line);
        other.destroy();
      });
    }
  }

  #end(line: Line): void {
    line.near.resetAndDestroy();
    line.far.destroy();
  }

  #pass(line: Line, bytes: Buffer, to: Socket): void {
    if (line.halfOpen) return;
    if (this.#delayMs === 0) to.write(bytes);
    else setTimeout(() => line.halfOpen || to.destroyed || to.write(bytes), this.#delayMs);
  }

  #noteMessage(message: Buffer): void {
    const [question = ''] = QUESTION.exec(message.toString('latin1', 0, HEAD_CHARS)) ?? [];
    this.questions.set(question, (this.questions.get(question) ?? 0) + 1);
    if (!message.subarray(0, SYNC.length).equals(Buffer.from(SYNC))) return;
    this.syncs += 1;
    if (!this.#doubles) return;
    this.#resend(message);
    this.#kept.push(message);
    if (this.#kept.length > KEPT_MAX) this.#kept.shift();
    // One of the past comes late, behind newer ones.
    const old = this.#kept[(this.syncs * 7) % this.#kept.length];
    if (old) this.#resend(old);
  }

  /** Sends a message once more, on a connection of its own. */
  #resend(message: Buffer): void {
    const again = connect(this.#target(), '127.0.0.1');
    again.on('error', () => {});
    again.once('data', () => {
      this.copies += 1;
      again.destroy();
    });
    again.write(message);
  }
}
