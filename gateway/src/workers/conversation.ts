import { waitUntil } from 'cloudflare:workers';
import type { Outcome } from '@tollgate/billing-core/contract/facts.ts';
import { GOING_AWAY, POLICY_VIOLATION } from '../core/frame-scan.ts';
import { toClient } from '../core/headers.ts';
import { outcomeOf } from '../core/meter.ts';
import { type Allowance, allowanceOf, allowedIn, UNLIMITED } from '../core/span.ts';
import type { ForwardPlan, Settlement } from '../ports.ts';
import { headersOf, type WorkersExchange } from './exchange.ts';
import type { HeldRequest } from './held-request.ts';
import { say } from './log.ts';

const SWITCHING = 101;
const OUTCOME = outcomeOf(SWITCHING);
const SILENCE_MS = 300_000;
/** What a client may have sent ahead of what was set aside for it. */
const WAITING_BYTES_MAX = 1024 * 1024;
const TOO_BIG = 1009;
const TRY_AGAIN_LATER = 1013;
const PROTOCOL_ERROR = 1002;
/** How long an upstream may take in what was sent, and say goodbye; `waitUntil` has 30 s. */
const FAREWELL_MS = 10_000;
/** Codes that stand for what was not sent. */
const UNSENT = new Set([1005, 1006, 1015]);

// The runtime shakes hands itself, on both sides; which subprotocol is for client and upstream.
const SHAKE = new Set([
  'sec-websocket-key',
  'sec-websocket-version',
  'sec-websocket-extensions',
  'sec-websocket-accept',
]);

function withoutShake(raw: readonly string[]): string[] {
  const kept: string[] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] ?? '';
    if (!SHAKE.has(name.toLowerCase())) kept.push(name, raw[i + 1] ?? '');
  }
  return kept;
}

/** Fields by which the runtime asks an upstream for a WebSocket. */
export function askingForWebSocket(raw: readonly string[]): Headers {
  const headers = headersOf(withoutShake(raw));
  headers.set('upgrade', 'websocket');
  return headers;
}

type Message = string | ArrayBuffer;

const bytesOf = (message: Message): number =>
  typeof message === 'string' ? new TextEncoder().encode(message).length : message.byteLength;

function close(socket: WebSocket, code: number, reason: string): void {
  try {
    if (UNSENT.has(code)) socket.close();
    else socket.close(code, reason);
  } catch {
    closeAnyway(socket);
  }
}

/** One may be told a code that may not be said, and the other side has to end all the same. */
function closeAnyway(socket: WebSocket): void {
  try {
    socket.close(PROTOCOL_ERROR);
  } catch {
    // It is closed already.
  }
}

export type ConversationOf = {
  readonly held: HeldRequest | undefined;
  readonly socket: WebSocket;
  /** Told when nothing more happens. */
  over(): void;
  /** Cuts the connection to the upstream. */
  drop(): void;
};

/**
 * An admitted request that goes on as a WebSocket. The runtime hands over whole messages, and has
 * no backpressure. What passes is recorded span by span; each span is admitted anew, so a key that
 * is revoked, or a quota that is used up, ends it.
 */
export class Conversation {
  readonly #exchange: WorkersExchange;
  readonly #plan: ForwardPlan;
  readonly #of: ConversationOf;
  readonly #upstream: WebSocket;
  readonly #client: WebSocket;
  readonly #far: WebSocket;
  readonly #startedAt: number;
  /** What is set aside for the client in each span: no more may pass. */
  readonly #each: Allowance;
  readonly #held: HeldRequest | undefined;
  readonly #passed = { requestBytes: 0, responseBytes: 0, requestMessages: 0, responseMessages: 0 };
  #waiting: Message[] = [];
  #waitingBytes = 0;
  /** What the client closed with while messages of it were waiting: they pass first. */
  #farewell: { readonly code: number; readonly reason: string } | undefined;
  #settled = false;
  readonly #upstreamGone = Promise.withResolvers<'gone'>();
  #silence: number | null = null;
  #total: number | null = null;

  constructor(exchange: WorkersExchange, plan: ForwardPlan, of: ConversationOf) {
    this.#exchange = exchange;
    this.#plan = plan;
    this.#of = of;
    this.#held = of.held;
    this.#upstream = of.socket;
    const pair = new WebSocketPair();
    this.#far = pair[0];
    this.#client = pair[1];
    this.#startedAt = exchange.isolate.wall();
    this.#each = of.held ? allowanceOf(plan.route.fact) : UNLIMITED;
  }

