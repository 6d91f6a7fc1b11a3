import { waitUntil } from 'cloudflare:workers';
import type { Outcome } from '@tollgate/billing-core/contract/facts.ts';
import { REFUSALS } from '@tollgate/billing-core/contract/refusals.ts';
import { costAtHead, costOfFailure } from '../core/cost.ts';
import { type AnswerHead, toClient } from '../core/headers.ts';
import { outcomeOf } from '../core/meter.ts';
import { type FailureCode, failureAnswer, FAILURES, refusalAnswer } from '../core/problem.ts';
import { ResponseReader } from '../core/reading.ts';
import { refuse } from '../core/refusal.ts';
import type { ForwardPlan, Hold, Settlement } from '../ports.ts';
import { Conversation } from './conversation.ts';
import { Errand, type Sender, type UpstreamFailure } from './errand.ts';
import { answerResponse, headersOf, rawOf, type WorkersExchange } from './exchange.ts';
import { HeldRequest } from './held-request.ts';
import { say } from './log.ts';

/** How long a client may neither send nor take a byte while the upstream waits for it. */
const CLIENT_STALL_MS = 60_000;
/** Event streams may be silent for longer than a route's timeout. */
const STREAM_SILENCE_MS = 300_000;

/** Why the gateway gave a request up before it was through. */
type Cause = 'upstream_timeout' | 'client_timeout' | 'too_large' | 'client_left' | 'refused';

/**
 * One admitted request on its way to the upstream and back. However it ends it settles its hold
 * exactly once; in strict metering the last byte of the response leaves only when the record is
 * stored.
 */
export class Passage implements Sender {
  readonly #exchange: WorkersExchange;
  readonly #plan: ForwardPlan;
  readonly #hold: Hold | undefined;
  readonly #over = new AbortController();
  readonly #held: HeldRequest | undefined;
  #writer: WritableStreamDefaultWriter<Uint8Array> | undefined;
  /** Is fed what the runtime has decoded. */
  #reader: ResponseReader | undefined;
  readonly #startedAt: number;
  #timer: number | null = null;
  /** How long nothing may move. */
  #timeoutMs: number;
  #total: number | null = null;
  readonly #errand: Errand;
  #stalledMs = 0;
  #cause: Cause | undefined;
  #expired = false;
  #settled = false;
  #passed = 0;
  #sending = false;

  constructor(exchange: WorkersExchange, plan: ForwardPlan, hold: Hold | undefined) {
    this.#exchange = exchange;
    this.#plan = plan;
    this.#hold = hold;
    this.#timeoutMs = plan.route.fact.timeout_ms;
    this.#startedAt = exchange.isolate.wall();
    this.#errand = new Errand({ exchange, plan, hold }, this);
    const { isolate } = exchange;
    this.#held = hold && new HeldRequest(hold, { isolate, again: plan.again });
  }

