import { beginNumber, isWholeNumber, type NumberState, numberStep } from './json-number.ts';
import type { PointerNode } from './json-pointer.ts';
import { JsonText } from './json-text.ts';
import { plainReading, type Reading } from './value.ts';

/** What is looked for is a number: longer text is none, and is not kept. */
const TEXT_BYTES_MAX = 200;
const KEY_BYTES_MAX = 1_000;
const DEPTH_MAX = 500;

const QUOTE = 0x22;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];
const LITERALS = new Map([
  [0x74, 'true'],
  [0x66, 'false'],
  [0x6e, 'null'],
]);
const NOT_A_NUMBER: Reading = { fault: 'not_a_number' };
const AMBIGUOUS: Reading = { fault: 'ambiguous' };

type State =
  | 'value'
  | 'first item'
  | 'first key'
  | 'key'
  | 'colon'
  | 'after'
  | 'string'
  | 'key string'
  | 'number'
  | 'literal'
  | 'failed';

type Level = {
  readonly object: boolean;
  readonly node: PointerNode | undefined;
  index: number;
  /** Names that lead on and that this object has had. */
  readonly had: Set<PointerNode> | undefined;
};

const isSpace = (byte: number): boolean =>
  byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

/**
 * Finds the values at some pointers in a JSON document that comes in pieces, and keeps nothing
 * else of it: constant memory however long the document is. Strict (RFC 8259), so that what is
 * not JSON is said to be none. A name that an object has twice leads to no value: JSON.parse takes
 * the last one and other readers the first, and what is billed may not depend on who reads it.
 */
export class JsonScan {
  readonly #root: PointerNode;
  readonly #levels: Level[] = [];
  readonly #text = new JsonText();
  #found: (Reading | undefined)[] = [];
  #state: State = 'value';
  /** Where in the tree the value is that is read now. */
  #node: PointerNode | undefined;
  #number: NumberState = 'minus';
  #literal = '';
  #literalAt = 0;
  #began = false;
  #markAt = 0;

  constructor(root: PointerNode) {
    this.#root = root;
    this.#node = root;
  }

  /** Begins a new document. */
  reset(): void {
    this.#levels.length = 0;
    this.#found = [];
    this.#state = 'value';
    this.#node = this.#root;
    this.#began = false;
    this.#markAt = 0;
  }

  /** Whether anything but white space has come. */
  get began(): boolean {
    return this.#began;
  }

  feed(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at++) {
      if (this.#state === 'failed') return;
      if (this.#state === 'string' || this.#state === 'key string') {
        const end = this.#text.string(bytes, at);
        if (end === -1) return this.#fail();
        if (end === bytes.length) return;
        this.#endString();
        at = end;
      } else this.#step(bytes[at] ?? 0);
    }
  }

  /**
   * The readings by pointer, once the document is at its end; undefined when it is no whole JSON
   * document. A pointer that leads nowhere, or to null, has none.
   */
  finish(): (Reading | undefined)[] | undefined {
    // A number at the top ends with the document.
    if (this.#state === 'number' && isWholeNumber(this.#number)) this.#endText();
    return this.#state === 'after' && this.#levels.length === 0 ? this.#found : undefined;
  }

  #fail(): void {
    this.#state = 'failed';
  }

  #step(byte: number): void {
    if (this.#state === 'number') return this.#numberByte(byte);
    if (this.#state === 'literal') return this.#literalByte(byte);
    if (isSpace(byte)) return undefined;
    if (!this.#began && byte === BYTE_ORDER_MARK[this.#markAt]) {
      this.#markAt += 1;
      return undefined;
    }
    this.#began = true;
    switch (this.#state) {
      case 'first item':
        return byte === 0x5d ? this.#close(false) : this.#begin(byte);
      case 'value':
        return this.#begin(byte);
      case 'first key':
        return byte === 0x7d ? this.#close(true) : this.#beginKey(byte);
      case 'key':
        return this.#beginKey(byte);
      case 'colon':
        this.#state = byte === 0x3a ? 'value' : 'failed';
        return undefined;
      default:
        return this.#after(byte);
    }
  }

  #after(byte: number): void {
    const level = this.#levels.at(-1);
    if (!level) return this.#fail();
    if (byte === 0x7d || byte === 0x5d) return this.#close(byte === 0x7d);
    if (byte !== 0x2c) return this.#fail();
    if (level.object) this.#state = 'key';
    else {
      level.index += 1;
      this.#node = level.node?.children.get(String(level.index));
      this.#state = 'value';
    }
    return undefined;
  }