  /** Lets messages pass. Out: the answer that the client gets, with the upstream's fields. */
  open(raw: readonly string[]): Response {
    for (const socket of [this.#upstream, this.#client]) {
      socket.accept();
      socket.binaryType = 'arraybuffer';
    }
    const [client, upstream] = [this.#client, this.#upstream];
    upstream.addEventListener('message', ({ data }) => this.#fromUpstream(data as Message));
    client.addEventListener('message', ({ data }) => this.#fromClient(data as Message));
    upstream.addEventListener('close', ({ code, reason }) => {
      this.#upstreamGone.resolve('gone');
      this.#end(OUTCOME, code, reason);
    });
    client.addEventListener('close', ({ code, reason }) => {
      if (this.#waiting.length > 0) this.#farewell = { code, reason };
      else this.#end(OUTCOME, code, reason);
    });
    upstream.addEventListener('error', () => {
      this.#upstreamGone.resolve('gone');
      this.#end('upstream_error', GOING_AWAY, '');
    });
    client.addEventListener('error', () => {
      // One that has said goodbye waits for no answer; what it sent before passes all the same.
      if (!this.#farewell) this.#end(OUTCOME, GOING_AWAY, '');
    });
    this.#held?.lasts(() => this.#checkpointSoon());
    this.#moved();
    const { limits, route } = this.#plan;
    const { total_timeout_ms: total } = route.fact;
    const timeUp = (): void => this.#end(OUTCOME, GOING_AWAY, 'its time is up');
    if (total !== undefined) this.#total = setTimeout(timeUp, total);
    const ours = { fields: this.#exchange.ours(limits), edit: route.toClient };
    const { headers } = toClient(withoutShake(raw), SWITCHING, ours);
    return new Response(null, {
      status: SWITCHING,
      webSocket: this.#far,
      headers: headersOf(headers),
    });
  }

  #moved(): void {
    const { idle_timeout_ms: idle, timeout_ms: first } = this.#plan.route.fact;
    clearTimeout(this.#silence);
    this.#silence = setTimeout(
      () => this.#end(OUTCOME, GOING_AWAY, 'silent for too long'),
      idle ?? Math.max(SILENCE_MS, first),
    );
  }

  #fromUpstream(message: Message): void {
    if (this.#settled || this.#farewell) return;
    this.#moved();
    this.#passed.responseBytes += bytesOf(message);
    this.#passed.responseMessages += 1;
    this.#client.send(message);
  }

  #fromClient(message: Message): void {
    if (this.#settled) return;
    this.#moved();
    const bytes = bytesOf(message);
    if (bytes > this.#each.bytes) {
      return this.#end(OUTCOME, TOO_BIG, 'body_too_large');
    }
    if (this.#waiting.length === 0 && this.#fits(bytes)) return this.#send(message, bytes);
    this.#waiting.push(message);
    this.#waitingBytes += bytes;
    if (this.#waitingBytes > WAITING_BYTES_MAX) {
      return this.#end(OUTCOME, TRY_AGAIN_LATER, 'too much at once');
    }
    if (this.#waiting.length === 1) this.#checkpointSoon();
  }

  #fits(bytes: number): boolean {
    const allowed = allowedIn(this.#each, this.#held?.granted);
    const { requestBytes, requestMessages } = this.#passed;
    return requestBytes + bytes <= allowed.bytes && requestMessages < allowed.messages;
  }

  #send(message: Message, bytes: number): void {
    this.#passed.requestBytes += bytes;
    this.#passed.requestMessages += 1;
    this.#upstream.send(message);
  }

  #sendWaiting(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const bytes = bytesOf(next);
      if (!this.#fits(bytes)) return this.#checkpointSoon();
      this.#waiting.shift();
      this.#waitingBytes -= bytes;
      this.#send(next, bytes);
    }
    if (this.#farewell) this.#end(OUTCOME, this.#farewell.code, this.#farewell.reason);
  }

  #checkpointSoon(): void {
    const { requestId } = this.#exchange;
    waitUntil(
      this.#checkpoint().catch((error: unknown) => {
        say('error', 'a WebSocket crashed', { request_id: requestId, err: error });
        this.#end(OUTCOME, GOING_AWAY, 'something went wrong');
      }),
    );
  }

  async #checkpoint(): Promise<void> {
    if (this.#settled) return;
    const answer = await this.#held?.nextSpan(this.#settlement(OUTCOME), { uploaded: false });
    if (answer === 'goes on') this.#sendWaiting();
    else if (answer) this.#end(OUTCOME, POLICY_VIOLATION, answer.reason);
  }

  #settlement(outcome: Outcome): Settlement {
    const durationMs = Math.max(0, Math.round(this.#exchange.isolate.wall() - this.#startedAt));
    return { outcome, status: SWITCHING, durationMs, ...this.#passed };
  }

  /** Ends both sides; the client's when the record is stored, where that is asked for. */
  #end(outcome: Outcome, code: number, reason: string): void {
    if (this.#settled) return;
    this.#settled = true;
    clearTimeout(this.#silence);
    clearTimeout(this.#total);
    close(this.#upstream, code, reason);
    const stored = this.#held?.settle(this.#settlement(outcome));
    const done = Promise.resolve(stored)
      .catch(() => undefined)
      .then(() => {
        close(this.#client, code, reason);
        this.#of.over();
        return Promise.race([this.#upstreamGone.promise, scheduler.wait(FAREWELL_MS)]);
      })
      // The runtime would wait for the goodbye of an upstream for good.
      .then((how) => how ?? this.#of.drop());
    waitUntil(done);
  }
}
