import type { TryEnd } from '../core/balance.ts';
import { toUpstream } from '../core/headers.ts';
import { pathAt } from '../core/route.ts';
import { Tries } from '../core/tries.ts';
import type { ForwardPlan, Hold } from '../ports.ts';
import { Attempt } from './attempt.ts';
import type { NodeExchange } from './exchange.ts';
import { RequestBody } from './request-body.ts';
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
    const { exchange, plan, hold } = this.#of;
    const target = this.#tries.next();
    if (!target) return false;
    if (plan.head.hasBody) this.#body = this.#openBody();
    this.#attempt = new Attempt(this.#sender);
    this.#attempt.begin(exchange.host.upstreams.of(target), {
      path: pathAt(target, plan.path),
      method: exchange.method,
      headers: toUpstream(exchange.rawHeaders, exchange.forwarding(plan, hold)),
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
    const again = this.#tries.again({ method, unsent, bodyBegun, status });
    if (again) this.drop();
    return again;
  }

  /** Says how the upstream of the try under way does, where nothing was said of it yet. */
  ended(end: TryEnd): void {
    this.#tries.ended(end);
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
