import { waitUntil } from 'cloudflare:workers';
import type { Outcome } from '@tollgate/billing-core/contract/facts.ts';
import { costAtHead, costOfFailure } from '../core/cost.ts';
import { type AnswerHead, toClient, toUpstream } from '../core/headers.ts';
import { outcomeOf } from '../core/meter.ts';
import { type FailureCode, failureAnswer, FAILURES, refusalAnswer } from '../core/problem.ts';
import { ResponseReader } from '../core/reading.ts';
import { refuse, REFUSALS } from '../core/refusal.ts';
import type { ForwardPlan, Hold } from '../ports.ts';
import { askingForWebSocket, Conversation } from './conversation.ts';
import { answerResponse, headersOf, rawOf, type WorkersExchange } from './exchange.ts';
import { Upload } from './upload.ts';

/** How long a client may neither send nor take a byte while the upstream waits for it. */
const CLIENT_STALL_MS = 60_000;
/** Event streams may be silent for longer than a route's timeout. */
const STREAM_SILENCE_MS = 300_000;

/** Why the gateway gave a request up before it was through. */
type Cause = 'upstream_timeout' | 'client_timeout' | 'too_large' | 'client_left';

/**
 * One admitted request on its way to the upstream and back. However it ends it settles its hold
 * exactly once; in strict metering the last byte of the response leaves only when the record is
 * stored.
 */
export class Passage {
  readonly #exchange: WorkersExchange;
  readonly #plan: ForwardPlan;
  readonly #hold: Hold | undefined;
  readonly #abort = new AbortController();
  readonly #over = new AbortController();
  #upload: Upload | undefined;
  #conversation: Conversation | undefined;
  /** Is fed what the runtime has decoded. */
  #reader: ResponseReader | undefined;
  readonly #startedAt: number;
  #timer: number | null = null;
  #timeoutMs: number;
  #stalledMs = 0;
  #cause: Cause | undefined;
  #settled = false;
  #passed = 0;
  #sending = false;

  constructor(exchange: WorkersExchange, plan: ForwardPlan, hold: Hold | undefined) {
    this.#exchange = exchange;
    this.#plan = plan;
    this.#hold = hold;
    this.#timeoutMs = plan.route.fact.timeout_ms;
    this.#startedAt = exchange.isolate.wall();
  }

