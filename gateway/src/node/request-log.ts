import { hash } from 'node:crypto';
import { isApiKey } from '@tollgate/billing-core/contract/api-key.ts';
import type { KeyFact, RouteFact } from '@tollgate/billing-core/contract/facts.ts';
import {
  LOGGED_MAX,
  LOGGED_PATH_CHARS_MAX,
  type LoggedRequest,
  type RequestLogMessage,
  SKIPPED_MAX,
} from '@tollgate/billing-core/contract/request-log.ts';
import { REFUSALS } from '@tollgate/billing-core/contract/refusals.ts';
import { credentialIn, tellsCredential, USUAL_PLACES } from '../core/key.ts';
import { isBillable, measure } from '../core/meter.ts';
import type { Refusal } from '../core/refusal.ts';
import type { Clock, Settlement } from '../ports.ts';
import type { HeldRequest } from './held-request.ts';
import type { Log } from './log.ts';

/**
 * What each customer has a second of requests that went well, and as much again of those that did
 * not: so that one who floods the gateway does not drown the others, nor its own errors.
 */
export const SAMPLED_PER_SECOND = 10;
/** Of all customers together, in one message: their flood is not to become one of core's. */
export const SAMPLED_MAX = 100;
/** Requests that nobody was found for, and whose fields are read for a key. */
const UNNAMED_PER_SECOND = 100;
const SEND_EVERY_MS = 500;
const SENDS_PER_SECOND = 1_000 / SEND_EVERY_MS;
const SEND_TIMEOUT_MS = 2_000;
const MISTYPED = /^tg_(?:live|test)_([0-9A-Za-z]{10})/;
const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i;

/** What an exchange tells of itself. */
export type Seen = {
  readonly requestId: string;
  readonly method: string;
  readonly target: string;
  readonly rawHeaders: readonly string[];
  /** When it came, by performance.now(). */
  readonly startedAt: number;
};

/** Of a refused request: its key's facts and its route, as far as they were known. */
export type About = { readonly fact?: KeyFact | null | undefined; readonly route?: RouteFact };

/** Of an admitted request that is over; `headAt`: when the upstream's answer began. */
export type Ended = {
  readonly held: HeldRequest;
  readonly used: Settlement;
  readonly headAt?: number | undefined;
};

/** Of one customer's requests between two messages: how many were seen, and not noted. */
type Taken = { well: number; badly: number; skipped: number };

export type RequestLogOf = {
  /** Every request, as far as there is room, or so many of each customer. */
  readonly mode: 'sampled' | 'full';
  readonly clock: Clock;
  readonly log: Log;
  /** Core took it, or this throws. */
  readonly send: (message: RequestLogMessage, timeoutMs: number) => Promise<void>;
};

/**
 * Single requests, for people who look for one: kept in memory, sent beside the batches, and the
 * first thing to go. Nothing waits for it, nothing is recorded by it, and what it leaves out is
 * counted by customer (docs/adr/0031).
 */
export class RequestLog {
  readonly #of: RequestLogOf;
  readonly #timer: NodeJS.Timeout;
  #kept: LoggedRequest[] = [];
  #skipped = new Map<string, number>();
  #taken = new Map<string, Taken>();
  #unnamed = 0;
  #sending: Promise<void> | undefined;
  /** Requests of which core is told nothing, in all. */
  left = 0;

  constructor(of: RequestLogOf) {
    this.#of = of;
    this.#timer = setInterval(() => this.#turn(), SEND_EVERY_MS);
    this.#timer.unref();
  }

