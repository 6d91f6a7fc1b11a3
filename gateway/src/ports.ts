import type {
  KeyFact,
  Outcome,
  RouteFact,
  RoutesSnapshot,
} from '@tollgate/billing-core/contract/facts.ts';
import type { Refusal } from './core/refusal.ts';

/** What the gateway needs of the world. Ports name the need; `node/` and `workers/` meet it. */

/** Core time in ms since the epoch (offset learnt from sync), never running backwards. */
export interface Clock {
  now(): number;
}

/** Facts about keys. `peek` answers from memory so that a warm request awaits nothing. */
export interface Keys {
  /** The key's facts; null when core said there is no such key; undefined when not known here. */
  peek(hash: string): KeyFact | null | undefined;
  /** Asks core. Rejects with Unreachable when core does not answer and nothing is stored. */
  load(hash: string): Promise<KeyFact | null>;
}

/** Routes as of the last snapshot; undefined until the first one is here. */
export interface Routes {
  current(): RoutesSnapshot | undefined;
}

/** Units of one meter reserved under the windows that limit it. */
export type Spend = { readonly meterId: string; readonly windowId: string; readonly units: number };

/** An admitted request: what `settle` needs, and nothing that could change meanwhile. */
export type Hold = {
  readonly requestId: string;
  readonly fact: KeyFact;
  readonly route: RouteFact;
  /** Core time of admission; decides minute and window. */
  readonly admittedAt: number;
  readonly spends: readonly Spend[];
};

/** One limit as the RateLimit fields tell it. */
export type LimitState = {
  readonly name: string;
  readonly quota: number;
  readonly windowS: number;
  readonly remaining: number;
  readonly resetS: number;
};

export type Admission =
  | { readonly kind: 'admitted'; readonly hold: Hold; readonly limits: readonly LimitState[] }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

export type AdmissionRequest = {
  readonly requestId: string;
  readonly fact: KeyFact;
  readonly route: RouteFact;
  /** Announced length of the request's body, 0 when unknown. */
  readonly requestBytes: number;
};

/** A customer's counters. Answers at once when the lease is warm, else after asking core. */
export interface Tills {
  admit(request: AdmissionRequest): Admission | Promise<Admission>;
}

/** What became of an admitted request. `status` is what the client was sent, null for nothing. */
export type Settlement = {
  readonly outcome: Outcome;
  readonly status: number | null;
  readonly requestBytes: number;
  readonly responseBytes: number;
};

/** The durable record of admitted requests. */
export interface Metering {
  /** Runs `forward` once the admitted total, this request included, is on disk. */
  begin(hold: Hold, forward: () => void): void;
  /**
   * Records the outcome, then runs `release`: the last byte of the response must not leave
   * before. Call exactly once a hold.
   */
  settle(hold: Hold, settlement: Settlement, release: () => void): void;
}

/** Counts of refusals of known customers, per minute; best effort. */
export interface Refusals {
  count(customerId: string, reason: string): void;
}

/** billing-core did not answer, and there is nothing stored to go on with. */
export class Unreachable extends Error {}
