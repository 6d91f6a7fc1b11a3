import { createHash } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { Fault } from '../kit/fault.ts';
import type { DocumentText } from './layout.ts';
import type { Printed } from './pdf-worker.ts';

/** Who asks beyond these is told to come again; one document takes about a second. */
const WAITING_MAX = 16;
/** A document of a thousand lines takes 4 s on a busy machine. */
const PRINT_MS_MAX = 30_000;
const HEAP_MB_MAX = 256;
/** Documents are the same bytes for the same text: the newest are kept. */
const KEPT_BYTES_MAX = 8 * 1024 * 1024;
const RETRY_AFTER_S = 5;

type Bytes = Uint8Array<ArrayBuffer>;

/** Too many documents wait already: this one was not begun. */
export class PressFull extends Fault {
  constructor() {
    super('unavailable', {
      detail: 'Too many documents are being made',
      retryAfter: RETRY_AFTER_S,
    });
  }
}

type Order = {
  text: DocumentText;
  done(bytes: Bytes): void;
  failed(error: Error): void;
};
type Limits = { waitingMax: number; printMs: number; worker: URL };

/** Documents by what they say, the newest ones up to so many bytes. */
class Kept {
  readonly #known = new Map<string, Bytes>();
  #bytes = 0;

  get(key: string): Bytes | undefined {
    const bytes = this.#known.get(key);
    if (bytes === undefined) return undefined;
    this.#known.delete(key);
    this.#known.set(key, bytes);
    return bytes;
  }

  keep(key: string, bytes: Bytes): void {
    if (this.#known.has(key) || bytes.length > KEPT_BYTES_MAX) return;
    this.#known.set(key, bytes);
    this.#bytes += bytes.length;
    for (const [oldest, { length }] of this.#known) {
      if (this.#bytes <= KEPT_BYTES_MAX) return;
      this.#known.delete(oldest);
      this.#bytes -= length;
    }
  }
}

/**
 * Makes PDFs, one after another, in a thread of its own. A thread that takes too long over one, or
 * dies of it, is ended, and the next document has another. The first document begins it: with its
 * fonts it takes about 140 MB, which a core that makes none does without.
 */
export class Press {
  readonly #limits: Limits;
  readonly #kept = new Kept();
  readonly #waiting: Order[] = [];
  #worker: Worker | undefined;
  #printing: Order | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(limits: Partial<Limits> = {}) {
    const worker = new URL('./pdf-worker.ts', import.meta.url);
    this.#limits = { waitingMax: WAITING_MAX, printMs: PRINT_MS_MAX, worker, ...limits };
  }

  /**
   * The bytes of the document.
   * @throws PressFull when too many wait already; Fault unavailable when it takes too long.
   */
  async print(text: DocumentText): Promise<Bytes> {
    const key = createHash('sha256').update(JSON.stringify(text)).digest('base64');
    const kept = this.#kept.get(key);
    if (kept !== undefined) return kept;
    if (this.#waiting.length >= this.#limits.waitingMax) throw new PressFull();
    const made = Promise.withResolvers<Bytes>();
    this.#waiting.push({ text, done: made.resolve, failed: made.reject });
    this.#next();
    const bytes = await made.promise;
    this.#kept.keep(key, bytes);
    return bytes;
  }

  /** Ends the thread; what was asked for fails. */
  stop(): void {
    const stopped = new Fault('unavailable', { detail: 'billing-core is being stopped' });
    for (const { failed } of this.#waiting.splice(0)) failed(stopped);
    this.#end(stopped);
  }

  #next(): void {
    if (this.#printing !== undefined) return;
    clearTimeout(this.#timer);
    const order = this.#waiting.shift();
    if (order === undefined) return;
    this.#printing = order;
    this.#timer = setTimeout(() => this.#end(tooLong()), this.#limits.printMs).unref();
    this.#worker ??= this.#hire();
    this.#worker.postMessage(order.text);
  }

  #hire(): Worker {
    const worker = new Worker(this.#limits.worker, {
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB_MAX },
    });
    worker.unref();
    const isOurs = () => this.#worker === worker;
    worker.on('message', (printed: Printed) => {
      if (!isOurs()) return;
      const order = this.#printing;
      this.#printing = undefined;
      if ('bytes' in printed) order?.done(printed.bytes);
      else order?.failed(new Error(`a document cannot be made: ${printed.said}`));
      this.#next();
    });
    worker.on('error', (error) => isOurs() && this.#end(asError(error)));
    worker.on('exit', (code) => isOurs() && this.#end(new Error(`its thread ended with ${code}`)));
    return worker;
  }

  /** Ends the thread, and with it what it was at. */
  #end(error: Error): void {
    clearTimeout(this.#timer);
    const [worker, order] = [this.#worker, this.#printing];
    this.#worker = undefined;
    this.#printing = undefined;
    void worker?.terminate();
    order?.failed(error);
    if (this.#waiting.length > 0) this.#next();
  }
}

const asError = (error: unknown): Error =>
  error instanceof Error ? error : new Error(String(error));

const tooLong = (): Fault =>
  new Fault('unavailable', {
    detail: 'The document takes too long to make',
    internal: 'a document took too long to make',
    retryAfter: RETRY_AFTER_S,
  });
