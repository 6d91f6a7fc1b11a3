import type { RefusalReason as Reason } from '@tollgate/billing-core/contract/refusals.ts';

export type RefusalReason = Reason;

export type Refusal = {
  readonly reason: RefusalReason;
  /** Seconds after which a retry can succeed; undefined when none is known. */
  readonly retryAfterS?: number;
  /** Names of the limits that refused, for `violated-policies`. */
  readonly violated?: readonly string[];
  readonly allow?: readonly string[];
  /** Said instead of the reason's own text. */
  readonly detail?: string;
};

export const refuse = (reason: RefusalReason, more: Omit<Refusal, 'reason'> = {}): Refusal => ({
  reason,
  ...more,
});
