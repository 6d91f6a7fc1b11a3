import { outcomeOf } from '../../src/core/meter.ts';
import type { Refusal } from '../../src/core/refusal.ts';
import { HeldRequest } from '../../src/node/held-request.ts';
import type { Exchange, ForwardPlan, Hold, Progress, Settlement } from '../../src/ports.ts';
import type { GatewayProcess } from './gateway.ts';
import { pathOf } from './scenario.ts';
import type { Request } from './truth.ts';
import type { Answer } from './upstream.ts';

const SENT = new Response(null);

/** The real one, seen from outside: which hold a request has now. */
class SeenRequest extends HeldRequest {
  readonly #request: Request;

  constructor(request: Request, ...of: ConstructorParameters<typeof HeldRequest>) {
    super(...of);
    this.#request = request;
  }

  override goOn(hold: Hold): void {
    super.goOn(hold);
    this.#request.hold = hold;
  }
}

/** One request at a gateway: what a host's exchange and its passage do, without bytes. */
export class Visit implements Exchange {
  readonly request: Request;
  readonly method = 'POST';
  readonly target: string;
  readonly httpVersion = '1.1';
  readonly upgradable = false;
  readonly ownTls = true;
  readonly rawHeaders: readonly string[];
  readonly #process: GatewayProcess;
  #timer: NodeJS.Timeout | undefined;
  #held: HeldRequest | undefined;
  #answer: Answer | undefined;

  constructor(process: GatewayProcess, request: Request) {
    const { spec, key, bodyBytes } = request;
    this.#process = process;
    this.request = request;
    this.target = `${pathOf(spec)}/x`;
    const length = ['Content-Length', String(bodyBytes)];
    this.rawHeaders = ['Host', 'api.test', 'X-API-Key', key.text, ...(bodyBytes ? length : [])];
  }

  get requestId(): string {
    return this.request.id;
  }

  clientAddress(): undefined {}

  carry(): void {}

  reply(): Response {
    return SENT;
  }

  refuse({ reason }: Refusal): Response {
    this.request.refusedAs = reason;
    this.#process.refused(this);
    return SENT;
  }

  forward({ route, again }: ForwardPlan, hold: Hold | undefined): Response {
    if (!hold) return SENT;
    const { open, spans } = this.#process;
    this.#process.admitted(this, hold);
    const of = { metering: open.metering, spans, again };
    this.#held = new SeenRequest(this.request, hold, of, {
      progress: () => this.#progress(),
      mayNotGoOn: () => this.#refusedFurther(),
      crashed: (error) => this.#process.yard.world.uncaught(error),
    });
    this.#held.begin(() => this.#start(route.fact.timeout_ms));
    return SENT;
  }

  /** The admitted total that counts this request is on disk. */
  #start(timeoutMs: number): void {
    const { request } = this;
    if (!this.#process.alive) return;
    request.forwarded = true;
    if (request.clientLeft) return this.#settle('client_abort', null);
    const { upstream } = this.#process.yard;
    const late = (): void => {
      if (this.#answer) this.#settle('upstream_timeout', this.#answer.status);
      else this.#settle('upstream_timeout', 504);
    };
    this.#timer = setTimeout(late, timeoutMs);
    upstream.serve(request, this.#process, {
      begins: (answer) => {
        this.#answer = answer;
        // A response that lasts is not timed out while it makes progress.
        clearTimeout(this.#timer);
        if (request.outcome === null) this.#held?.lasts();
      },
      ends: (status) => this.#settle(outcomeOf(status), status),
    });
  }

  clientLeft(): void {
    this.request.clientLeft = true;
    if (!this.request.forwarded) return;
    // What the upstream answered counts, also when nobody stayed to read it.
    if (this.#answer) this.#cutOff();
    else this.#settle('client_abort', null);
  }

  #refusedFurther(): void {
    this.request.cutOff = true;
    this.#process.yard.world.count('further span refused');
    this.#cutOff();
  }

  #cutOff(): void {
    if (this.#answer) this.#settle(outcomeOf(this.#answer.status), this.#answer.status, false);
  }

  /** The process cannot wait any longer. */
  abandon(): void {
    if (this.request.forwarded) this.#settle('upstream_error', 502);
  }

  #progress(): Progress | null {
    if (this.request.outcome !== null || !this.#answer) return null;
    const { status } = this.#answer;
    const { bodyBytes } = this.request;
    const responseBytes = this.#answer.bytes();
    return {
      outcome: outcomeOf(status),
      status,
      requestBytes: bodyBytes,
      responseBytes,
      uploaded: true,
    };
  }

  /** Ends it once, whoever comes first. */
  #settle(outcome: Settlement['outcome'], status: number | null, isWhole = true): void {
    const { request } = this;
    if (request.outcome !== null || !this.#held) return;
    clearTimeout(this.#timer);
    const { bodyBytes } = request;
    // Of a request that was given up a part may have come through.
    const requestBytes = this.#answer ? bodyBytes : Math.floor(bodyBytes / 2);
    const responseBytes = this.#answer?.bytes() ?? 0;
    const { world, truth } = this.#process.yard;
    truth.settled(request, outcome);
    world.note(`${this.#process.name} settles ${request.id}: ${outcome}`);
    this.#process.settled(this);
    this.#held.settle({ outcome, status, requestBytes, responseBytes }, isWhole, () => {
      if (!this.#process.alive) return;
      this.#process.left(this);
    });
    this.#checkQuantity({ requestBytes, responseBytes });
  }

  /** What its records count is what went through, however many there are. */
  #checkQuantity(bytes: { requestBytes: number; responseBytes: number }): void {
    const { spec, written } = this.request;
    const { source, units } = spec;
    const { requestBytes, responseBytes } = bytes;
    const due = { request: 1, request_bytes: requestBytes, response_bytes: responseBytes }[source];
    this.#process.yard.truth.check(written, due * units);
  }
}
