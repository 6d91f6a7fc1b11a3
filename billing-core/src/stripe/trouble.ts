import Stripe from 'stripe';

/**
 * What a call that failed says about what was done, and so about what comes next:
 *
 * - `busy`: nothing was done; the same again, later.
 * - `unknown`: no answer came; the same again, under the same key.
 * - `spent`: nobody knows, and the key gives only this answer: look for the object first.
 * - `declined`: the payment, not the call; Stripe tries it again by its own schedule.
 * - `refused`: nothing was done, nor will it be: somebody has to look.
 */
export type Trouble = 'busy' | 'unknown' | 'spent' | 'declined' | 'refused';

const BUSY = [401, 403, 409, 429];

/** Of an error that is not Stripe's there is nothing to say. */
export function troubleOf(error: unknown): Trouble | undefined {
  if (!(error instanceof Stripe.errors.StripeError)) return undefined;
  const status = error.statusCode;
  if (status === undefined) return 'unknown';
  if (status >= 500) return 'spent';
  if (BUSY.includes(status)) return 'busy';
  if (status === 402) return 'declined';
  // The key came with other parameters: something may have been made by them.
  return error.rawType === 'idempotency_error' ? 'spent' : 'refused';
}

/** A fault that no later try mends: what is at Stripe is not what we asked for. */
export class Mismatch extends Error {}
