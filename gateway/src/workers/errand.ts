import { waitUntil } from 'cloudflare:workers';
import type { TryEnd } from '../core/balance.ts';
import { toUpstream } from '../core/headers.ts';
import { pathAt, type Target } from '../core/route.ts';
import { endOf, Tries } from '../core/tries.ts';
import type { ForwardPlan, Hold } from '../ports.ts';
import { askingForWebSocket } from './conversation.ts';
import { headersOf, type WorkersExchange } from './exchange.ts';
import { Upload } from './upload.ts';

/** Why there is no answer of an upstream. */
export type UpstreamFailure = 'upstream_error' | 'upstream_unavailable';

export interface Sender {
  progressed(): void;
  giveUp(cause: 'too_large' | 'client_left'): void;
  /** Whether a try that brought no answer may be followed by another one. */
  mayTryAgain(): boolean;
  /** Another try begins. */
  triesAgain(): void;
}

export type ErrandOf = {
  readonly exchange: WorkersExchange;
  readonly plan: ForwardPlan;
  readonly hold: Hold | undefined;
};

/** A request at the upstreams of its route: one try after another, with one body at most. */
export class Errand {
  readonly #of: ErrandOf;
  readonly #sender: Sender;
  readonly #tries: Tries;
  /** Of the try under way. */
  #abort = new AbortController();
  #upload: Upload | undefined;

  constructor(of: ErrandOf, sender: Sender) {
    this.#of = of;
    this.#sender = sender;
    this.#tries = new Tries(of.exchange.isolate.fleet, of.plan.route);
  }

  /** Bytes of the body that were taken from the client. */
  get bytes(): number {
    return this.#upload?.bytes ?? 0;
  }

  /** Whether nothing more of the body comes. */
  get uploaded(): boolean {
    return this.#upload === undefined || this.#upload.finished;
  }

  /** Whether the upstream waits for the client to send. */
  get awaitsClient(): boolean {
    return this.#upload?.awaitsClient === true && !this.#upload.finished;
  }

  /** Tries upstreams until one answers, or there is no other try. */
  async ask(): Promise<Response | UpstreamFailure> {
    const { method, body } = this.#of.exchange;
    const bodyBegun = body !== null;
    for (;;) {
      const target = this.#tries.next();
      if (!target) return 'upstream_unavailable';
      const url = this.#urlAt(target);
      if (!url) return 'upstream_error';
      const answer = await this.#try(url).catch(() => undefined);
      if (!this.#sender.mayTryAgain()) return 'upstream_error';
      const status = answer?.status;
      this.#tries.ended(status === undefined ? this.#endWithout() : endOf(status));
      // What the runtime took of a body it has taken; it says nothing of what was sent.
      const again = this.#tries.again({ method, unsent: false, bodyBegun, status });
      if (!again) return answer ?? 'upstream_error';
      this.#abort.abort();
      this.#abort = new AbortController();
      this.#sender.triesAgain();
    }
  }

  /**
   * What a try without an answer says of the upstream. Of one that closes in the middle of a body
   * it cannot be told here whether it had answered: a client that sends what is refused early must
   * not open the breaker for others.
   */
  #endWithout(): TryEnd {
    const inBody = this.#upload?.taken === true && !this.#upload.finished;
    return inBody && !this.#abort.signal.aborted ? 'left' : 'failed';
  }

  /** Undefined where the platform would not ask what was authorised. */
  #urlAt(target: Target): URL | undefined {
    const { exchange, plan } = this.#of;
    const path = pathAt(target, plan.path);
    const url = new URL(target.origin + path);
    // The runtime must not read the path once more.
    const same = url.origin === target.origin && url.pathname + url.search === path;
    return same && exchange.isolate.mayAsk(target.origin) ? url : undefined;
  }

  async #try(url: URL): Promise<Response> {
    const { exchange, plan, hold } = this.#of;
    const { body, method, rawHeaders } = exchange;
    if (body !== null) {
      this.#upload = new Upload(body, {
        length: plan.head.contentLength,
        maxBytes: plan.route.fact.max_body_bytes,
        progressed: () => this.#sender.progressed(),
        tooLarge: () => this.#sender.giveUp('too_large'),
        clientLeft: () => this.#sender.giveUp('client_left'),
      });
      waitUntil(this.#upload.done);
    }
    const fields = toUpstream(rawHeaders, exchange.forwarding(plan, hold));
    return await fetch(url, {
      method,
      headers: plan.webSocket ? askingForWebSocket(fields) : headersOf(fields),
      body: this.#upload?.body ?? null,
      redirect: 'manual',
      signal: this.#abort.signal,
    });
  }

  /** Ends the request to the upstream. */
  drop(): void {
    this.#abort.abort(new Error('given up'));
    this.#upload?.stop();
  }

  /** The request is over; what was not said of an upstream by now is not said. */
  over(): void {
    this.#tries.ended('left');
  }
}
