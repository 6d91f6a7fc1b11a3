import { type Address, readAddress } from '@tollgate/billing-core/contract/address.ts';
import { type Forwarding, lessOne, type RawHeaders } from '../core/headers.ts';
import { limitFields } from '../core/limit-fields.ts';
import { type Answer, refusalAnswer } from '../core/problem.ts';
import { readsBodies } from '../core/reading.ts';
import type { Refusal } from '../core/refusal.ts';
import type { Exchange, ForwardPlan, Hold, LimitState } from '../ports.ts';
import type { Isolate } from './isolate.ts';
import { requestId, traceIds } from './mint.ts';
import { Passage } from './passage.ts';

/** Codings that the runtime undoes. */
const DECODED: ReadonlySet<string> = new Set(['gzip', 'br', 'identity']);

/** Fields of a list as pairs; the runtime has joined what came in several lines. */
export function rawOf(headers: Headers): string[] {
  const raw: string[] = [];
  for (const [name, value] of headers) raw.push(name, value);
  return raw;
}

/** A field list as the runtime takes it. Throws on a field that may not be written. */
export function headersOf(raw: readonly string[]): Headers {
  const headers = new Headers();
  for (let i = 0; i + 1 < raw.length; i += 2) headers.append(raw[i] ?? '', raw[i + 1] ?? '');
  return headers;
}

export const answerResponse = ({ status, headers, body }: Answer): Response =>
  new Response(status === 204 ? null : body, { status, headers: headersOf(headers) });

/** Whether the runtime can shake hands on it: it finds out when the upstream has agreed. */
const asksForSocket = (headers: Headers): boolean =>
  headers.get('upgrade')?.toLowerCase() === 'websocket' &&
  headers.get('sec-websocket-version') === '13' &&
  headers.has('sec-websocket-key');

/** One request of the Workers runtime and its answer. */
export class WorkersExchange implements Exchange {
  readonly isolate: Isolate;
  readonly request: Request;
  readonly requestId: string;
  readonly method: string;
  /** The runtime has parsed the URL: dot segments are gone, and what it escapes is escaped. */
  readonly target: string;
  /** The runtime hides the version. */
  readonly httpVersion = '1.1';
  /** Client certificates are bindings of the platform, and authorities its own. */
  readonly ownTls = false;
  readonly rawHeaders: readonly string[];
  /** Null also where one of no bytes is announced: by some methods `fetch` sends none. */
  readonly body: ReadableStream<Uint8Array> | null;
  readonly upgradable: boolean;
  readonly #scheme: 'http' | 'https';
  #carried: RawHeaders = [];

  constructor(isolate: Isolate, request: Request, nowMs: number) {
    this.isolate = isolate;
    this.request = request;
    this.requestId = requestId(nowMs);
    this.method = request.method;
    const url = new URL(request.url);
    this.target = url.pathname + url.search;
    this.#scheme = url.protocol === 'https:' ? 'https' : 'http';
    const raw = rawOf(request.headers);
    if (!request.headers.has('host')) raw.push('host', url.host);
    // HTTP/2 frames bodies itself: a body of unknown length shows in nothing but its being there.
    const { headers } = request;
    this.body = headers.get('content-length') === '0' ? null : request.body;
    const framed = headers.has('content-length') || headers.has('transfer-encoding');
    if (this.body !== null && !framed) raw.push('transfer-encoding', 'chunked');
    this.upgradable = request.method === 'GET' && this.body === null && asksForSocket(headers);
    // The runtime keeps the fields of the connection to itself.
    if (this.upgradable) raw.push('connection', 'upgrade');
    this.rawHeaders = raw;
  }

  /** Cloudflare overwrites this field with the address of the peer. */
  get peer(): string {
    return this.request.headers.get('cf-connecting-ip') ?? 'unknown';
  }

  clientAddress(): Address | undefined {
    return readAddress(this.peer);
  }

  carry(fields: RawHeaders): void {
    this.#carried = fields;
  }

  /** The gateway's own fields on an answer. */
  ours(limits: readonly LimitState[]): RawHeaders {
    const ours = limitFields(limits);
    ours.push('X-Request-Id', this.requestId, ...this.#carried);
    return ours;
  }

  forwarding({ head, route }: ForwardPlan, hold: Hold | undefined): Forwarding {
    return {
      requestId: this.requestId,
      hostField: head.hostField,
      peer: this.peer,
      peerTrusted: false,
      scheme: this.#scheme,
      httpVersion: this.httpVersion,
      trailers: false,
      // The body that is given to `fetch` says its length itself.
      contentLength: undefined,
      maxForwards: this.method === 'OPTIONS' ? lessOne(head.maxForwards) : undefined,
      customerId: hold?.fact.customer.id,
      keyId: hold?.fact.key_id,
      keyPlaces: route.keyPlaces,
      codings: readsBodies(route.wanted) ? DECODED : undefined,
      edit: route.toUpstream,
      mintTrace: traceIds,
    };
  }

  refuse(refusal: Refusal, limits: readonly LimitState[] = []): Response {
    const answer = refusalAnswer(refusal, this.requestId, limits);
    return answerResponse({ ...answer, headers: [...answer.headers, ...this.#carried] });
  }

  reply({ status, headers, body }: Answer): Response {
    const ours = ['X-Request-Id', this.requestId, ...this.#carried];
    const answer = { status, headers: [...headers, ...ours], body };
    return answerResponse(answer);
  }

  forward(plan: ForwardPlan, hold: Hold | undefined): Promise<Response> {
    return new Passage(this, plan, hold).run();
  }
}
