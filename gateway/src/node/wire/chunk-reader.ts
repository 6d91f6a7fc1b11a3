import type { RawHeaders } from '../../core/headers.ts';
import { readFields, ResponseFault } from './response-head.ts';

const LINE_MAX = 4 * 1024;
const TRAILERS_MAX = 64 * 1024;
const LF = 10;
const TOKEN = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";
const QUOTED =
  '"(?:[\\t\\u0020!\\u0023-\\u005b\\u005d-\\u007e\\u0080-\\u00ff]|\\\\[\\t\\u0020-\\u007e])*"';
// 13 digits are 52 bits: every size is exact. Extensions are read, and mean nothing.
const SIZE = new RegExp(`^([0-9a-fA-F]{1,13})(?:;${TOKEN}(?:=(?:${TOKEN}|${QUOTED}))?)*$`);

type Phase = 'size' | 'data' | 'after' | 'trailers' | 'over';

/** A body in chunks (RFC 9112 section 7.1), read strictly: every line ends with CRLF. */
export class ChunkReader {
  #phase: Phase = 'size';
  #line = '';
  #left = 0;
  #trailers = '';
  readonly #take: (bytes: Buffer) => void;

  constructor(take: (bytes: Buffer) => void) {
    this.#take = take;
  }

  /** The trailers, when all of it was read. */
  get trailers(): RawHeaders | undefined {
    return this.#phase === 'over' ? readFields(this.#trailers, 0) : undefined;
  }

  /** Takes bytes from this place on. Out: where it stopped. Throws ResponseFault. */
  feed(bytes: Buffer, from: number): number {
    let at = from;
    while (at < bytes.length && this.#phase !== 'over') {
      at = this.#phase === 'data' ? this.#data(bytes, at) : this.#untilLine(bytes, at);
    }
    return at;
  }

  #data(bytes: Buffer, at: number): number {
    const end = Math.min(bytes.length, at + this.#left);
    this.#left -= end - at;
    if (this.#left === 0) this.#phase = 'after';
    this.#take(bytes.subarray(at, end));
    return end;
  }

  #untilLine(bytes: Buffer, at: number): number {
    const end = bytes.indexOf(LF, at);
    this.#line += bytes.toString('latin1', at, end < 0 ? bytes.length : end);
    if (this.#line.length > LINE_MAX) throw new ResponseFault('a line of chunks that is too long');
    if (end < 0) return bytes.length;
    if (!this.#line.endsWith('\r')) throw new ResponseFault('a line that does not end with CRLF');
    const line = this.#line.slice(0, -1);
    this.#line = '';
    this.#lineEnds(line);
    return end + 1;
  }

  #lineEnds(line: string): void {
    if (this.#phase === 'size') {
      const size = SIZE.exec(line)?.[1];
      if (size === undefined) throw new ResponseFault('a chunk without a size');
      this.#left = Number.parseInt(size, 16);
      this.#phase = this.#left === 0 ? 'trailers' : 'data';
    } else if (this.#phase === 'after') {
      if (line !== '') throw new ResponseFault('a chunk that is longer than it says');
      this.#phase = 'size';
    } else if (line === '') this.#phase = 'over';
    else {
      this.#trailers += `${line}\r\n`;
      if (this.#trailers.length > TRAILERS_MAX) throw new ResponseFault('trailers too large');
    }
  }
}
