import type { Duplex } from 'node:stream';
import type { Outcome } from '@tollgate/billing-core/contract/facts.ts';
import { costAtEnd, costAtHead, costOfFailure } from '../core/cost.ts';
import { type RawHeaders, toClient, toUpstream } from '../core/headers.ts';
import { outcomeOf } from '../core/meter.ts';
import { type Answer, failureAnswer, FAILURES, refusalAnswer } from '../core/problem.ts';
import { refuse, type RefusalReason } from '../core/refusal.ts';
import type { ForwardPlan, Hold, Progress, Settlement } from '../ports.ts';
import { type Asker, Attempt } from './attempt.ts';
import { writeAnswer } from './connection.ts';
import { Conversation, switches } from './conversation.ts';
import type { Course } from './course.ts';
import { Delivery, type Source } from './delivery.ts';
import type { NodeExchange } from './exchange.ts';
import { HeldRequest, type Holder } from './held-request.ts';
import { Patience, type Waiting } from './patience.ts';
import { RequestBody } from './request-body.ts';
import { informationOf, trailersOf } from './upstream-head.ts';

/** What the client sees once the outcome is recorded. */
type Ending =
  | { readonly kind: 'whole'; readonly trailers: [string, string][] }
  | { readonly kind: 'answer'; readonly answer: Answer }
  /** Part of an answer is out: only a torn connection says that the rest is missing. */
  | { readonly kind: 'torn' }
  | { readonly kind: 'gone' };

const WHOLE: Ending = { kind: 'whole', trailers: [] };
const TORN: Ending = { kind: 'torn' };
const GONE: Ending = { kind: 'gone' };

/**
 * One admitted request on its way to the upstream and back: asks an upstream, hands its answer to
 * the client. However it ends it settles its hold exactly once, and the last byte of the response
 * leaves only when the settlement is released: a crash before that leaves a client without a
 * complete answer rather than an answer without a record.
 */
export class Passage implements Asker, Course, Holder, Source, Waiting {
  readonly #exchange: NodeExchange;
  readonly #plan: ForwardPlan;
  readonly #hold: Hold | undefined;
  readonly #held: HeldRequest | undefined;
  readonly #delivery: Delivery;
  readonly #patience: Patience;
  #attempt: Attempt | undefined;
  #body: RequestBody | undefined;
  #started = false;
  #settled = false;
  #left = false;
  #malformed = false;

  constructor(exchange: NodeExchange, plan: ForwardPlan, hold: Hold | undefined) {
    this.#exchange = exchange;
    this.#plan = plan;
    this.#hold = hold;
    this.#delivery = new Delivery(exchange, this);
    this.#patience = new Patience(plan.route.fact.timeout_ms, this);
    const { metering, spans } = exchange.host;
    const { again } = plan;
    this.#held = hold && new HeldRequest(hold, { metering, spans, again }, this);
  }

