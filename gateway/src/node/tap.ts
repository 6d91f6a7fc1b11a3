import type { Transform } from 'node:stream';
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createZstdDecompress,
} from 'node:zlib';
import { type ResponseHead, ResponseReader, type Wanted } from '../core/reading.ts';
import type { Settlement } from '../ports.ts';

/** Of a body in a content coding so much is kept to be read when it has ended. */
export const CODED_BYTES_MAX = 1024 * 1024;
/** What such a body may come to; more is a bomb, or not worth the time. */
export const PLAIN_BYTES_MAX = 32 * 1024 * 1024;

export type Readings = NonNullable<Settlement['readings']>;

// What a torn body holds up to its last whole block is read too.
const DECODERS = new Map<string, () => Transform>([
  ['gzip', () => createGunzip({ finishFlush: constants.Z_SYNC_FLUSH })],
  ['x-gzip', () => createGunzip({ finishFlush: constants.Z_SYNC_FLUSH })],
  ['deflate', () => createInflate({ finishFlush: constants.Z_SYNC_FLUSH })],
  ['br', () => createBrotliDecompress({ finishFlush: constants.BROTLI_OPERATION_FLUSH })],
  ['zstd', () => createZstdDecompress({ finishFlush: constants.ZSTD_e_flush })],
]);

export const READABLE_CODINGS: ReadonlySet<string> = new Set([...DECODERS.keys(), 'identity']);

/**
 * Reads what the metering of a route wants of a response that passes by. Plain bytes are read as
 * they come and not kept; of coded ones a bounded copy is kept and read at the end, off the
 * event loop. The client's bytes wait for neither.
 */
export class Tap {
  readonly #reader: ResponseReader;
  readonly #coding: string | undefined;
  #copy: Buffer[] = [];
  #copied = 0;

  constructor(wanted: Wanted, head: ResponseHead) {
    this.#reader = new ResponseReader(wanted, head);
    this.#coding = this.#reader.coding;
  }

  take(chunk: Buffer): void {
    if (this.#coding === undefined) {
      this.#reader.feed(chunk);
      return;
    }
    this.#copied += chunk.length;
    if (this.#copied <= CODED_BYTES_MAX) this.#copy.push(chunk);
    else this.#copy = [];
  }

  /** Tells once what was read; at once unless the body was coded. */
  finish(whole: boolean, tell: (readings: Readings) => void): void {
    const decoder = this.#copied > 0 && DECODERS.get(this.#coding ?? '');
    if (this.#copied > CODED_BYTES_MAX) tell(this.#reader.fail('too_large'));
    else if (decoder) this.#decode(decoder(), whole, tell);
    else if (this.#copied > 0) tell(this.#reader.fail('unreadable'));
    else tell(this.#reader.finish(whole));
  }

  #decode(decoder: Transform, whole: boolean, tell: (readings: Readings) => void): void {
    let bytes = 0;
    let over = false;
    const end = (readings: () => Readings): void => {
      if (over) return;
      over = true;
      decoder.destroy();
      tell(readings());
    };
    decoder.on('data', (chunk: Buffer) => {
      if (over) return;
      bytes += chunk.length;
      if (bytes > PLAIN_BYTES_MAX) end(() => this.#reader.fail('too_large'));
      else this.#reader.feed(chunk);
    });
    decoder.on('error', () => {
      end(() => (whole ? this.#reader.fail('unreadable') : this.#reader.finish(false)));
    });
    decoder.on('end', () => end(() => this.#reader.finish(whole)));
    decoder.end(Buffer.concat(this.#copy));
  }
}
