export type UploadWatch = {
  /** Announced length; undefined when unknown. */
  readonly length: number | undefined;
  readonly maxBytes: number;
  progressed(): void;
  /** The body is over the limit; the byte that was too many is not passed on. */
  tooLarge(): void;
  clientLeft(): void;
};

/** The client's body on its way to the upstream, counted, with backpressure, never buffered. */
export class Upload {
  readonly body: ReadableStream<Uint8Array>;
  readonly done: Promise<void>;
  bytes = 0;
  /** Whether the client, not the upstream, is who the other one waits for. */
  awaitsClient = true;
  finished = false;
  /** Some of it went upstream. */
  taken = false;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #watch: UploadWatch;

  constructor(body: ReadableStream<Uint8Array>, watch: UploadWatch) {
    // A stream of a known length goes out with Content-Length, any other one in chunks.
    const { readable, writable } =
      watch.length === undefined
        ? new IdentityTransformStream()
        : new FixedLengthStream(watch.length);
    this.body = readable;
    this.#watch = watch;
    this.#reader = body.getReader();
    this.#writer = writable.getWriter();
    this.done = this.#run().catch(() => undefined);
  }

  async #run(): Promise<void> {
    for (;;) {
      this.awaitsClient = true;
      const part = await this.#reader.read().catch(() => {
        this.#watch.clientLeft();
        throw new Error('the client left');
      });
      this.awaitsClient = false;
      if (part.done) {
        this.finished = true;
        return await this.#writer.close();
      }
      this.#watch.progressed();
      if (this.bytes + part.value.length > this.#watch.maxBytes) {
        this.#watch.tooLarge();
        return this.stop();
      }
      this.bytes += part.value.length;
      await this.#writer.write(part.value);
      this.taken = true;
    }
  }

  /** The upstream wants no more, or nobody does. */
  stop(): void {
    this.#reader.cancel().catch(() => undefined);
    this.#writer.abort(new Error('given up')).catch(() => undefined);
  }
}
