import type { KeyFact, Outcome, RouteFact } from '@tollgate/billing-core/contract/facts.ts';
import type { RequestHead } from './core/head.ts';
import type { Refusal } from './core/refusal.ts';
import type { Address } from '@tollgate/billing-core/contract/address.ts';
import type { RawHeaders } from './core/headers.ts';
import type { Answer } from './core/problem.ts';
import type { Once } from './core/once.ts';
import type { AskedPath, CompiledRoute, RouteTable } from './core/route.ts';
import type { Reading } from './core/value.ts';

/** What the gateway needs of the world. Ports name the need; `node/` and `workers/` meet it. */

/** Core time in ms since the epoch (offset learnt from sync), never running backwards. */
export interface Clock {
  now(): number;
}

/**
 * Facts about keys. `peek` answers from memory so that a warm request awaits nothing. A key is
 * asked for by its hash, the holder of a token by `customer=…` or `key=…`.
 */
export interface Keys {
  /**
   * The key's facts; null when core said there is no such key; undefined when not known here.
   * `now`: core's time, if that has just been read.
   */
  peek(ref: string, now?: number): KeyFact | null | undefined;
  /**
   * Asks core, `on` behalf of a request. Rejects with Unreachable when core does not answer and
   * nothing is stored.
   */
  load(ref: string, on?: Exchange): Promise<KeyFact | null>;
}

/** Routes as of the last snapshot, compiled once; undefined until the first one is here. */
export interface Routes {
  current(): RouteTable | undefined;
}

/** How the upstreams of routes do. */
export interface Readiness {
  /** Seconds until one of the route's may be asked; undefined when one may be now. */
  awaited(route: CompiledRoute): number | undefined;
}

/** Units of one meter reserved under the windows that limit it. */
export type Spend = {
  readonly meterId: string;
  readonly windowId: string;
  readonly units: number;
  /** Admitted without a lease while core could not be asked, where the plan allows that. */
  readonly unleased: boolean;
  /** Of the lease: one of another generation was an ended boot's. */
  readonly generation: number;
};

/**
 * A long request is recorded span by span, so that a crash loses one span at most. This is what
 * its earlier spans have recorded; a request that has none is in its first span.
 */
export type Span = {
  readonly number: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly requestMessages?: number | undefined;
  readonly responseMessages?: number | undefined;
  readonly durationMs?: number | undefined;
  readonly once?: Once | undefined;
};

/** An admitted request: what `settle` needs, and nothing that could change meanwhile. */
export type Hold = {
  readonly requestId: string;
  readonly fact: KeyFact;
  readonly route: RouteFact;
  /** Core time of admission; decides minute and window. */
  readonly admittedAt: number;
  readonly spends: readonly Spend[];
  /** Left out: the first. */
  readonly span?: Span | undefined;
  /** Of those with the same key one is billed. */
  readonly once?: Once | undefined;
  /** Its place among those that a host has open; the host's own affair. */
  slot?: number;
};

/** One limit as the RateLimit fields tell it. */
export type LimitState = {
  readonly name: string;
  /** The meter that a quota limits, and what is left of it here, in scaled units. */
  readonly meterId?: string;
  readonly left?: number;
  /** What it counts, where that is not requests. */
  readonly unit?: string | undefined;
  readonly quota: number;
  readonly windowS: number;
  readonly remaining: number;
  readonly resetS: number;
};

export type Admission =
  | { readonly kind: 'admitted'; readonly hold: Hold; readonly limits: readonly LimitState[] }
  | {
      readonly kind: 'refused';
      readonly refusal: Refusal;
      /** What the RateLimit fields of the refusal tell. */
      readonly limits?: readonly LimitState[];
    };

export type AdmissionRequest = {
  readonly requestId: string;
  readonly fact: KeyFact;
  readonly route: RouteFact;
  /** Announced length of the request's body; the most it can be when that is unknown. */
  readonly requestBytes: number;
  /** The span that is asked for, of a request that was admitted before. */
  readonly span?: Span | undefined;
  /** Hash of the Idempotency-Key by which it is billed once. */
  readonly once?: string | undefined;
};

/** A customer's counters. Answers at once when the lease is warm, else after asking core. */
export interface Tills {
  /** `now`: core's time, if that has just been read. */
  admit(request: AdmissionRequest, now?: number): Admission | Promise<Admission>;
}

