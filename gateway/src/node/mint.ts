import { randomBytes, randomFillSync } from 'node:crypto';

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const TIME_DIGITS = 10;
const RANDOM_DIGITS = 14;
const POOL_BYTES = 8_192;
/** The digit of each random byte. */
const DIGITS = Uint8Array.from({ length: 256 }, (_, byte) => ALPHABET.charCodeAt(byte & 31));

/**
 * Random ids for requests and traces. Bytes come from the system in pools: one call for each
 * request would be the dearest part of its head.
 */
export class Mint {
  readonly #now: () => number;
  readonly #pool = Buffer.alloc(POOL_BYTES);
  #next = POOL_BYTES;
  /** Random digits, ready to be cut off. */
  #digits = '';
  #nextDigit = 0;
  #timeMs = -1;
  #time = '';

  /** `now` gives ms since the epoch. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** `req_`, 50 bits of time, 70 random bits, like every id of the product. */
  requestId(): string {
    if (this.#nextDigit + RANDOM_DIGITS > this.#digits.length) this.#mintDigits();
    const start = this.#nextDigit;
    this.#nextDigit += RANDOM_DIGITS;
    return this.#timeDigits() + this.#digits.slice(start, start + RANDOM_DIGITS);
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

  #mintDigits(): void {
    const digits = randomBytes(POOL_BYTES);
    // Not by entries(): a pair for each byte would be more garbage than a request makes.
    for (let at = 0; at < POOL_BYTES; at++) digits[at] = DIGITS[digits[at] ?? 0] ?? 0;
    this.#digits = digits.toString('latin1');
    this.#nextDigit = 0;
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
