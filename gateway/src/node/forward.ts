import type { Outcome } from '@tollgate/billing-core/contract/facts.ts';
import type { Dispatcher } from 'undici';
import { toClient, toUpstream } from '../core/headers.ts';
import { outcomeOf } from '../core/meter.ts';
import { type Answer, failureAnswer, FAILURES, refusalAnswer } from '../core/problem.ts';
import { refuse } from '../core/refusal.ts';
import type { ForwardPlan, Hold } from '../ports.ts';
import { finish, writeAnswer } from './connection.ts';
import type { NodeExchange } from './exchange.ts';
import { RequestBody } from './request-body.ts';
import { informationOf, textsOf, trailersOf } from './upstream-head.ts';

/** How long a client may neither send nor take a byte while the upstream waits for it. */
const CLIENT_STALL_MS = 60_000;
/** Event streams may be silent for longer than a route's timeout. */
const STREAM_SILENCE_MS = 300_000;

type Controller = Dispatcher.DispatchController;

const flushLater = (passage: Passage): void => passage.flush();
const onWait = (passage: Passage): void => passage.waited();

/**
 * One admitted request on its way to the upstream and back. It writes straight onto the client's
 * connection. However it ends it settles its hold exactly once, and the last byte of the response
 * leaves only when the settlement is released: a crash before that leaves a client without a
 * complete answer rather than an answer without a record.
 */
export class Passage implements Dispatcher.DispatchHandler {
  readonly #exchange: NodeExchange;
  readonly #plan: ForwardPlan;
  readonly #hold: Hold | undefined;
  #controller: Controller | undefined;
  #body: RequestBody | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stalledMs = 0;
  #started = false;
  #settled = false;
  #left = false;
  #malformed = false;
  /** What the client is sent; null while nothing is decided. */
  #status: number | null = null;
  #expected: number | undefined;
  #received = 0;
  #passed = 0;
  /** The newest chunk, kept until it is known not to be the last. */
  #held: Buffer | undefined;
  #headFlushed = false;
  #flushing = false;
  #paused = false;

  constructor(exchange: NodeExchange, plan: ForwardPlan, hold: Hold | undefined) {
    this.#exchange = exchange;
    this.#plan = plan;
    this.#hold = hold;
  }

