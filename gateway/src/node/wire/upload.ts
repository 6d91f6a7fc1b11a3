import type { Readable } from 'node:stream';
import type { Socket } from 'node:net';
import { type RequestHead, RequestFault } from './request-head.ts';

export interface Uploading {
  /** All of the body is written. */
  uploaded(): void;
  /** It cannot be written whole: the connection is of no use any more. */
  failed(error: Error): void;
}

/**
 * A request's body on its way to the upstream, with backpressure. The head leaves with its first
 * bytes; until then nothing was sent, and another upstream could be asked.
 */
export class Upload {
  readonly #body: Readable;
  readonly #socket: Socket;
  readonly #head: RequestHead;
  readonly #told: Uploading;
  #sent = 0;
  #over = false;

  constructor(
    body: Readable,
    { socket, head }: { socket: Socket; head: RequestHead },
    told: Uploading,
  ) {
    this.#body = body;
    this.#socket = socket;
    this.#head = head;
    this.#told = told;
  }

  /** Not from the constructor: the first bytes may be there, and be too many. */
  begin(): void {
    this.#socket.on('drain', this.#onDrain);
    this.#body.on('error', this.#onError).on('close', this.#onClose);
    this.#body.on('end', this.#onEnd).on('data', this.#onData);
  }

  /** Lets go of body and connection; the body is asked for no more. */
  stop(): void {
    if (this.#over) return;
    this.#over = true;
    this.#socket.off('drain', this.#onDrain);
    this.#body.off('data', this.#onData).off('end', this.#onEnd).off('close', this.#onClose);
    // The listener for errors stays: nobody else has one.
    this.#body.destroy();
  }

  readonly #onData = (bytes: Buffer): void => {
    const { length } = this.#head;
    const sent = this.#sent + bytes.length;
    if (length !== undefined && sent > length) return this.#fail('a body that is too long');
    const isFirst = this.#sent === 0;
    this.#sent = sent;
    this.#socket.cork();
    if (length === undefined) this.#chunk(bytes, isFirst);
    else {
      if (isFirst) this.#write(`${this.#head.text}content-length: ${length}\r\n\r\n`);
      this.#socket.write(bytes);
    }
    this.#socket.uncork();
    if (this.#socket.writableNeedDrain) this.#body.pause();
  };

  #chunk(bytes: Buffer, isFirst: boolean): void {
    const head = isFirst ? `${this.#head.text}transfer-encoding: chunked\r\n\r\n` : '';
    this.#write(`${head}${bytes.length.toString(16)}\r\n`);
    this.#socket.write(bytes);
    this.#write('\r\n');
  }

  #write(text: string): void {
    this.#socket.write(text, 'latin1');
  }

  readonly #onDrain = (): void => {
    this.#body.resume();
  };

  readonly #onEnd = (): void => {
    const { text, length, meansBody } = this.#head;
    if (length !== undefined && this.#sent !== length)
      return this.#fail('a body that is too short');
    if (this.#sent === 0) this.#write(`${text}${meansBody ? 'content-length: 0\r\n' : ''}\r\n`);
    else if (length === undefined) this.#write('0\r\n\r\n');
    this.stop();
    this.#told.uploaded();
  };

  readonly #onClose = (): void => this.#fail('a body that was given up');
  readonly #onError = (error: Error): void => this.#fail(error.message);

  #fail(why: string): void {
    if (this.#over) return;
    this.stop();
    this.#told.failed(new RequestFault(why));
  }
}
