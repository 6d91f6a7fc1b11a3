import type Stripe from 'stripe';
import { nameRequest, type Doing } from '../kit/audit.ts';
import type { Kit } from '../kit/http.ts';
import { newId } from '../kit/id.ts';
import type { SendJob } from '../kit/jobs.ts';
import type { KeyWatch } from './key-watch.ts';

/** What everything here that talks to Stripe is given. */
export type StripeKit = Pick<Kit, 'sql' | 'log'> & {
  stripe: Stripe;
  /** Whether Stripe takes the key. */
  watch: KeyWatch;
  /** The time that invoices go by; it can be moved for tests. */
  clock: Kit['clock'];
  /** The time that Stripe goes by. */
  wallClock: Kit['clock'];
  send: SendJob;
};

/** One transaction in which what Stripe did becomes ours. */
export async function inDoing<Result>(
  { sql, clock }: Pick<StripeKit, 'sql' | 'clock'>,
  work: (doing: Doing) => Promise<Result>,
): Promise<Result> {
  const result = await sql.begin(async (tx) => {
    const now = clock();
    const actor = { kind: 'system', id: 'stripe' } as const;
    const doing = { tx, actor, now, requestId: newId('req', now) };
    await nameRequest(tx, doing);
    return work(doing);
  });
  return result as Result;
}
