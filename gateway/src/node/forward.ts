import type { Duplex } from 'node:stream';
import type { Outcome } from '@tollgate/billing-core/contract/facts.ts';
import { costAtEnd, costAtHead, costOfFailure } from '../core/cost.ts';
import { type RawHeaders, toClient } from '../core/headers.ts';
import { outcomeOf } from '../core/meter.ts';
import { type Answer, failureAnswer, FAILURES, refusalAnswer } from '../core/problem.ts';
import { refuse, type RefusalReason } from '../core/refusal.ts';
import { endOf } from '../core/tries.ts';
import type { ForwardPlan, Hold, Progress, Settlement } from '../ports.ts';
import { breakOff, writeAnswer } from './connection.ts';
import { Conversation, switches } from './conversation.ts';
import type { Course } from './course.ts';
import { Delivery, type Source } from './delivery.ts';
import { type Ending, GONE, TORN, WHOLE } from './ending.ts';
import { Errand, type Sender } from './errand.ts';
import type { NodeExchange } from './exchange.ts';
import { HeldRequest, type Holder } from './held-request.ts';
import { Patience, type Waiting } from './patience.ts';
import { informationOf, trailersOf } from './upstream-head.ts';
import type { TryFailure } from './upstreams.ts';

type UpstreamFailure = TryFailure | 'upstream_unavailable';

/**
 * One admitted request on its way to the upstream and back: asks an upstream, hands its answer to
 * the client. However it ends it settles its hold exactly once, and the last byte of the response
 * leaves only when the settlement is released: a crash before that leaves a client without a
 * complete answer rather than an answer without a record.
 */
export class Passage implements Course, Holder, Sender, Source, Waiting {
  readonly #exchange: NodeExchange;
  readonly #plan: ForwardPlan;
  readonly #hold: Hold | undefined;
  readonly #held: HeldRequest | undefined;
  readonly #delivery: Delivery;
  readonly #patience: Patience;
  readonly #errand: Errand;
  #started = false;
  #settled = false;
  #left = false;
  #malformed = false;
  #headAt: number | undefined;

  constructor(exchange: NodeExchange, plan: ForwardPlan, hold: Hold | undefined) {
    this.#exchange = exchange;
    this.#plan = plan;
    this.#hold = hold;
    this.#delivery = new Delivery(exchange, this);
    this.#patience = new Patience(plan.route.fact, this);
    this.#errand = new Errand({ exchange, plan, hold }, this);
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
    this.#begin();
  }

  #begin(): void {
    this.#patience.start();
    try {
      if (!this.#errand.ask()) this.#fail('upstream_unavailable');
    } catch (error) {
      this.crashed(error);
    }
  }

  progressed(): void {
    this.#patience.progressed();
  }

  informed(status: number, raw: RawHeaders): void {
    this.#patience.progressed();
    const { outgoing, httpVersion } = this.#exchange;
    const edit = this.#plan.route.toClient;
    if (httpVersion === '1.1') outgoing.writeInformation(status, informationOf(raw, status, edit));
  }

