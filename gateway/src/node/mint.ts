import { randomFillSync } from 'node:crypto';

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const TIME_DIGITS = 10;
const RANDOM_DIGITS = 14;
const POOL_BYTES = 8_192;

/**
 * Random ids for requests and traces. Bytes come from the system in pools: one call for each
 * request would be the dearest part of its head.
 */
export class Mint {
  readonly #now: () => number;
  readonly #pool = Buffer.alloc(POOL_BYTES);
  #next = POOL_BYTES;
  #timeMs = -1;
  #time = '';

  /** `now` gives ms since the epoch. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** `req_`, 50 bits of time, 70 random bits, like every id of the product. */
  requestId(): string {
    const start = this.#take(RANDOM_DIGITS);
    let id = this.#timeDigits();
    for (let i = start; i < start + RANDOM_DIGITS; i++) {
      id += ALPHABET.charAt((this.#pool[i] ?? 0) & 31);
    }
    return id;
  }

  /** Trace id and span id, 32 and 16 hex digits. */
  readonly trace = (): readonly [string, string] => {
    const start = this.#take(24);
    const hex = this.#pool.toString('hex', start, start + 24);
    return [hex.slice(0, 32), hex.slice(32)];
  };

  #take(bytes: number): number {
    if (this.#next + bytes > POOL_BYTES) {
      randomFillSync(this.#pool);
      this.#next = 0;
    }
    const start = this.#next;
    this.#next += bytes;
    return start;
  }

  #timeDigits(): string {
    const now = this.#now();
    if (now === this.#timeMs) return this.#time;
    let digits = '';
    let rest = now;
    for (let i = 0; i < TIME_DIGITS; i++) {
      digits = ALPHABET.charAt(rest % 32) + digits;
      rest = Math.floor(rest / 32);
    }
    this.#timeMs = now;
    this.#time = `req_${digits}`;
    return this.#time;
  }
}
