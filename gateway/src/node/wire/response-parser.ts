import type { RawHeaders } from '../../core/headers.ts';
import { ChunkReader } from './chunk-reader.ts';
import {
  CHUNKED,
  readResponseHead,
  ResponseFault,
  type ResponseHead,
  UNTIL_CLOSE,
} from './response-head.ts';

export const HEAD_BYTES_MAX = 64 * 1024;
/** Interim answers to one request: a stream of them would keep it, and its client, for ever. */
const INTERIM_MAX = 64;
const H = 72;
const END = '\r\n\r\n';
const BARE_LF = /[^\r]\n/;

export interface ResponseSink {
  /** 1xx, but for a 101: another head follows. */
  interim(head: ResponseHead): void;
  head(head: ResponseHead): void;
  body(bytes: Buffer): void;
  end(trailers: RawHeaders): void;
}

type State = 'idle' | 'head' | 'length' | 'chunks' | 'until close' | 'switched';

/**
 * The responses on one connection, read strictly (RFC 9112): what two readers could take for
 * different messages is a fault, never a guess. No response is read that was not asked for.
 */
export class ResponseParser {
  readonly #sink: ResponseSink;
  #state: State = 'idle';
  #method = '';
  #upgradable = false;
  #partial: Buffer | undefined;
  #left = 0;
  #interim = 0;
  #chunks: ChunkReader | undefined;

  constructor(sink: ResponseSink) {
    this.#sink = sink;
  }

  /** A request is about to be written; its response is the next one. */
  expect(method: string, upgradable: boolean): void {
    if (this.#state !== 'idle') throw new Error('one request at a time');
    this.#state = 'head';
    this.#method = method;
    this.#upgradable = upgradable;
    this.#interim = 0;
  }

  /** Nothing more is told. */
  stop(): void {
    this.#state = 'idle';
    this.#partial = undefined;
    this.#chunks = undefined;
  }

  get switched(): boolean {
    return this.#state === 'switched';
  }

  /** Takes what came. Out: the place behind the response, if that ended. Throws ResponseFault. */
  feed(bytes: Buffer): number {
    let at = 0;
    while (at < bytes.length) {
      if (this.#state === 'head') at = this.#feedHead(bytes, at);
      else if (this.#state === 'length') at = this.#feedLength(bytes, at);
      else if (this.#state === 'chunks') at = this.#feedChunks(bytes, at);
      else if (this.#state === 'until close') {
        this.#sink.body(bytes.subarray(at));
        return bytes.length;
      } else return at;
    }
    return at;
  }

  /** The connection ended in an orderly way. Out: whether the response was whole by that. */
  close(): boolean {
    if (this.#state !== 'until close') return false;
    this.#end([]);
    return true;
  }

  #feedHead(bytes: Buffer, from: number): number {
    const before = this.#partial?.length ?? 0;
    const all = this.#partial ? Buffer.concat([this.#partial, bytes.subarray(from)]) : bytes;
    const start = this.#partial ? 0 : from;
    if (all[start] !== H) throw new ResponseFault('no status line');
    const end = all.indexOf(END, Math.max(start, before - END.length + 1), 'latin1');
    if ((end < 0 ? all.length : end) - start > HEAD_BYTES_MAX) {
      throw new ResponseFault('a head that is too large');
    }
    if (end < 0) {
      // Without it the end of a head that another would see would be waited for in vain.
      if (BARE_LF.test(all.toString('latin1', Math.max(start, before - 1)))) {
        throw new ResponseFault('a line that does not end with CRLF');
      }
      this.#partial = this.#partial ? all : Buffer.from(bytes.subarray(from));
      return bytes.length;
    }
    this.#partial = undefined;
    this.#begin(readResponseHead(all.toString('latin1', start, end + 2), this.#method));
    return end + END.length - (before === 0 ? 0 : before - from);
  }

  #begin(head: ResponseHead): void {
    if (head.status === 101) {
      if (!this.#upgradable) throw new ResponseFault('another protocol that nobody asked for');
      this.#state = 'switched';
      this.#sink.head(head);
    } else if (head.status < 200) {
      this.#interim += 1;
      if (this.#interim > INTERIM_MAX) throw new ResponseFault('too many interim answers');
      this.#sink.interim(head);
    } else this.#beginBody(head);
  }

  #beginBody(head: ResponseHead): void {
    const { length } = head;
    this.#left = length;
    if (length === CHUNKED) {
      this.#state = 'chunks';
      this.#chunks = new ChunkReader((bytes) => {
        // Given up in the middle of what came in one piece.
        if (this.#state === 'chunks') this.#sink.body(bytes);
      });
    } else this.#state = length === UNTIL_CLOSE ? 'until close' : 'length';
    this.#sink.head(head);
    if (length === 0 && this.#state === 'length') this.#end([]);
  }

  #feedLength(bytes: Buffer, at: number): number {
    const end = Math.min(bytes.length, at + this.#left);
    this.#left -= end - at;
    this.#sink.body(at === 0 && end === bytes.length ? bytes : bytes.subarray(at, end));
    if (this.#left === 0 && this.#state === 'length') this.#end([]);
    return end;
  }

  #feedChunks(bytes: Buffer, from: number): number {
    const chunks = this.#chunks;
    if (!chunks) return bytes.length;
    const at = chunks.feed(bytes, from);
    const { trailers } = chunks;
    if (trailers && this.#state === 'chunks') this.#end(trailers);
    return at;
  }

  #end(trailers: RawHeaders): void {
    this.stop();
    this.#sink.end(trailers);
  }
}
