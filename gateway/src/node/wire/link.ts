import type { Socket } from 'node:net';
import type { RawHeaders } from '../../core/headers.ts';
import type { Asked, Caller, Hold } from './asked.ts';
import { type RequestHead } from './request-head.ts';
import type { ResponseHead } from './response-head.ts';
import { ResponseParser, type ResponseSink } from './response-parser.ts';
import { readOn } from './read-on.ts';
import { Upload, type Uploading } from './upload.ts';

/** The pool that a link belongs to. */
export interface Owner {
  /** It carried a request to its end, and may carry another; in how many ms not any more. */
  free(link: Link, keptMs: number | undefined): void;
  /** It can carry no other request. */
  gone(link: Link): void;
}

const CONTINUE = 100;

/** The connection was closed before the answer was whole. */
export class LinkClosed extends Error {
  readonly code = 'UPSTREAM_CLOSED';
}

/**
 * One connection to an upstream. It carries one request at a time, and another one only when the
 * response before it is over, all of the request was written, and not a byte is on it that nobody
 * asked for: else an answer could reach another client than the one who asked.
 */
export class Link implements Hold, ResponseSink, Uploading {
  readonly #owner: Owner;
  #socket: Socket | undefined;
  readonly #parser = new ResponseParser(this);
  #caller: Caller | undefined;
  #upload: Upload | undefined;
  /** What is under way is the last request. */
  #last = false;
  #keptMs: number | undefined;
  #paused = false;
  #dead = false;
  #error: Error | undefined;
  #fields: RawHeaders = [];
  /** What comes lies in memory that the next read is written to. */
  #lent = false;
  /** Its socket tells what cannot be written, and is read on then. */
  #readsOn = false;
  /** Nothing can be written to it any more: that it ends says nothing about the answer. */
  #deaf = false;

  constructor(owner: Owner) {
    this.#owner = owner;
  }

  /** The connection is made. `reads`: it tells what came by `take`, and not by events. */
  open(socket: Socket, { reads }: { reads: boolean }): void {
    this.#socket = socket;
    this.#lent = reads;
    if (!reads) socket.on('data', this.#onData);
    socket.on('end', this.#onEnd);
    socket.on('error', this.#onError);
    socket.on('close', this.#onClose);
    if (this.#dead) socket.destroy();
  }

  /** So many bytes came, and lie there until this returns. */
  readonly take = (count: number, buffer: Uint8Array): boolean => {
    const { buffer: memory, byteOffset } = buffer;
    this.#onData(Buffer.from(memory as ArrayBuffer, byteOffset, count));
    return true;
  };

  /** Whether it can carry a request. */
  get usable(): boolean {
    return !this.#dead && this.#caller === undefined && this.#socket?.writable === true;
  }

  /** Carries a request; the caller is told of its end, whatever happens. */
  carry(asked: Asked, head: RequestHead, caller: Caller): void {
    const socket = this.#socket;
    if (!socket || !this.usable) throw new Error('a link carries one request at a time');
    const { method, body, upgrade } = asked;
    this.#caller = caller;
    // After a HEAD some servers send a body all the same; behind a 101 there is no HTTP.
    this.#last = method === 'HEAD' || Boolean(upgrade) || (body !== null && !head.meansBody);
    this.#keptMs = undefined;
    this.#parser.expect(method, Boolean(upgrade));
    caller.begun(this);
    if (this.#caller !== caller) return;
    if (body) {
      if (!this.#readsOn) readOn(socket, this.#onUnwritable);
      this.#readsOn = true;
      this.#upload = new Upload(body, { socket, head }, this);
      this.#upload.begin();
    } else {
      const framing = head.meansBody ? 'content-length: 0\r\n' : '';
      socket.write(`${head.text}${framing}\r\n`, 'latin1');
    }
  }

  pause(): void {
    if (this.#caller === undefined) return;
    this.#paused = true;
    this.#socket?.pause();
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#socket?.resume();
  }

  cut(): void {
    this.#caller = undefined;
    this.destroy();
  }

  /** Closes it at once; a request under way fails by that. */
  destroy(error?: Error): void {
    if (this.#dead) return;
    this.#dead = true;
    this.#error ??= error;
    this.#parser.stop();
    this.#upload?.stop();
    this.#upload = undefined;
    this.#socket?.destroy();
    this.#owner.gone(this);
    const caller = this.#caller;
    this.#caller = undefined;
    caller?.failed(this.#error ?? new LinkClosed('the upstream closed the connection'));
  }

  readonly #onData = (bytes: Buffer): void => {
    try {
      const at = this.#parser.feed(bytes);
      if (this.#parser.switched) this.#handOver(bytes.subarray(at));
      // Nobody asked for it: it must not become the answer to the next request.
      else if (at < bytes.length) this.destroy(new Error('bytes that nobody asked for'));
    } catch (error) {
      this.destroy(error as Error);
    }
  };

  interim({ status, fields }: ResponseHead): void {
    // It was not asked to say so, and says nothing to anybody else.
    if (status !== CONTINUE) this.#caller?.informed(status, fields);
  }

  head({ status, reason, fields, reusable, keptMs }: ResponseHead): void {
    if (this.#parser.switched) return this.#agreed(fields);
    if (!reusable) this.#last = true;
    this.#keptMs = keptMs;
    this.#caller?.answered(status, reason, fields);
  }

  body(bytes: Buffer): void {
    this.#caller?.received(this.#lent ? Buffer.from(bytes) : bytes);
  }

  end(trailers: RawHeaders): void {
    const caller = this.#caller;
    this.#caller = undefined;
    // An answer to less than the whole request: what was not written cannot be any more.
    const early = this.#upload !== undefined;
    this.resume();
    if (early || this.#last) this.destroy();
    else this.#owner.free(this, this.#keptMs);
    caller?.ended(trailers);
  }

  uploaded(): void {
    this.#upload = undefined;
  }

  failed(error: Error): void {
    this.#upload = undefined;
    this.destroy(error);
  }

  #agreed(fields: RawHeaders): void {
    this.#fields = fields;
  }

  /** The connection is another one's from here on, with what came behind the head. */
  #handOver(rest: Buffer): void {
    const caller = this.#caller;
    const socket = this.#socket;
    if (!socket || this.#lent)
      throw new Error('only a connection that tells by events is given on');
    this.#dead = true;
    this.#caller = undefined;
    this.#parser.stop();
    socket.off('data', this.#onData).off('end', this.#onEnd);
    socket.off('error', this.#onError).off('close', this.#onClose);
    socket.pause();
    this.#owner.gone(this);
    if (rest.length > 0) socket.unshift(rest);
    caller?.upgraded(this.#fields, socket);
    socket.resume();
  }

  /**
   * The upstream takes no more. It may have answered before it closed (RFC 9112 section 9.6), and
   * that is read: what it said is on this side of the connection, or the end of it is.
   */
  readonly #onUnwritable = (error: Error): void => {
    this.#error ??= error;
    this.#deaf = true;
    this.#last = true;
    this.#upload?.stop();
    this.#upload = undefined;
  };

  readonly #onEnd = (): void => {
    if (this.#deaf || !this.#parser.close()) this.destroy();
  };

  readonly #onError = (error: Error): void => {
    this.#error ??= error;
    this.destroy();
  };

  readonly #onClose = (): void => this.destroy();
}
