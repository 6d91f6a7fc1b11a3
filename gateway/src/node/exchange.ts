import type { IncomingMessage, ServerResponse } from 'node:http';
import { type BlockList, isIP } from 'node:net';
import type { Address } from '@tollgate/billing-core/contract/address.ts';
import type { Fleet } from '../core/fleet.ts';
import { type RawHeaders, valuesOf } from '../core/headers.ts';
import { limitFields } from '../core/limit-fields.ts';
import { type Answer, failureAnswer, refusalAnswer } from '../core/problem.ts';
import type { Refusal, RefusalReason } from '../core/refusal.ts';
import { clientAddress } from '../core/whereabouts.ts';
import type { Exchange, ForwardPlan, Hold, LimitState, Metering, Settlement } from '../ports.ts';
import { breakOff, bodyIsComing, closeGently, writeAnswer } from './connection.ts';
import { type Connections, type Guest } from './connections.ts';
import type { Course } from './course.ts';
import { Passage } from './forward.ts';
import type { Handover } from './handover.ts';
import type { ConnectionLimit } from './connection-limit.ts';
import type { Load } from './load.ts';
import type { Log } from './log.ts';
import type { Mint } from './mint.ts';
import type { About, Ended, RequestLog, Seen } from './request-log.ts';
import type { Spans } from './spans.ts';
import type { Telemetry } from './telemetry.ts';
import type { RequestTrace, Tracing } from './tracing.ts';
import type { Upstreams } from './upstreams.ts';

/** What every exchange of one gateway process shares. */
export type ExchangeHost = {
  readonly metering: Metering;
  /** Ends the spans of requests that last. */
  readonly spans: Spans;
  readonly upstreams: Upstreams;
  /** How the upstreams of routes do. */
  readonly fleet: Fleet;
  readonly connections: Connections;
  readonly connectionLimit: ConnectionLimit;
  readonly load: Load;
  readonly mint: Mint;
  readonly telemetry: Telemetry;
  /** Left out where single requests are not noted. */
  readonly requestLog?: RequestLog | undefined;
  /** Left out where no collector is told of requests. */
  readonly tracing?: Tracing | undefined;
  readonly log: Log;
  /** Peers whose X-Forwarded-* are believed. */
  readonly proxies: BlockList;
  stopping(): boolean;
};

/** Says to Hono that the answer went, or goes, onto the connection by another way. */
export const SENT = new Response(null);

const MAPPED = '::ffff:';

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

/** Refusals of requests of which it is not certain where they end, or whose sender is at odds. */
const DOUBTFUL = new Set<RefusalReason>(['invalid_request', 'headers_too_many']);

/** One request of Node's HTTP server and its answer. */
export class NodeExchange implements Exchange, Guest, Seen {
  readonly ownTls = true;
  readonly host: ExchangeHost;
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly requestId: string;
  readonly method: string;
  readonly target: string;
  readonly httpVersion: string;
  readonly handover: Handover | undefined;
  readonly startedAt = performance.now();
  /** Where this request is recorded for a collector. */
  readonly trace: RequestTrace | undefined;
  #carried: RawHeaders = [];
  #timed = false;
  #course: Course | undefined;
  #left = false;
  #answered = false;
  #malformed = false;
  /** Its answer ends the connection. */
  #isLast = false;
  /** Refused before its body was there: garbage behind such a body may be a part of it. */
  #early = false;

  constructor(
    host: ExchangeHost,
    { incoming, outgoing }: { incoming: IncomingMessage; outgoing: ServerResponse },
    handover?: Handover,
  ) {
    this.host = host;
    this.incoming = incoming;
    this.outgoing = outgoing;
    this.handover = handover;
    this.requestId = host.mint.requestId();
    this.method = incoming.method ?? '';
    this.target = incoming.url ?? '';
    this.httpVersion = incoming.httpVersion;
    this.trace = host.tracing?.begin(this);
    host.connections.enter(incoming.socket, this);
    handover?.onFlood(() => {
      // An answer in place of the WebSocket goes on as it is.
      if (!outgoing.headersSent) this.#spoil();
    });
  }

  get safe(): boolean {
    return SAFE.has(this.method);
  }

  get over(): boolean {
    return this.outgoing.writableFinished && this.incoming.complete && !this.#early;
  }

  get rawHeaders(): readonly string[] {
    return this.incoming.rawHeaders;
  }

  /** By what a line of the log finds it. */
  get names(): { request_id: string; trace_id?: string } {
    const trace = this.trace && { trace_id: this.trace.id };
    return { request_id: this.requestId, ...trace };
  }

  get upgradable(): boolean {
    return this.handover !== undefined;
  }

  /** The peer's address; IPv4 in its own form also on a dual-stack socket. */
  get peer(): string {
    const address = this.incoming.socket.remoteAddress ?? 'unknown';
    return address.startsWith(MAPPED) ? address.slice(MAPPED.length) : address;
  }

  get peerTrusted(): boolean {
    return this.#isTrusted(this.peer);
  }