  begin(): void {
    if (this.#held) this.#held.begin(() => this.#start());
    else this.#start();
  }

  #start(): void {
    this.#started = true;
    if (this.#left) return this.#settle('client_abort', null, GONE);
    if (this.#malformed) return this.malformed();
    this.#patience.start();
    try {
      this.#ask();
    } catch (error) {
      this.crashed(error);
    }
  }

  /** One try at an upstream. */
  #ask(): void {
    const exchange = this.#exchange;
    const { head, path, route } = this.#plan;
    if (head.hasBody) this.#body = this.#openBody();
    this.#attempt = new Attempt(this);
    this.#attempt.begin(exchange.host.upstreams.of(route.origin), {
      path,
      method: exchange.method,
      headers: toUpstream(exchange.rawHeaders, exchange.forwarding(this.#plan, this.#hold)),
      body: this.#body ?? null,
      upgrade: this.#plan.webSocket ? 'websocket' : null,
    });
  }

  #openBody(): RequestBody {
    const { incoming, outgoing } = this.#exchange;
    return new RequestBody(incoming, {
      maxBytes: this.#plan.route.fact.max_body_bytes,
      wanted: () => {
        if (this.#plan.head.expectsContinue) outgoing.writeContinue();
      },
      progressed: () => this.#patience.progressed(),
      tooLarge: () => this.#tooLarge(),
    });
  }

  informed(status: number, raw: RawHeaders): void {
    this.#patience.progressed();
    const { outgoing, httpVersion } = this.#exchange;
    const { toClient: edit } = this.#plan.route;
    if (httpVersion === '1.1') outgoing.writeInformation(status, informationOf(raw, status, edit));
  }

  answered(status: number, reason: string | undefined, raw: RawHeaders): void {
    this.#patience.progressed();
    const { limits, route } = this.#plan;
    const cost = costAtHead(this.#plan, this.#hold, { outcome: outcomeOf(status), raw });
    const fields = [...this.#exchange.ours(limits), ...cost];
    const head = toClient(raw, status, { fields, edit: route.toClient });
    try {
      this.#delivery.begin(status, reason, head);
    } catch {
      // A field that may not be written: nothing was sent yet.
      return this.#fail('upstream_error');
    }
    if (head.eventStream) this.#patience.lengthen();
    this.#held?.answered(route.wanted, { raw, eventStream: head.eventStream });
    this.#held?.lasts();
  }

  received(chunk: Buffer): void {
    this.#patience.progressed();
    this.#held?.passed(chunk);
    this.#delivery.take(chunk);
  }

  ended(rawTrailers: RawHeaders): void {
    const { status } = this.#delivery;
    if (status === null) return this.#fail('upstream_error');
    const { head, route } = this.#plan;
    const trailers = head.trailers ? trailersOf(rawTrailers, route.toClient) : [];
    this.#delivery.close();
    const ending: Ending = trailers.length > 0 ? { kind: 'whole', trailers } : WHOLE;
    this.#settle(outcomeOf(status), status, ending);
  }

  failed(error: Error): void {
    const { host, requestId } = this.#exchange;
    host.log.debug({ err: error, request_id: requestId }, 'the upstream failed');
    const timeout = 'code' in error && error.code === 'UND_ERR_CONNECT_TIMEOUT';
    this.#fail(timeout ? 'upstream_timeout' : 'upstream_error');
  }

  upgraded(raw: RawHeaders, upstream: Duplex): void {
    const { handover } = this.#exchange;
    if (!handover || !switches(raw)) {
      upstream.destroy();
      return this.#fail('upstream_error');
    }
    this.#patience.stop();
    this.#settled = true;
    this.#exchange.goOnAs(
      new Conversation(this.#exchange, this.#plan, { held: this.#held, handover, raw, upstream }),
    );
  }

  pause(): void {
    this.#attempt?.pause();
  }

  resume(): void {
    this.#patience.progressed();
    this.#attempt?.resume();
  }

  awaitsClient(): boolean {
    const { incoming } = this.#exchange;
    const uploading = this.#body !== undefined && !incoming.complete && !this.#body.blocked;
    return uploading || this.#delivery.blocked;
  }

  upstreamLate(): void {
    if (!this.#settled) this.#fail('upstream_timeout');
  }

  clientLate(): void {
    if (this.#settled) return;
    this.#breakOff(failureAnswer('client_timeout', this.#exchange.requestId));
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
    const { status } = this.#delivery;
    if (status === null) {
      this.#settle('client_error', answer.status, { kind: 'answer', answer });
    } else this.#settle(outcomeOf(status), status, TORN);
    this.#dropUpstream();
  }

  clientLeft(): void {
    this.#left = true;
    if (this.#settled || !this.#started) return;
    // What the upstream answered counts, also when nobody stayed to read it.
    const { status } = this.#delivery;
    this.#settle(status === null ? 'client_abort' : outcomeOf(status), status, GONE);
    this.#dropUpstream();
  }

  /** The gateway cannot wait any longer. */
  abandon(): void {
    if (this.#started && !this.#settled) this.#fail('upstream_error');
  }

  progress(): Progress | null {
    const { status } = this.#delivery;
    if (this.#settled || status === null) return null;
    const uploaded = this.#body === undefined || this.#exchange.incoming.complete;
    return { ...this.#settlement(outcomeOf(status), status), uploaded };
  }

  /** Bytes are out already: that the rest is missing only a torn connection can say. */
  mayNotGoOn(reason: RefusalReason): void {
    const { status } = this.#delivery;
    if (this.#settled || status === null) return;
    this.#exchange.host.telemetry.refused(reason);
    this.#settle(outcomeOf(status), status, TORN);
    this.#dropUpstream();
  }

  crashed(error: unknown): void {
    const { host, requestId } = this.#exchange;
    host.log.error({ err: error, request_id: requestId }, 'forwarding failed');
    if (!this.#settled) this.#fail('upstream_error');
  }

  #settlement(outcome: Outcome, status: number | null): Settlement {
    const requestBytes = this.#body?.bytes ?? 0;
    return { outcome, status, requestBytes, responseBytes: this.#delivery.bytes };
  }

  #fail(outcome: 'upstream_error' | 'upstream_timeout'): void {
    const { outgoing, requestId } = this.#exchange;
    const { status } = this.#delivery;
    if (status === null && !outgoing.headersSent) {
      const used = this.#settlement(outcome, null);
      const cost = costOfFailure(this.#plan, this.#hold, used);
      const ours = [...this.#exchange.ours(this.#plan.limits), ...cost];
      const answer = failureAnswer(outcome, requestId, ours);
      this.#settle(outcome, FAILURES[outcome][0], { kind: 'answer', answer });
    } else this.#settle(outcome, status, TORN);
    this.#dropUpstream();
  }

  #dropUpstream(): void {
    this.#attempt?.giveUp();
    this.#body?.destroy();
  }

  #settle(outcome: Outcome, status: number | null, ending: Ending): void {
    if (this.#settled) throw new Error('a passage settles once');
    this.#settled = true;
    this.#patience.stop();
    if (ending.kind !== 'whole') this.#delivery.stop();
    const settlement = this.#settlement(outcome, status);
    const release = (used = settlement): void => {
      if (!this.#left) this.#conclude(ending, used);
      this.#exchange.leave(settlement);
    };
    if (this.#held) this.#held.settle(settlement, ending.kind === 'whole', release);
    else release();
  }

  #conclude(ending: Ending, used: Settlement): void {
    const { incoming, outgoing } = this.#exchange;
    if (ending.kind === 'whole') {
      const cost = costAtEnd(this.#plan, this.#hold, used);
      this.#delivery.end([...ending.trailers, ...cost]);
    } else if (ending.kind === 'answer') writeAnswer(incoming, outgoing, ending.answer);
    else incoming.socket.destroy();
  }
}