  /** An admitted request is over. */
  ended(seen: Seen, { held, used, headAt }: Ended): void {
    const { fact, route } = held.hold;
    const well = used.status !== null && used.status < 400;
    if (!this.#takes(fact.customer.id, well)) return;
    this.#kept.push({
      ...this.#common(seen, used.status),
      customer: fact.customer.id,
      key: fact.key_id,
      route: route.id,
      decided_ms: rounded(held.startedAt - seen.startedAt),
      upstream_ms: headAt === undefined ? null : rounded(headAt - held.startedAt),
      request_bytes: used.requestBytes,
      response_bytes: used.responseBytes,
      billable: isBillable(used.outcome, route),
      units: measure({ route }, used).quantities,
    });
  }

  /** A request was not admitted. */
  refused(seen: Seen, { reason }: Refusal, { fact, route }: About = {}): void {
    const whose = fact ? this.#named(fact) : this.#shown(seen.rawHeaders);
    if (!whose) return;
    this.#kept.push({
      ...this.#common(seen, REFUSALS[reason][0]),
      ...whose,
      reason,
      route: route?.id ?? null,
    });
  }

  /** Sends what there is; core has it, or it is lost. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#sending;
    this.#fold();
    await this.#send();
  }

  #named(fact: KeyFact): Partial<LoggedRequest> | undefined {
    if (!this.#takes(fact.customer.id, false)) return undefined;
    return { customer: fact.customer.id, key: fact.key_id };
  }

  /** Whose key a request showed that was refused before anybody asked: core knows, or nobody. */
  #shown(rawHeaders: readonly string[]): Partial<LoggedRequest> | undefined {
    if (this.#unnamed >= UNNAMED_PER_SECOND / SENDS_PER_SECOND || this.#isFull()) return undefined;
    this.#unnamed += 1;
    for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
      const name = rawHeaders[at]?.toLowerCase() ?? '';
      const text = credentialIn(name, rawHeaders[at + 1] ?? '', USUAL_PLACES);
      if (text === undefined) continue;
      if (isApiKey(text)) return { key_hash: hash('sha256', text) };
      const ref = MISTYPED.exec(text)?.[1];
      if (ref !== undefined) return { key_ref: ref };
    }
    return undefined;
  }

  #isFull(): boolean {
    return this.#kept.length >= (this.#of.mode === 'full' ? LOGGED_MAX : SAMPLED_MAX);
  }

  /** Whether this one is noted; one that is not is counted. */
  #takes(customer: string, well: boolean): boolean {
    const taken = this.#takenOf(customer);
    if (!this.#isFull() && (this.#of.mode === 'full' || isInSample(taken, well))) return true;
    taken.skipped += 1;
    return false;
  }

  #takenOf(customer: string): Taken {
    let taken = this.#taken.get(customer);
    if (!taken) this.#taken.set(customer, (taken = { well: 0, badly: 0, skipped: 0 }));
    return taken;
  }

  /** What was counted by customer goes into the next message, and the sample begins anew. */
  #fold(): void {
    for (const [customer, { skipped }] of this.#taken)
      if (skipped > 0) this.#skip(customer, skipped);
    this.#taken = new Map();
  }

  #skip(customer: string, requests: number): void {
    this.left += requests;
    const already = this.#skipped.get(customer);
    if (already === undefined && this.#skipped.size >= SKIPPED_MAX) return;
    this.#skipped.set(customer, (already ?? 0) + requests);
  }

  #common(seen: Seen, status: number | null): LoggedRequest {
    const took = performance.now() - seen.startedAt;
    return {
      request_id: seen.requestId,
      at: Math.max(0, Math.round(this.#of.clock.now() - took)),
      customer: null,
      key: null,
      key_hash: null,
      key_ref: null,
      route: null,
      method: seen.method.slice(0, 40) || '-',
      path: pathOf(seen.target),
      status,
      reason: null,
      duration_ms: rounded(took),
      decided_ms: null,
      upstream_ms: null,
      request_bytes: 0,
      response_bytes: 0,
      billable: false,
      units: [],
    };
  }

  #turn(): void {
    this.#fold();
    this.#unnamed = 0;
    // A core that is slow gets one message at a time; meanwhile there is room for so many.
    this.#sending ??= this.#send().finally(() => (this.#sending = undefined));
  }

  async #send(): Promise<void> {
    if (this.#kept.length === 0 && this.#skipped.size === 0) return;
    const [requests, skipped] = [this.#kept, this.#skipped];
    this.#kept = [];
    this.#skipped = new Map();
    try {
      await this.#of.send({ requests, skipped: [...skipped] }, SEND_TIMEOUT_MS);
    } catch (error) {
      this.#of.log.debug({ err: error, requests: requests.length }, 'the request log lost some');
      // Not sent again: whatever core may have had twice, people would count twice.
      for (const { customer } of requests) if (customer !== null) this.#skip(customer, 1);
      this.left -= [...skipped.values()].reduce((sum, each) => sum + each, 0);
      for (const [customer, each] of skipped) this.#skip(customer, each);
    }
  }
}

function isInSample(taken: Taken, well: boolean): boolean {
  const of = well ? 'well' : 'badly';
  taken[of] += 1;
  return taken[of] <= SAMPLED_PER_SECOND / SENDS_PER_SECOND;
}

const rounded = (ms: number): number => Math.max(0, Math.round(ms * 100) / 100);

/** Whatever a route does with tokens. */
const ANYWHERE = { ...USUAL_PLACES, tokens: 'taken' } as const;

/** Without scheme, host and query. A key or token that a client put into its path is in no log. */
export function pathOf(target: string): string {
  const query = target.indexOf('?');
  const path = (query === -1 ? target : target.slice(0, query)).replace(ORIGIN, '');
  const secret = tellsCredential(path, ANYWHERE);
  return secret ? '(a path with a key in it)' : path.slice(0, LOGGED_PATH_CHARS_MAX);
}
