const HEAD_END = Buffer.from('\r\n\r\n');
const LENGTH = /\r\ncontent-length: *(\d+)/i;

/**
 * Finds whole HTTP requests in the bytes of one connection, where every body has its length
 * announced: what a gateway sends to billing-core.
 */
export class Messages {
  #bytes = Buffer.alloc(0);

  /** Out: the messages that these bytes complete. */
  add(bytes: Buffer): Buffer[] {
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
    const whole: Buffer[] = [];
    for (;;) {
      const end = this.#bytes.indexOf(HEAD_END);
      if (end === -1) return whole;
      const head = this.#bytes.subarray(0, end).toString('latin1');
      const length = end + HEAD_END.length + Number(LENGTH.exec(head)?.[1] ?? 0);
      if (this.#bytes.length < length) return whole;
      whole.push(Buffer.from(this.#bytes.subarray(0, length)));
      this.#bytes = this.#bytes.subarray(length);
    }
  }
}
