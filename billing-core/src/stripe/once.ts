import type { Sql } from '../kit/database.ts';
import { callDone, endAttempt, firstCall, nextAttempt, type Params } from './call-store.ts';
import { troubleOf } from './trouble.ts';

/**
 * Stripe answers a key that it knows with the first answer, for 24 hours at least. An answer that
 * did not come by then is no longer asked for by its key.
 */
const KEY_TRUSTED_MS = 20 * 3_600_000;

/** Something that must be made at Stripe once, however often it is asked for. */
export type Making<Wanted extends Params> = {
  /** What for, and the id of what it is made of: invoice:inv_… */
  name: string;
  params: Wanted;
  make(params: Wanted, key: { idempotencyKey: string }): Promise<{ id: string }>;
  /** Looks for it among what was made since then (s): it says what of ours it is made of. */
  find(since: number): Promise<{ id: string } | undefined>;
};

/** Clocks differ, Stripe's and ours, too. */
const MARGIN_S = 3_600;

/**
 * Makes it unless it is there. The key is made of the name, so that a second try, by whomever,
 * gets what the first one made; and where the key cannot tell any longer, it is looked for first.
 * @returns its id at Stripe. Throws what Stripe says.
 */
export async function once<Wanted extends Params>(
  { sql, now }: { sql: Sql; now: number },
  { name, params, make, find }: Making<Wanted>,
): Promise<string> {
  let call = await firstCall(sql, name, { params, now });
  if (call.stripe_id !== null) return call.stripe_id;
  const isOld = now - call.attempted_at.getTime() > KEY_TRUSTED_MS;
  if (call.state === 'spent' || (call.state === 'trying' && isOld)) {
    const there = await find(Math.floor(call.first_at.getTime() / 1_000) - MARGIN_S);
    if (there !== undefined) {
      await callDone(sql, name, there.id);
      return there.id;
    }
  }
  if (call.state !== 'trying' || isOld) call = await nextAttempt(sql, call, { params, now });
  if (call.stripe_id !== null) return call.stripe_id;
  const key = { idempotencyKey: `tollgate:${name}:${call.attempt}` };
  try {
    const { id } = await make(call.params as Wanted, key);
    await callDone(sql, name, id);
    return id;
  } catch (error) {
    const trouble = troubleOf(error);
    if (trouble === 'spent' || trouble === 'refused') await endAttempt(sql, call, trouble);
    throw error;
  }
}
