import type { TryEnd } from '../core/balance.ts';
import { toUpstream } from '../core/headers.ts';
import { pathAt } from '../core/route.ts';
import { Tries } from '../core/tries.ts';
import type { ForwardPlan, Hold } from '../ports.ts';
import { Attempt } from './attempt.ts';
import type { NodeExchange } from './exchange.ts';
import { forwardingOf } from './forwarding.ts';
import { RequestBody } from './request-body.ts';
import type { CallTrace } from './tracing.ts';
import type { Asker } from './wire/asked.ts';

export interface Sender extends Asker {
  /** Bytes of the request's body arrived. */
  progressed(): void;
  /** The body turned out to be over the limit of the route. */
  tooLarge(): void;
}

export type ErrandOf = {
  readonly exchange: NodeExchange;
  readonly plan: ForwardPlan;
  readonly hold: Hold | undefined;
};

/** A request at the upstreams of its route: one try after another, with one body at most. */
export class Errand {
  readonly #of: ErrandOf;
  readonly #sender: Sender;
  readonly #tries: Tries;
  #attempt: Attempt | undefined;
  #body: RequestBody | undefined;
  /** Of the try under way, where it is recorded. */
  #trace: CallTrace | undefined;

  constructor(of: ErrandOf, sender: Sender) {
    this.#of = of;
    this.#sender = sender;
    this.#tries = new Tries(of.exchange.host.fleet, of.plan.route);
  }

  /** Bytes of the body that were taken from the client. */
  get bytes(): number {
    return this.#body?.bytes ?? 0;
  }

  /** Whether the upstream waits for the client to send. */
  get awaitsClient(): boolean {
    return this.#body !== undefined && !this.uploaded && !this.#body.blocked;
  }

  /** Nothing more of the body comes. */
  get uploaded(): boolean {
    return this.#body === undefined || this.#of.exchange.incoming.complete;
  }

  /** One try; false when there is no upstream that may be asked. */
  ask(): boolean {
    const { exchange, plan } = this.#of;
    const target = this.#tries.next();
    if (!target) return false;
    if (plan.head.hasBody) this.#body = this.#openBody();
    const path = pathAt(target, plan.path);
    this.#trace = exchange.trace?.beginTry(target.origin, path);
    const forwarding = forwardingOf(this.#of, this.#trace?.traceparent);
    this.#attempt = new Attempt(this.#sender);
    this.#attempt.begin(exchange.host.upstreams.of(target), {
      path,
      method: exchange.method,
      headers: toUpstream(exchange.rawHeaders, forwarding),
      body: this.#body ?? null,
      upgrade: plan.webSocket ? 'websocket' : null,
    });
    return true;
  }

  #openBody(): RequestBody {
    const { exchange, plan } = this.#of;
    return new RequestBody(exchange.incoming, {
      maxBytes: plan.route.fact.max_body_bytes,
      wanted: () => {
        if (plan.head.expectsContinue) exchange.outgoing.writeContinue();
      },
      progressed: () => this.#sender.progressed(),
      tooLarge: () => this.#sender.tooLarge(),
    });
  }

  /**
   * The try brought no answer, or one with this status. True when there is to be another one: what
   * is left of this one is gone then, and `ask` goes to the next upstream.
   */
  again(end: TryEnd, status?: number): boolean {
    this.#tries.ended(end);
    const unsent = this.#attempt?.sent === false;
    const bodyBegun = this.#body?.begun === true;
    const { method } = this.#of.exchange;
    if (status !== undefined) this.#trace?.answered(status);
    const again = this.#tries.again({ method, unsent, bodyBegun, status });
    if (again) {
      this.#trace?.end(status === undefined ? 'upstream_error' : undefined);
      this.drop();
    }
    return again;
  }

  /**
   * Says how the upstream of the try under way does, where nothing was said of it yet. `failure`:
   * what the client is told of it.
   */
  ended(end: TryEnd, failure?: string): void {
    this.#tries.ended(end);
    this.#trace?.end(failure);
  }

  /** Gives up what is under way. */
  drop(): void {
    this.#attempt?.giveUp();
    this.#body?.destroy();
  }

  pause(): void {
    this.#attempt?.pause();
  }

  resume(): void {
    this.#attempt?.resume();
  }
}