  answered(status: number, reason: string, raw: RawHeaders): void {
    this.#patience.progressed();
    if (this.#errand.again(endOf(status), status)) return this.#begin();
    this.#headAt = performance.now();
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
    this.#patience.answered(head.eventStream);
    this.#held?.answered(route.wanted, { raw, eventStream: head.eventStream });
  }

  outlasts(): void {
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
    const { host, names } = this.#exchange;
    host.log.debug({ err: error, ...names }, 'the upstream failed');
    const failure = host.upstreams.failureOf(error, this.#plan.route.fact);
    if (this.#delivery.status === null && this.#errand.again('failed')) return this.#begin();
    this.#fail(failure);
  }

  upgraded(raw: RawHeaders, upstream: Duplex): void {
    const { handover } = this.#exchange;
    if (!handover || !switches(raw)) {
      upstream.destroy();
      return this.#fail('upstream_error');
    }
    this.#errand.ended('well');
    this.#patience.stop();
    this.#settled = true;
    this.#exchange.goOnAs(
      new Conversation(this.#exchange, this.#plan, { held: this.#held, handover, raw, upstream }),
    );
  }

  pause(): void {
    this.#errand.pause();
  }

  resume(): void {
    this.#patience.progressed();
    this.#errand.resume();
  }

  awaitsClient(): boolean {
    return this.#errand.awaitsClient || this.#delivery.blocked;
  }

  upstreamLate(): void {
    if (this.#settled) return;
    if (this.#delivery.status === null && this.#errand.again('failed')) return this.#begin();
    this.#fail('upstream_timeout');
  }

  timeUp(): void {
    if (this.#settled) return;
    if (this.awaitsClient()) this.#errand.ended('left');
    const { status, waitedMs } = this.#delivery;
    // The time was the client's: what it took, or still sends, slowly it has not for nothing.
    const isSlow = this.awaitsClient() || this.#patience.isLong(waitedMs);
    if (status !== null && isSlow) this.#tear(status);
    else this.#fail('upstream_timeout');
  }

  #tear(status: number): void {
    this.#settle(outcomeOf(status), status, TORN);
    this.#errand.drop();
  }

  clientLate(): void {
    if (!this.#settled) this.#breakOff(failureAnswer('client_timeout', this.#exchange.requestId));
  }

  tooLarge(): void {
    const answer = refusalAnswer(refuse('body_too_large'), this.#exchange.requestId);
    if (!this.#settled) this.#breakOff(answer);
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
    if (status !== null) return this.#tear(status);
    this.#settle('client_error', answer.status, { kind: 'answer', answer });
    this.#errand.drop();
  }

  clientLeft(): void {
    this.#left = true;
    if (this.#settled || !this.#started) return;
    // What the upstream answered counts, also when nobody stayed to read it.
    const { status } = this.#delivery;
    this.#settle(status === null ? 'client_abort' : outcomeOf(status), status, GONE);
    this.#errand.drop();
  }

  /** The gateway cannot wait any longer. */
  abandon(): void {
    if (this.#started && !this.#settled) this.#fail('upstream_error');
  }

  progress(): Progress | null {
    const { status } = this.#delivery;
    if (this.#settled || status === null) return null;
    const { uploaded } = this.#errand;
    return { ...this.#settlement(outcomeOf(status), status), uploaded };
  }

  /** Bytes are out already: that the rest is missing only a torn connection can say. */
  mayNotGoOn(reason: RefusalReason): void {
    const { status } = this.#delivery;
    if (this.#settled || status === null) return;
    this.#exchange.host.telemetry.refused(reason);
    this.#tear(status);
  }

  crashed(error: unknown): void {
    const { host, names } = this.#exchange;
    host.log.error({ err: error, ...names }, 'forwarding failed');
    // Ours to answer for, or the client's: it says nothing of the upstream.
    this.#errand.ended('left');
    if (!this.#settled) this.#fail('upstream_error');
  }

  #settlement(outcome: Outcome, status: number | null): Settlement {
    const requestBytes = this.#errand.bytes;
    return { outcome, status, requestBytes, responseBytes: this.#delivery.bytes };
  }

  #fail(code: UpstreamFailure): void {
    const { outgoing, requestId } = this.#exchange;
    const { status } = this.#delivery;
    const outcome = code === 'upstream_timeout' ? code : 'upstream_error';
    this.#errand.ended('failed', code);
    if (status === null && !outgoing.headersSent) {
      const used = this.#settlement(outcome, null);
      const cost = costOfFailure(this.#plan, this.#hold, used);
      const ours = [...this.#exchange.ours(this.#plan.limits), ...cost];
      const awaited = this.#exchange.host.fleet.awaited(this.#plan.route);
      if (code === 'upstream_unavailable') ours.push('Retry-After', String(awaited ?? 1));
      const answer = failureAnswer(code, requestId, ours);
      this.#settle(outcome, FAILURES[code][0], { kind: 'answer', answer });
    } else this.#settle(outcome, status, TORN);
    this.#errand.drop();
  }

  #settle(outcome: Outcome, status: number | null, ending: Ending): void {
    if (this.#settled) throw new Error('a passage settles once');
    this.#settled = true;
    this.#patience.stop();
    this.#errand.ended('left');
    if (ending.kind !== 'whole') this.#delivery.stop();
    const settlement = this.#settlement(outcome, status);
    const held = this.#held;
    const release = (used = settlement): void => {
      if (!this.#left) this.#conclude(ending, used);
      this.#exchange.leave(settlement, held && { held, used, headAt: this.#headAt });
    };
    if (held) held.settle(settlement, ending.kind === 'whole', release);
    else release();
  }

  #conclude(ending: Ending, used: Settlement): void {
    const { incoming, outgoing } = this.#exchange;
    if (ending.kind === 'whole') {
      const cost = costAtEnd(this.#plan, this.#hold, used);
      this.#delivery.end([...ending.trailers, ...cost]);
    } else if (ending.kind === 'answer') writeAnswer(incoming, outgoing, ending.answer);
    else {
      this.#delivery.showHead();
      breakOff(incoming);
    }
  }
}