  /** The next value stands at the node of this name; at none when the object has had the name. */
  #enterName(name: string | undefined): void {
    const { node, had } = this.#levels.at(-1) ?? {};
    const next = name === undefined ? undefined : node?.children.get(name);
    this.#node = next && had?.has(next) ? undefined : next;
    if (!next) return;
    had?.add(next);
    if (!this.#node) for (const id of next.below) this.#found[id] = AMBIGUOUS;
  }

  #tell(reading: Reading | undefined): void {
    if (this.#node) for (const id of this.#node.ids) this.#found[id] = reading;
  }

  #begin(byte: number): void {
    if (byte === 0x7b || byte === 0x5b) return this.#open(byte === 0x7b);
    const literal = LITERALS.get(byte);
    if (literal) {
      this.#literal = literal;
      this.#literalAt = 1;
      this.#state = 'literal';
      return undefined;
    }
    this.#text.begin(this.#node ? TEXT_BYTES_MAX : 0);
    if (byte === QUOTE) {
      this.#state = 'string';
      return undefined;
    }
    const number = beginNumber(byte);
    if (!number) return this.#fail();
    this.#number = number;
    this.#text.keep(byte);
    this.#state = 'number';
    return undefined;
  }

  #open(object: boolean): void {
    if (this.#levels.length >= DEPTH_MAX) return this.#fail();
    this.#tell(NOT_A_NUMBER);
    const node = this.#node?.children.size ? this.#node : undefined;
    const had = object && node ? new Set<PointerNode>() : undefined;
    this.#levels.push({ object, node, index: 0, had });
    if (!object) this.#node = node?.children.get('0');
    this.#state = object ? 'first key' : 'first item';
    return undefined;
  }

  #close(object: boolean): void {
    this.#state = this.#levels.pop()?.object === object ? 'after' : 'failed';
  }

  #beginKey(byte: number): void {
    if (byte !== QUOTE) return this.#fail();
    this.#text.begin(this.#levels.at(-1)?.node ? KEY_BYTES_MAX : 0);
    this.#state = 'key string';
    return undefined;
  }

  #endString(): void {
    if (this.#state === 'string') return this.#endText();
    this.#enterName(this.#levels.at(-1)?.node && this.#text.text());
    this.#state = 'colon';
    return undefined;
  }

  /** A string or a number is whole: of what is looked for, its text is the reading. */
  #endText(): void {
    if (this.#node && this.#node.ids.length > 0) {
      const text = this.#text.text();
      if (text === undefined) this.#tell(NOT_A_NUMBER);
      else this.#tell(this.#state === 'string' ? plainReading(text) : { text });
    }
    this.#state = 'after';
  }

  #literalByte(byte: number): void {
    if (byte !== this.#literal.charCodeAt(this.#literalAt)) return this.#fail();
    this.#literalAt += 1;
    if (this.#literalAt < this.#literal.length) return undefined;
    this.#tell(this.#literal === 'null' ? undefined : NOT_A_NUMBER);
    this.#state = 'after';
    return undefined;
  }

  #numberByte(byte: number): void {
    const next = numberStep(this.#number, byte);
    if (next) {
      this.#number = next;
      this.#text.keep(byte);
      return undefined;
    }
    if (!isWholeNumber(this.#number)) return this.#fail();
    this.#endText();
    return this.#step(byte);
  }
}
