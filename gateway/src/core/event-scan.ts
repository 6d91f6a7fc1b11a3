import type { PointerNode } from './json-pointer.ts';
import { JsonScan } from './json-scan.ts';
import type { Reading } from './value.ts';

const LF = 0x0a;
const CR = 0x0d;
const COLON = 0x3a;
const SPACE = 0x20;
const DATA = [0x64, 0x61, 0x74, 0x61];
const LINE_BREAK = Uint8Array.of(LF);
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

type State =
  /** In the name of the line's field, which may still be `data`. */
  | 'name'
  | 'before data'
  | 'data'
  /** In a line that says nothing here: a comment or another field. */
  | 'other';

/**
 * Finds, in a stream of server-sent events that comes in pieces, the values at some pointers in
 * the last event that has them. Events that are no JSON (`[DONE]`) have none; several data lines
 * of an event are one document. Keeps no event: constant memory however long the stream is.
 */
export class EventScan {
  readonly #scan: JsonScan;
  readonly #last: (Reading | undefined)[] = [];
  #state: State = 'name';
  #nameAt = 0;
  /** Bytes of the line so far; a blank line ends the event. */
  #lineBytes = 0;
  #dataLines = 0;
  #sawReturn = false;
  /** Place in the byte order mark that a stream may begin with; undefined behind it. */
  #markAt: number | undefined = 0;

  constructor(root: PointerNode) {
    this.#scan = new JsonScan(root);
  }

  feed(bytes: Uint8Array): void {
    let dataFrom = 0;
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at] ?? 0;
      const ends = byte === LF || byte === CR;
      const pairs = byte === LF && this.#sawReturn;
      this.#sawReturn = byte === CR;
      if (pairs) {
        dataFrom = at + 1;
        continue;
      }
      if (ends) {
        if (this.#state === 'data') this.#scan.feed(bytes.subarray(dataFrom, at));
        this.#endLine();
      } else {
        this.#lineBytes += 1;
        if (this.#inLine(byte)) dataFrom = byte === SPACE ? at + 1 : at;
      }
      if (ends) dataFrom = at + 1;
    }
    if (this.#state === 'data') this.#scan.feed(bytes.subarray(dataFrom));
  }

  /**
   * What the last events that had it said, at the end of the stream or so far. An event that no
   * blank line ended is none: it may be cut short, and no client acts on it.
   */
  finish(): readonly (Reading | undefined)[] {
    return this.#last;
  }

  /** Takes one byte of a line; true when data begins with it, or behind it if it is a space. */
  #inLine(byte: number): boolean {
    if (this.#markAt !== undefined) {
      this.#markAt = byte === BYTE_ORDER_MARK[this.#markAt] ? this.#markAt + 1 : undefined;
      if (this.#markAt !== undefined) return false;
    }
    if (this.#state === 'before data') {
      this.#state = 'data';
      return true;
    }
    if (this.#state !== 'name') return false;
    if (this.#nameAt === DATA.length && byte === COLON) {
      this.#beginData();
      this.#state = 'before data';
    } else if (byte === DATA[this.#nameAt]) this.#nameAt += 1;
    else this.#state = 'other';
    return false;
  }

  #beginData(): void {
    if (this.#dataLines === 0) this.#scan.reset();
    else this.#scan.feed(LINE_BREAK);
    this.#dataLines += 1;
  }

  #endLine(): void {
    if (this.#lineBytes === 0) this.#endEvent();
    this.#lineBytes = 0;
    this.#nameAt = 0;
    this.#state = 'name';
  }

  #endEvent(): void {
    if (this.#dataLines === 0) return;
    this.#dataLines = 0;
    const found = this.#scan.finish() ?? [];
    for (const [id, reading] of found.entries()) if (reading) this.#last[id] = reading;
  }
}
