import type { KeyFact, RoutesSnapshot } from '@tollgate/billing-core/contract/facts.ts';
import type {
  LeaseGrant,
  LeaseTotals,
  SyncEnvelope,
} from '@tollgate/billing-core/contract/sync.ts';
import type { RateAsk, RateGrant } from './sub-rate.ts';

/** What an isolate says to a till object, and what it hears: sync again, one step further out. */

/** For how long facts are served that core could not vouch for: the bound on a revocation then. */
export const STALE_MAX_MS = 3_600_000;

/** Records of settled requests. A parcel's content never changes; the object keeps it once. */
export type Parcel = { readonly number: number; readonly records: readonly string[] };

/** A parcel that could not be handed over for an hour: it is gone, with so many records. */
export type GivenUp = { readonly number: number; readonly records: number };

/** An isolate's running totals of one sub-lease: what a till tells core, and what core knows. */
export type SubAsk = LeaseTotals & {
  /** When that window ends: only a key's facts tell. */
  readonly endsAt: number;
  /** G as the isolate knows it. */
  readonly held: number;
};

export type RefusalCount = SyncEnvelope['refusals'][number];

export type Report = {
  readonly isolate: string;
  readonly customerId: string;
  /** Every parcel below this number is known to be stored, or to be told as lost. */
  readonly floor: number;
  readonly parcels: readonly Parcel[];
  readonly asks: readonly SubAsk[];
  /** Core time in ms: every request this isolate admitted before it is in this report or older. */
  readonly watermark: number;
  /** Requests admitted and not settled. */
  readonly open: number;
  /** Number of the newest change that may have freed units. */
  readonly reopened: string;
  readonly rate: RateAsk | null;
  /** Windows whose units core wants back. */
  readonly recalled: readonly string[];
  readonly refusals: readonly RefusalCount[];
  /** Told of until the object has answered; an isolate of an earlier release says nothing here. */
  readonly givenUp?: readonly GivenUp[];
};

export type ReportAnswer = {
  /** Core time in ms. */
  readonly now: number;
  readonly grants: readonly LeaseGrant[];
  readonly asOf: string;
  readonly rate: RateGrant | null;
  /** Core cannot be asked: the plan says what to do with a request that it would have decided. */
  readonly away: boolean;
  /** Core has answered this object since it began. */
  readonly heard: boolean;
  /**
   * Core was asked for what this report asks for, and had not answered when this was written. An
   * object of an earlier release says nothing here.
   */
  readonly unanswered?: boolean;
};

export type KeyQuestion = {
  /** The hash of a key, or who a token names. */
  readonly ref: string;
  /** The customer reference by which this object was chosen, where no key said it. */
  readonly customerRef?: string | undefined;
  /** The newest change the isolate knows: the answer must not be older. */
  readonly cursor: string;
};

/**
 * `null`: there is no such key. Without `fact`: core cannot be asked, and nothing is stored.
 * `moved`: the token names another customer by now.
 */
export type KeyAnswer = {
  readonly now: number;
  readonly fact?: KeyFact | null;
  readonly moved?: true;
};

export type FactsQuestion = {
  /** Which life of the feed `cursor` belongs to; empty when the isolate knows nothing yet. */
  readonly life: string;
  readonly cursor: string;
  /** The edition of the routes the isolate has. */
  readonly edition: number;
};

export type Change = { readonly number: string; readonly kind: string; readonly id: string };

export type FactsAnswer = {
  readonly life: string;
  readonly cursor: string;
  /** Changes after the cursor asked from; null: too old, everything has to be read anew. */
  readonly changes: readonly Change[] | null;
  readonly edition: number;
  /** Present when the edition asked from is not this one. */
  readonly routes?: RoutesSnapshot;
  /** ms since core last vouched for all this. */
  readonly age: number;
};