  async run(): Promise<Response> {
    const { isolate, request } = this.#exchange;
    // A client that leaves ends the request; what is recorded of it must not end with it.
    waitUntil(new Promise((done) => this.#over.signal.addEventListener('abort', done)));
    const held = this.#held;
    if (held) waitUntil(isolate.watch(() => held.hold, this.#over.signal));
    request.signal.addEventListener('abort', () => this.giveUp('client_left'));
    this.progressed();
    const { total_timeout_ms: total } = this.#plan.route.fact;
    if (total !== undefined) this.#total = setTimeout(() => this.#expire(), total);
    const upstream = await this.#errand.ask();
    if (typeof upstream === 'string') return this.#failed(upstream);
    return upstream.webSocket
      ? this.#converse(upstream.webSocket, upstream)
      : this.#answer(upstream);
  }

  /** A try that was given up may be followed by another one, if the upstream was late. */
  mayTryAgain(): boolean {
    return !this.#expired && (!this.#cause || this.#cause === 'upstream_timeout');
  }

  triesAgain(): void {
    this.#cause = undefined;
    this.progressed();
  }

  /** No answer of the upstream is there to pass on. */
  async #failed(otherwise: UpstreamFailure): Promise<Response> {
    const { requestId } = this.#exchange;
    const failure = async (code: FailureCode, outcome: Outcome): Promise<Response> => {
      const [status] = FAILURES[code];
      const used = { outcome, status, requestBytes: this.#errand.bytes, responseBytes: 0 };
      const cost = costOfFailure(this.#plan, this.#hold, used);
      const ours = [...this.#exchange.ours(this.#plan.limits), ...cost];
      if (code === 'upstream_unavailable') {
        const awaited = this.#exchange.isolate.fleet.awaited(this.#plan.route);
        ours.push('Retry-After', String(awaited ?? 1));
      }
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
        return failure(otherwise, 'upstream_error');
    }
  }

  #converse(socket: WebSocket, { headers }: Response): Response {
    clearTimeout(this.#timer);
    clearTimeout(this.#total);
    // From here on the conversation settles.
    this.#settled = true;
    const over = (): void => this.#over.abort();
    const drop = (): void => this.#errand.drop();
    const of = { held: this.#held, socket, over, drop };
    return new Conversation(this.#exchange, this.#plan, of).open(rawOf(headers));
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
    const { idle_timeout_ms: idle, timeout_ms: first } = route.fact;
    this.#timeoutMs = idle ?? (head.eventStream ? Math.max(first, STREAM_SILENCE_MS) : first);
    this.progressed();
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
      this.#errand.drop();
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
    writer.closed.catch(() => this.giveUp('client_left'));
    this.#sending = true;
    this.#writer = writer;
    this.#held?.lasts(() => waitUntil(this.#checkpoint(of.status)));
    waitUntil(this.#pass(body.getReader(), writer, of));
    return response;
  }

  /** A span of a response that lasts is over: records it, and asks whether it may go on. */
  async #checkpoint(status: number): Promise<void> {
    if (this.#settled || this.#cause) return;
    const used = this.#used(outcomeOf(status), status);
    const { uploaded } = this.#errand;
    try {
      const answer = await this.#held?.nextSpan(used, { uploaded });
      if (typeof answer !== 'object') return;
      this.giveUp('refused');
      // Also where the client takes nothing just now: only a torn connection tells it.
      await this.#writer?.abort(new Error(answer.reason)).catch(() => undefined);
    } catch (error) {
      say('error', 'a request crashed', { request_id: this.#exchange.requestId, err: error });
      this.#errand.drop();
    }
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
        this.progressed();
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
      const gone = this.#cause === 'client_left' || this.#cause === 'refused';
      const late = this.#cause === 'upstream_timeout' ? 'upstream_timeout' : 'upstream_error';
      // What the upstream answered counts, also when nobody stayed to read it.
      const settled = this.#settle(gone ? outcomeOf(status) : late, status);
      await settled.catch(() => undefined);
      this.#errand.drop();
      await reader.cancel().catch(() => undefined);
      // Only a torn connection says that the rest is missing.
      await writer.abort(error).catch(() => undefined);
    }
  }

  async #write(writer: WritableStreamDefaultWriter<Uint8Array>, chunk: Uint8Array): Promise<void> {
    clearTimeout(this.#timer);
    // A client that takes nothing for this long is as good as gone.
    this.#timer = setTimeout(() => {
      this.giveUp('client_left');
      void writer.abort(new Error('the client takes nothing')).catch(() => undefined);
    }, CLIENT_STALL_MS);
    try {
      await writer.write(chunk);
    } catch (error) {
      this.#cause ??= 'client_left';
      throw error;
    }
    this.#passed += chunk.length;
    this.progressed();
  }

  progressed(): void {
    this.#stalledMs = 0;
    clearTimeout(this.#timer);
    if (!this.#settled) this.#timer = setTimeout(() => this.#waited(), this.#timeoutMs);
  }

  /** Nothing moved for the route's timeout: whose turn is it? */
  #waited(): void {
    const uploading = !this.#sending && this.#errand.awaitsClient;
    if (!uploading) return this.giveUp('upstream_timeout');
    this.#stalledMs += this.#timeoutMs;
    if (this.#stalledMs >= CLIENT_STALL_MS) return this.giveUp('client_timeout');
    this.#timer = setTimeout(() => this.#waited(), this.#timeoutMs);
  }

  /** The route gives no request more time. */
  #expire(): void {
    this.#expired = true;
    this.giveUp('upstream_timeout');
  }

  giveUp(cause: Cause): void {
    if (this.#settled || this.#cause) return;
    this.#cause = cause;
    this.#errand.drop();
  }

  /** Resolves when the response may end. Throws when strict metering could not store the record. */
  async #settle(outcome: Outcome, status: number | null, whole = false): Promise<void> {
    if (this.#settled) return;
    this.#settled = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#total);
    this.#errand.over();
    try {
      const readings = this.#reader && { readings: this.#reader.finish(whole) };
      await this.#held?.settle({ ...this.#used(outcome, status), ...readings });
    } finally {
      this.#over.abort();
    }
  }

  #used(outcome: Outcome, status: number | null): Settlement {
    const requestBytes = this.#errand.bytes;
    const responseBytes = this.#passed;
    const durationMs = Math.max(0, Math.round(this.#exchange.isolate.wall() - this.#startedAt));
    return { outcome, status, requestBytes, responseBytes, durationMs };
  }
}