  begin(): void {
    if (this.#hold) this.#exchange.host.metering.begin(this.#hold, () => this.#start());
    else this.#start();
  }

  #start(): void {
    this.#started = true;
    if (this.#left) return this.#settle('client_abort', null);
    if (this.#malformed) return this.malformed();
    const exchange = this.#exchange;
    const { head, route } = this.#plan;
    try {
      if (head.hasBody) this.#body = this.#openBody();
      this.#timer = setTimeout(onWait, route.fact.timeout_ms, this);
      exchange.host.upstreams.of(route.origin).dispatch(
        {
          path: this.#plan.path,
          method: exchange.method,
          headers: toUpstream(exchange.rawHeaders, exchange.forwarding(this.#plan, this.#hold)),
          body: this.#body ?? null,
        },
        this,
      );
    } catch (error) {
      exchange.host.log.error({ err: error, request_id: exchange.requestId }, 'forwarding failed');
      this.#fail('upstream_error');
    }
  }

  #openBody(): RequestBody {
    const { incoming, outgoing } = this.#exchange;
    if (incoming.headers.expect !== undefined) outgoing.writeContinue();
    return new RequestBody(incoming, {
      maxBytes: this.#plan.route.fact.max_body_bytes,
      progressed: () => this.#progressed(),
      tooLarge: () => this.#tooLarge(),
    });
  }

  onRequestStart(controller: Controller): void {
    this.#controller = controller;
    // Given up while it waited for a connection: undici cannot take a request off its queue.
    if (this.#settled) controller.abort(new Error('given up'));
  }

  onResponseStart(controller: Controller, status: number, ...rest: [unknown, string?]): void {
    if (this.#settled) return;
    this.#progressed();
    const raw = textsOf(controller.rawHeaders);
    const { outgoing, method, httpVersion } = this.#exchange;
    if (status < 200) {
      if (httpVersion === '1.1') outgoing.writeInformation(status, informationOf(raw, status));
      return;
    }
    const head = toClient(raw, status, this.#exchange.ours(this.#plan.limits));
    const bodiless = method === 'HEAD' || status === 204 || status === 304;
    this.#expected = bodiless ? 0 : head.contentLength;
    try {
      const [, reason] = rest;
      if (reason) outgoing.writeHead(status, reason, head.headers);
      else outgoing.writeHead(status, head.headers);
    } catch {
      // A field that may not be written: nothing was sent yet.
      this.#fail('upstream_error');
      return;
    }
    this.#status = status;
    if (head.eventStream) this.#waitLonger();
    this.#flushSoon();
  }

  onResponseData(controller: Controller, chunk: Buffer): void {
    if (this.#settled) return;
    this.#progressed();
    this.#received += chunk.length;
    if (this.#held) this.#write(controller, this.#held);
    this.#held = chunk;
    if (!this.#complete) this.#flushSoon();
  }

  onResponseEnd(controller: Controller): void {
    const status = this.#status;
    if (this.#settled || status === null) return;
    const held = this.#held;
    this.#passed += held?.length ?? 0;
    const { incoming, outgoing } = this.#exchange;
    const trailers = this.#plan.head.trailers ? trailersOf(controller.rawTrailers) : [];
    this.#settle(outcomeOf(status), status, () => {
      if (trailers.length > 0) outgoing.addTrailers(trailers);
      finish(incoming, outgoing, held);
    });
  }

  onResponseError(_controller: Controller | undefined, error: Error): void {
    if (this.#settled) return;
    const { host, requestId } = this.#exchange;
    host.log.debug({ err: error, request_id: requestId }, 'the upstream failed');
    const timeout = 'code' in error && error.code === 'UND_ERR_CONNECT_TIMEOUT';
    this.#fail(timeout ? 'upstream_timeout' : 'upstream_error');
  }

  /** All of an announced body is here: what is held is its end, and stays. */
  get #complete(): boolean {
    return this.#received === this.#expected;
  }

  #flushSoon(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    // After the parser is through with the bytes at hand: when they held the whole response, the
    // end is known by then and head and body leave in one write.
    process.nextTick(flushLater, this);
  }

  /** Sends what has come; events of a stream do not wait for the next one. */
  flush(): void {
    this.#flushing = false;
    if (this.#settled || this.#complete || !this.#controller) return;
    if (this.#held) {
      const chunk = this.#held;
      this.#held = undefined;
      this.#write(this.#controller, chunk);
    } else if (!this.#headFlushed) this.#exchange.outgoing.flushHeaders();
    this.#headFlushed = true;
  }

  #write(controller: Controller, chunk: Buffer): void {
    const { outgoing } = this.#exchange;
    this.#headFlushed = true;
    this.#passed += chunk.length;
    if (outgoing.write(chunk) || this.#paused) return;
    this.#paused = true;
    controller.pause();
    outgoing.once('drain', () => {
      this.#paused = false;
      this.#progressed();
      controller.resume();
    });
  }

  #progressed(): void {
    this.#stalledMs = 0;
    this.#timer?.refresh();
  }

  #waitLonger(): void {
    clearTimeout(this.#timer);
    const ms = Math.max(this.#plan.route.fact.timeout_ms, STREAM_SILENCE_MS);
    this.#timer = setTimeout(onWait, ms, this);
  }

  /** Nothing moved for the route's timeout: whose turn is it? */
  waited(): void {
    if (this.#settled) return;
    const { incoming } = this.#exchange;
    const uploading = this.#body !== undefined && !incoming.complete && !this.#body.blocked;
    if (!this.#paused && !uploading) return this.#fail('upstream_timeout');
    this.#stalledMs += this.#plan.route.fact.timeout_ms;
    if (this.#stalledMs < CLIENT_STALL_MS) this.#timer?.refresh();
    else this.#breakOff(failureAnswer('client_timeout', this.#exchange.requestId));
  }

  #tooLarge(): void {
    if (this.#settled) return;
    this.#breakOff(refusalAnswer(refuse('body_too_large'), this.#exchange.requestId));
  }

  /**
   * The request's body turned out not to be HTTP. The parser says so once, and when the bytes came
   * with the head that is before the admission is on disk: then it is kept until the start.
   */
  malformed(): void {
    this.#malformed = true;
    if (this.#settled || !this.#started) return;
    const answer = refusalAnswer(refuse('invalid_request'), this.#exchange.requestId);
    this.#breakOff({ ...answer, headers: [...answer.headers, 'Connection', 'close'] });
  }

  /** The client's fault: told so, while nothing of an answer has left. */
  #breakOff(answer: Answer): void {
    const { incoming, outgoing } = this.#exchange;
    if (this.#status === null) {
      this.#settle('client_error', answer.status, () => writeAnswer(incoming, outgoing, answer));
    } else {
      this.#settle(outcomeOf(this.#status), this.#status, () => incoming.socket.destroy());
    }
    this.#dropUpstream();
  }

  clientLeft(): void {
    this.#left = true;
    if (this.#settled || !this.#started) return;
    // What the upstream answered counts, also when nobody stayed to read it.
    if (this.#status === null) this.#settle('client_abort', null);
    else this.#settle(outcomeOf(this.#status), this.#status);
    this.#dropUpstream();
  }

  /** The gateway cannot wait any longer. */
  abandon(): void {
    if (this.#started && !this.#settled) this.#fail('upstream_error');
  }

  #fail(outcome: 'upstream_error' | 'upstream_timeout'): void {
    const { incoming, outgoing, requestId } = this.#exchange;
    if (this.#status === null && !outgoing.headersSent) {
      this.#settle(outcome, FAILURES[outcome][0], () => {
        writeAnswer(
          incoming,
          outgoing,
          failureAnswer(outcome, requestId, this.#exchange.ours(this.#plan.limits)),
        );
      });
    } else {
      // Part of an answer is out: only a torn connection says that the rest is missing.
      this.#settle(outcome, this.#status, () => incoming.socket.destroy());
    }
    this.#dropUpstream();
  }

  #dropUpstream(): void {
    this.#controller?.abort(new Error('given up'));
    this.#body?.destroy();
  }

  #settle(outcome: Outcome, status: number | null, send?: () => void): void {
    if (this.#settled) throw new Error('a passage settles once');
    this.#settled = true;
    clearTimeout(this.#timer);
    const settlement = {
      outcome,
      status,
      requestBytes: this.#body?.bytes ?? 0,
      responseBytes: this.#passed,
    };
    const release = (): void => {
      if (!this.#left) send?.();
      this.#exchange.leave(settlement);
    };
    if (this.#hold) this.#exchange.host.metering.settle(this.#hold, settlement, release);
    else release();
  }
}