/**
 * What became of an admitted request, over all its spans. `status` is what the client was sent,
 * null for nothing.
 */
export type Settlement = {
  readonly outcome: Outcome;
  readonly status: number | null;
  readonly requestBytes: number;
  readonly responseBytes: number;
  /** Whole messages each way; a WebSocket has them. */
  readonly requestMessages?: number;
  readonly responseMessages?: number;
  /** From the start of forwarding to the end of the response. */
  readonly durationMs?: number;
  /** It goes on: what only its end tells is not known yet. */
  readonly lasts?: boolean;
  /** What the route's rules found in the response, by rule; without one there was none. */
  readonly readings?: readonly (Reading | undefined)[];
};

/** What a request that goes on has used so far. */
export type Progress = Settlement & {
  /** Nothing more of the request's body comes. */
  readonly uploaded: boolean;
};

/** What is asked before a request that was admitted may go on. */
export type NextSpan = {
  readonly span: Span;
  readonly uploaded: boolean;
  /** Whether the request still waits for this answer; left out: it does. */
  readonly awaited?: (() => boolean) | undefined;
};

/** A request that lasts, as its record sees it. */
export interface LongRequest {
  /** Judges it anew: its key as it is now, and the limits. */
  again(next: NextSpan): Admission | Promise<Admission>;
  /** From here on this is its hold. */
  goOn(hold: Hold): void;
  /** It may not go on: it has to end now, and settle the hold it has. */
  end(refusal: Refusal): void;
  /** `again` rejected, which is a bug; the hold it has stays its own. */
  crashed(error: unknown): void;
}

/** The durable record of admitted requests. */
export interface Metering {
  /** Runs `forward` once the admitted total, this request included, is on disk. */
  begin(hold: Hold, forward: () => void): void;
  /**
   * Records the outcome, then runs `release`: the last byte of the response must not leave
   * before. Call exactly once a hold.
   */
  settle(hold: Hold, settlement: Settlement, release: () => void): void;
  /**
   * Records what a request used since its last checkpoint and asks for its next span. The request
   * need not wait: it has a hold at every moment, while core is asked too.
   */
  checkpoint(hold: Hold, progress: Progress, request: LongRequest): void;
  /** Writes now what this turn of the event loop has recorded so far. */
  flush(): void;
}

/** Counts of refusals of known customers, per minute; best effort. */
export interface Refusals {
  count(customerId: string, reason: string): void;
}

/** How an admitted request is to be forwarded. */
export type ForwardPlan = {
  readonly route: CompiledRoute;
  /** What the upstream is asked for. */
  readonly path: AskedPath;
  readonly head: RequestHead;
  readonly limits: readonly LimitState[];
  /** Goes on as a WebSocket, if the upstream agrees. */
  readonly webSocket: boolean;
  /** Judges the request's next span; left out where requests are not recorded in spans. */
  readonly again?: ((next: NextSpan) => Admission | Promise<Admission>) | undefined;
};

/** One request and its answer, made by the host; what `gate` is asked to judge. */
export interface Exchange {
  readonly requestId: string;
  readonly method: string;
  /** The request target as it stood in the request line. */
  readonly target: string;
  /** `1.0` or `1.1`; hosts that hide the version say `1.1`. */
  readonly httpVersion: string;
  /** Names and values in turn, duplicates included. */
  readonly rawHeaders: readonly string[];
  /** The host can let this request go on as a WebSocket. */
  readonly upgradable: boolean;
  /** The host can speak TLS with upstreams by authorities and certificates of their routes. */
  readonly ownTls: boolean;
  /** Of the client, by what proxies that are trusted say; undefined when it cannot be told. */
  clientAddress(): Address | undefined;
  /** Every answer from here on has these fields too. */
  carry(fields: RawHeaders): void;
  /** Answers at once; nothing is forwarded. */
  reply(answer: Answer): Response;
  /** `about`: whose it is and for which route, as far as that was found out. */
  refuse(
    refusal: Refusal,
    limits?: readonly LimitState[],
    about?: { readonly fact?: KeyFact | null; readonly route?: RouteFact },
  ): Response;
  /** Forwards and answers; records the outcome of the hold, which public routes do not have. */
  forward(plan: ForwardPlan, hold: Hold | undefined): Response | Promise<Response>;
}

/** billing-core did not answer, and there is nothing stored to go on with. */
export class Unreachable extends Error {}