  #isTrusted(address: string): boolean {
    const family = isIP(address);
    return family !== 0 && this.host.proxies.check(address, family === 6 ? 'ipv6' : 'ipv4');
  }

  /** Says on the answers of a stopping gateway that the connection ends with them. */
  closing(): string[] {
    return this.host.stopping() ? ['Connection', 'close'] : [];
  }

  clientAddress(): Address | undefined {
    const chain = valuesOf(this.rawHeaders, 'x-forwarded-for');
    return clientAddress(this.peer, chain, (address) => this.#isTrusted(address));
  }

  carry(fields: RawHeaders): void {
    this.#carried = fields;
  }

  /** The gateway's own fields on an answer. */
  ours(limits: readonly LimitState[]): RawHeaders {
    const ours = limitFields(limits);
    ours.push('X-Request-Id', this.requestId, ...this.#carried, ...this.closing());
    return ours;
  }

  refuse(refusal: Refusal, limits: readonly LimitState[] = [], about?: About): Response {
    if (this.#answered) return SENT;
    this.#answered = true;
    const answer = refusalAnswer(refusal, this.requestId, limits);
    this.host.telemetry.refused(refusal.reason);
    this.trace?.refused(refusal.reason, about);
    this.host.requestLog?.refused(this, refusal, about);
    // A client that was not told to go on may send the body, or the next request instead.
    const unasked = this.incoming.headers.expect !== undefined;
    if (unasked || DOUBTFUL.has(refusal.reason)) {
      this.outgoing.shouldKeepAlive = false;
      this.host.connections.endBehind(this.incoming.socket);
    }
    return this.#answer(answer);
  }

  reply(answer: Answer): Response {
    if (this.#answered) return SENT;
    this.#answered = true;
    return this.#answer({
      ...answer,
      headers: [...answer.headers, 'X-Request-Id', this.requestId],
    });
  }

  #answer(answer: Answer): Response {
    if (!this.#left) {
      this.#early = bodyIsComing(this.incoming);
      const headers = [...answer.headers, ...this.#carried, ...this.closing()];
      writeAnswer(this.incoming, this.outgoing, { ...answer, headers });
    }
    this.#depart(answer.status);
    return SENT;
  }

  forward(plan: ForwardPlan, hold: Hold | undefined): Response {
    this.#answered = true;
    this.trace?.found({ route: plan.route.fact, fact: hold?.fact });
    this.#course = new Passage(this, plan, hold);
    if (this.#left) this.#course.clientLeft();
    if (this.#malformed) this.#course.malformed();
    this.#course.begin();
    return SENT;
  }

  /** A bug in the decision: told as 500, never as silence. */
  crashed(error: unknown): void {
    this.host.log.error({ err: error, ...this.names }, 'a request crashed');
    if (this.#answered) return;
    this.#answered = true;
    const answer = failureAnswer('internal', this.requestId);
    if (!this.#left) writeAnswer(this.incoming, this.outgoing, answer);
    this.#depart(answer.status);
  }

  /** The request goes on in another form. */
  goOnAs(course: Course): void {
    this.#course = course;
    course.begin();
    if (this.#left) course.clientLeft();
  }

  /** Called by the course when it has settled and its answer has gone; `ended`: it is recorded. */
  leave(settlement: Settlement, ended?: Ended): void {
    this.host.telemetry.forwarded(settlement);
    this.trace?.forwarded(settlement.outcome);
    if (ended) this.host.requestLog?.ended(this, ended);
    // The connection remembers its newest exchange, and need not keep what passed.
    this.#course = undefined;
    this.#depart(settlement.status);
  }

  /** The connection goes on in another protocol: what it takes from here on is no duration. */
  switched(status: number): void {
    this.#time(status);
    this.#timed = true;
  }

  #time(status: number | null): void {
    if (this.#timed) return;
    const seconds = (performance.now() - this.startedAt) / 1_000;
    this.host.telemetry.answered(this.method, status, seconds);
    this.trace?.end(status);
  }

  #depart(status: number | null): void {
    this.#time(status);
    this.host.connections.leave(this.incoming.socket, this);
  }

  clientLeft(): void {
    this.#left = true;
    this.#course?.clientLeft();
  }

  abandon(): void {
    this.#course?.abandon();
  }

  cut(): void {
    breakOff(this.incoming);
  }

  goAway(): void {
    this.#course?.goAway?.();
  }

  malformed(): boolean {
    const { incoming, outgoing } = this;
    if (this.over) return false;
    if (this.#isLast) return true;
    this.#isLast = true;
    // Whatever the answer is, it is the last one.
    outgoing.shouldKeepAlive = false;
    if (outgoing.writableFinished) closeGently(incoming.socket);
    else outgoing.once('finish', () => closeGently(incoming.socket));
    // Garbage after a whole request does not change what becomes of it; in its body it does, or
    // will, once it is decided whether the request is admitted.
    if (!incoming.complete) this.#spoil();
    return true;
  }

  #spoil(): void {
    this.#malformed = true;
    this.#course?.malformed();
  }
}