  async run(): Promise<Response> {
    const { isolate, request } = this.#exchange;
    // A client that leaves ends the request; what is recorded of it must not end with it.
    waitUntil(new Promise((done) => this.#over.signal.addEventListener('abort', done)));
    const hold = this.#hold;
    const current = (): Hold | undefined => this.#conversation?.hold ?? hold;
    if (hold) waitUntil(isolate.watch(() => current() ?? hold, this.#over.signal));
    request.signal.addEventListener('abort', () => this.#giveUp('client_left'));
    this.#progressed();
    let upstream: Response;
    try {
      upstream = await this.#ask();
    } catch {
      return this.#failed('upstream_error');
    }
    return upstream.webSocket
      ? this.#converse(upstream.webSocket, upstream)
      : this.#answer(upstream);
  }

  async #ask(): Promise<Response> {
    const { isolate, request, method, rawHeaders } = this.#exchange;
    const { route, path, head } = this.#plan;
    const url = new URL(route.origin + path);
    if (!isolate.mayAsk(route.origin)) throw new Error('the upstream has a private address');
    // What is forwarded is what was authorised: the runtime must not read the path once more.
    if (url.origin !== route.origin || url.pathname + url.search !== path) {
      throw new Error('the path has two readings');
    }
    if (request.body !== null) {
      this.#upload = new Upload(request.body, {
        length: head.contentLength,
        maxBytes: route.fact.max_body_bytes,
        progressed: () => this.#progressed(),
        tooLarge: () => this.#giveUp('too_large'),
        clientLeft: () => this.#giveUp('client_left'),
      });
      waitUntil(this.#upload.done);
    }
    const fields = toUpstream(rawHeaders, this.#exchange.forwarding(this.#plan, this.#hold));
    return await fetch(url, {
      method,
      headers: this.#plan.webSocket ? askingForWebSocket(fields) : headersOf(fields),
      body: this.#upload?.body ?? null,
      redirect: 'manual',
      signal: this.#abort.signal,
    });
  }

  /** No answer of the upstream is there to pass on. */
  async #failed(otherwise: 'upstream_error'): Promise<Response> {
    const { requestId } = this.#exchange;
    const failure = async (code: FailureCode, outcome: Outcome): Promise<Response> => {
      const [status] = FAILURES[code];
      const used = { outcome, status, requestBytes: this.#upload?.bytes ?? 0, responseBytes: 0 };
      const cost = costOfFailure(this.#plan, this.#hold, used);
      const ours = [...this.#exchange.ours(this.#plan.limits), ...cost];
      await this.#settle(outcome, status);
      return answerResponse(failureAnswer(code, requestId, ours));
    };
    switch (this.#cause) {
      case 'client_left':
        await this.#settle('client_abort', null);
        return new Response(null, { status: 499 });
      case 'too_large':
        await this.#settle('client_error', REFUSALS.body_too_large[0]);
        return answerResponse(refusalAnswer(refuse('body_too_large'), requestId));
      case 'client_timeout':
        return failure('client_timeout', 'client_error');
      case 'upstream_timeout':
        return failure('upstream_timeout', 'upstream_timeout');
      default:
        return failure(otherwise, otherwise);
    }
  }

  #converse(socket: WebSocket, { headers }: Response): Response {
    clearTimeout(this.#timer);
    // From here on the conversation settles.
    this.#settled = true;
    this.#conversation = new Conversation(this.#exchange, this.#plan, {
      hold: this.#hold,
      socket,
      over: () => this.#over.abort(),
    });
    return this.#conversation.open(rawOf(headers));
  }

  async #answer(upstream: Response): Promise<Response> {
    const { status } = upstream;
    const raw = rawOf(upstream.headers);
    const { limits, route } = this.#plan;
    const cost = costAtHead(this.#plan, this.#hold, { outcome: outcomeOf(status), raw });
    const fields = [...this.#exchange.ours(limits), ...cost];
    const head = toClient(raw, status, { fields, edit: route.toClient });
    const { wanted } = route;
    if (wanted) this.#reader = new ResponseReader(wanted, { raw, eventStream: head.eventStream });
    if (head.eventStream) this.#timeoutMs = Math.max(this.#timeoutMs, STREAM_SILENCE_MS);
    this.#progressed();
    try {
      const { statusText } = upstream;
      const init = { status, statusText, headers: headersOf(head.headers) };
      if (upstream.body === null || status === 204 || status === 205 || status === 304) {
        const response = new Response(null, init);
        await this.#settle(outcomeOf(status), status, true);
        return response;
      }
      // A body in a content coding is decoded here and coded anew for the client.
      const coded = upstream.headers.has('content-encoding');
      const length = coded ? undefined : head.contentLength;
      if (coded) init.headers.delete('content-length');
      return this.#stream(upstream.body, { init, length, status });
    } catch {
      // A field or a status that may not be written: nothing was sent yet.
      this.#abort.abort();
      return this.#failed('upstream_error');
    }
  }

  #stream(
    body: ReadableStream<Uint8Array>,
    of: { init: ResponseInit; length: AnswerHead['contentLength']; status: number },
  ): Response {
    const { readable, writable } =
      of.length === undefined ? new IdentityTransformStream() : new FixedLengthStream(of.length);
    const response = new Response(readable, of.init);
    const writer = writable.getWriter();
    writer.closed.catch(() => this.#giveUp('client_left'));
    this.#sending = true;
    waitUntil(this.#pass(body.getReader(), writer, of));
    return response;
  }

  async #pass(
    reader: ReadableStreamDefaultReader<Uint8Array>,
    writer: WritableStreamDefaultWriter<Uint8Array>,
    { length, status }: { length: AnswerHead['contentLength']; status: number },
  ): Promise<void> {
    let held: Uint8Array | undefined;
    try {
      for (;;) {
        const part = await reader.read();
        if (part.done) break;
        this.#progressed();
        this.#reader?.feed(part.value);
        if (held) await this.#write(writer, held);
        held = part.value;
        // The last bytes of a known length are its end: they wait for the settlement.
        if (this.#passed + held.length === length) continue;
        await this.#write(writer, held);
        held = undefined;
      }
      this.#passed += held?.length ?? 0;
      await this.#settle(outcomeOf(status), status, true);
      if (held) await writer.write(held);
      await writer.close();
    } catch (error) {
      const gone = this.#cause === 'client_left';
      const late = this.#cause === 'upstream_timeout' ? 'upstream_timeout' : 'upstream_error';
      // What the upstream answered counts, also when nobody stayed to read it.
      const settled = this.#settle(gone ? outcomeOf(status) : late, status);
      await settled.catch(() => undefined);
      this.#abort.abort();
      await reader.cancel().catch(() => undefined);
      // Only a torn connection says that the rest is missing.
      await writer.abort(error).catch(() => undefined);
    }
  }

  async #write(writer: WritableStreamDefaultWriter<Uint8Array>, chunk: Uint8Array): Promise<void> {
    clearTimeout(this.#timer);
    // A client that takes nothing for this long is as good as gone.
    this.#timer = setTimeout(() => {
      this.#giveUp('client_left');
      void writer.abort(new Error('the client takes nothing')).catch(() => undefined);
    }, CLIENT_STALL_MS);
    try {
      await writer.write(chunk);
    } catch (error) {
      this.#cause ??= 'client_left';
      throw error;
    }
    this.#passed += chunk.length;
    this.#progressed();
  }

  #progressed(): void {
    this.#stalledMs = 0;
    clearTimeout(this.#timer);
    if (!this.#settled) this.#timer = setTimeout(() => this.#waited(), this.#timeoutMs);
  }

  /** Nothing moved for the route's timeout: whose turn is it? */
  #waited(): void {
    const uploading = !this.#sending && this.#upload?.awaitsClient === true;
    if (!uploading || this.#upload?.finished) return this.#giveUp('upstream_timeout');
    this.#stalledMs += this.#timeoutMs;
    if (this.#stalledMs >= CLIENT_STALL_MS) return this.#giveUp('client_timeout');
    this.#timer = setTimeout(() => this.#waited(), this.#timeoutMs);
  }

  #giveUp(cause: Cause): void {
    if (this.#settled || this.#cause) return;
    this.#cause = cause;
    this.#abort.abort(new Error('given up'));
    this.#upload?.stop();
  }

  /** Resolves when the response may end. Throws when strict metering could not store the record. */
  async #settle(outcome: Outcome, status: number | null, whole = false): Promise<void> {
    if (this.#settled) return;
    this.#settled = true;
    clearTimeout(this.#timer);
    try {
      if (!this.#hold) return;
      await this.#exchange.isolate.settle(this.#hold, {
        outcome,
        status,
        requestBytes: this.#upload?.bytes ?? 0,
        responseBytes: this.#passed,
        durationMs: Math.max(0, Math.round(this.#exchange.isolate.wall() - this.#startedAt)),
        ...(this.#reader && { readings: this.#reader.finish(whole) }),
      });
    } finally {
      this.#over.abort();
    }
  }
}
