import { createHash } from 'node:crypto';
import type { Sql } from '../kit/database.ts';
import { Fault } from '../kit/fault.ts';
import { throttle } from './throttle.ts';

/**
 * Marks a code of an app, which was found right, as used by this user at `now` (ms). False: it was
 * used before, to sign in or to turn the second factor on. Throws what the database says.
 */
export async function takeCode(
  sql: Sql,
  { userId, code, now }: { userId: string; code: string; now: number },
): Promise<boolean> {
  const digest = createHash('sha256').update(`${userId} ${code}`).digest('base64url');
  try {
    await throttle(sql, { what: 'second-factor:code', who: `${userId} ${digest}`, now });
    return true;
  } catch (error) {
    if (error instanceof Fault && error.code === 'too_many_requests') return false;
    throw error;
  }
}
