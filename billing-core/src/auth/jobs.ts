import { DAY_MS } from '../kit/clock.ts';
import type { Sql } from '../kit/database.ts';

/**
 * Removes what can never count again at `now` (ms): sessions and reset tokens that have expired,
 * attempts of a day ago. Deletes only, so any number of cores may do it at once.
 */
export async function forgetExpired(sql: Sql, now: number): Promise<void> {
  await sql`delete from sessions where expires_at < ${new Date(now)}`;
  await sql`delete from verifications where expires_at < ${new Date(now)}`;
  await sql`delete from rate_limits where started_at < ${now - DAY_MS}`;
}
