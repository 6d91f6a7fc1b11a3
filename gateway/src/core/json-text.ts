const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const ESCAPES = new Set([...'"\\/bfnrt'].map((letter) => letter.charCodeAt(0)));

const isHex = (byte: number): boolean =>
  (byte >= 0x30 && byte <= 0x39) ||
  (byte >= 0x41 && byte <= 0x46) ||
  (byte >= 0x61 && byte <= 0x66);

/** The text of one JSON string or number that comes in pieces, kept as far as it is wanted. */
export class JsonText {
  readonly #bytes: number[] = [];
  #max = 0;
  #overlong = false;
  #escaped = false;
  /** After a backslash; then the hex digits that a `\u` still wants. */
  #escape = false;
  #hexLeft = 0;

  /** Begins a text of which at most `max` bytes are kept. */
  begin(max: number): void {
    this.#bytes.length = 0;
    this.#max = max;
    this.#overlong = false;
    this.#escaped = false;
    this.#escape = false;
    this.#hexLeft = 0;
  }

  keep(byte: number): void {
    if (this.#bytes.length < this.#max) this.#bytes.push(byte);
    else this.#overlong = true;
  }

  /**
   * Reads on in a string from this place. Out: the place of its closing quote, the length of the
   * bytes when it goes on behind them, -1 when this is no JSON string.
   */
  string(bytes: Uint8Array, from: number): number {
    for (let at = from; at < bytes.length; at++) {
      const byte = bytes[at] ?? 0;
      if (this.#escape || this.#hexLeft > 0) {
        if (!this.#escapedByte(byte)) return -1;
      } else if (byte === QUOTE) return at;
      else if (byte < 0x20) return -1;
      else if (byte === BACKSLASH) {
        this.#escape = true;
        this.#escaped = true;
      }
      this.keep(byte);
    }
    return bytes.length;
  }

  #escapedByte(byte: number): boolean {
    if (this.#hexLeft > 0) {
      this.#hexLeft -= 1;
      return isHex(byte);
    }
    this.#escape = false;
    if (byte === 0x75) this.#hexLeft = 4;
    return byte === 0x75 || ESCAPES.has(byte);
  }

  /** The whole text, its escapes undone; undefined when it was longer than what is kept. */
  text(): string | undefined {
    if (this.#overlong) return undefined;
    const text = new TextDecoder().decode(Uint8Array.from(this.#bytes));
    return this.#escaped ? (JSON.parse(`"${text}"`) as string) : text;
  }
}
