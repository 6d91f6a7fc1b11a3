const FIN = 0x80;
const OPCODE = 0x0f;
const [CLOSE, PONG] = [0x08, 0x0a];
/** RFC 6455, 5.5: what is longer is no control frame. */
const CONTROL_BYTES_MAX = 125;
const MASKED = 0x80;
const LENGTH = 0x7f;
const LENGTH_16 = 126;
const LENGTH_64 = 127;
const MASK_BYTES = 4;
const HEAD_BYTES_MAX = 14;

/**
 * Counts what passes in one direction of a WebSocket (RFC 6455, section 5), and changes nothing:
 * whole messages, and bytes of their payload as it was sent, compressed or not. Pings, pongs and
 * closes are not counted, as long as they are what the RFC allows: others would be a way past it.
 */
export class FrameScan {
  messages = 0;
  bytes = 0;
  readonly #head = new Uint8Array(HEAD_BYTES_MAX);
  #headBytes = 0;
  #headWanted = 2;
  #payloadLeft = 0;
  #counts = false;
  #last = false;

  /** Between two frames: here another one may be put in. */
  get atBoundary(): boolean {
    return this.#headBytes === 0 && this.#payloadLeft === 0;
  }

  /**
   * Takes the next bytes: up to the end of message `most`, and of pings, pongs and closes behind
   * it. Out: how many it took.
   */
  feed(chunk: Uint8Array, most = Number.MAX_SAFE_INTEGER): number {
    let at = 0;
    while (at < chunk.length) {
      const isEnough = this.messages >= most && this.atBoundary;
      if (isEnough && !controls(chunk[at] ?? 0)) break;
      if (this.#payloadLeft > 0) {
        const passed = Math.min(this.#payloadLeft, chunk.length - at);
        at += passed;
        this.#payload(passed);
      } else {
        this.#head[this.#headBytes] = chunk[at] ?? 0;
        this.#headBytes += 1;
        at += 1;
        if (this.#headBytes === 2) this.#headWanted = headBytesOf(this.#head[1] ?? 0);
        if (this.#headBytes === this.#headWanted) this.#begin();
      }
    }
    return at;
  }

  #begin(): void {
    const first = this.#head[0] ?? 0;
    this.#last = (first & FIN) !== 0;
    this.#payloadLeft = payloadBytesOf(this.#head);
    this.#counts = !controls(first) || this.#payloadLeft > CONTROL_BYTES_MAX;
    this.#headBytes = 0;
    this.#headWanted = 2;
    if (this.#payloadLeft === 0) this.#ended();
  }

  #payload(passed: number): void {
    this.#payloadLeft -= passed;
    if (this.#counts) this.bytes += passed;
    if (this.#payloadLeft === 0) this.#ended();
  }

  #ended(): void {
    if (this.#counts && this.#last) this.messages += 1;
  }
}

/** Whether the first byte of a frame says close, ping or pong, whole. */
function controls(first: number): boolean {
  const opcode = first & OPCODE;
  return opcode >= CLOSE && opcode <= PONG && (first & FIN) !== 0;
}

function headBytesOf(second: number): number {
  const length = second & LENGTH;
  const extended = length === LENGTH_64 ? 8 : length === LENGTH_16 ? 2 : 0;
  return 2 + extended + ((second & MASKED) === 0 ? 0 : MASK_BYTES);
}

function payloadBytesOf(head: Uint8Array): number {
  const view = new DataView(head.buffer);
  const length = (head[1] ?? 0) & LENGTH;
  if (length === LENGTH_16) return view.getUint16(2);
  return length === LENGTH_64 ? Number(view.getBigUint64(2)) : length;
}

/** The code with which an endpoint that goes away closes. */
export const GOING_AWAY = 1001;
/** The code for a client that may not go on. */
export const POLICY_VIOLATION = 1008;

/** A frame that closes, as a server sends it, or as a client does, masked. */
export function closeFrame(code: number, reason: string, masked = false): Uint8Array {
  const text = new TextEncoder().encode(reason);
  const head = masked ? [0x88, MASKED | (2 + text.length), 0, 0, 0, 0] : [0x88, 2 + text.length];
  // Masked with zeros the payload stays as it is; the mask protects nothing on this side.
  return Uint8Array.from([...head, code >> 8, code & 0xff, ...text]);
}
