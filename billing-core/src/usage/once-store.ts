import type { Sql, Tx } from '../kit/database.ts';
import { allTexts } from './array-text.ts';
import { isRoller } from './fold.ts';
import type { Claim } from './once.ts';

export type OnceKey = { customer: string; route: string; hash: string };
export type OnceRow = OnceKey & { claims: readonly Claim[] };
export type Unbilled = { customer: string; meter: string; day: number; quantity: bigint };

/** The rows of these keys, made on first sight and locked, in one order everywhere. */
export async function lockOnceKeys(tx: Tx, keys: readonly OnceKey[]): Promise<OnceRow[]> {
  return tx<OnceRow[]>`
    insert into usage_once as kept (customer_id, route_id, key_hash)
    select * from unnest(${allTexts(keys.map((key) => key.customer))}::text[],
                         ${allTexts(keys.map((key) => key.route))}::text[],
                         ${allTexts(keys.map((key) => key.hash))}::text[])
     order by 1, 2, 3
    on conflict (customer_id, route_id, key_hash) do update set heard_at = kept.heard_at
    returning customer_id as customer, route_id as route, key_hash as hash, claims`;
}

/** Claims last heard of before this core time (ms) may be gone. */
export async function forgottenUntil(tx: Tx): Promise<number> {
  const [row] = await tx<[{ until: number }]>`
    select until::float8 as until from usage_once_horizon`;
  return row.until;
}

/** Writes the claims of locked keys. */
export async function saveClaims(tx: Tx, rows: readonly OnceRow[]): Promise<void> {
  if (rows.length === 0) return;
  const heard = rows.map(({ claims }) => Math.max(0, ...claims.map((claim) => claim.heard)));
  await tx`
    update usage_once kept set claims = saved.claims::jsonb, heard_at = saved.heard_at
      from unnest(${allTexts(rows.map((row) => row.customer))}::text[],
                  ${allTexts(rows.map((row) => row.route))}::text[],
                  ${allTexts(rows.map((row) => row.hash))}::text[],
                  ${allTexts(rows.map(({ claims }) => JSON.stringify(claims)))}::text[],
                  ${`{${heard.join(',')}}`}::bigint[])
           as saved (customer_id, route_id, key_hash, claims, heard_at)
     where kept.customer_id = saved.customer_id and kept.route_id = saved.route_id
       and kept.key_hash = saved.key_hash`;
}

/** Adds what is not billed. The rows are the boot's own, whose syncs pass one by one. */
export async function addUnbilled(
  tx: Tx,
  { gateway, boot }: { gateway: string; boot: string },
  sums: readonly Unbilled[],
): Promise<void> {
  await tx`
    insert into usage_unbilled as kept (gateway_id, boot_id, customer_id, meter_id, day, quantity)
    select ${gateway}, ${boot}, u.*
      from unnest(${sums.map((sum) => sum.customer)}::text[],
                  ${sums.map((sum) => sum.meter)}::text[],
                  ${sums.map((sum) => sum.day)}::bigint[],
                  ${sums.map((sum) => sum.quantity.toString())}::numeric[]) u
    on conflict (gateway_id, boot_id, customer_id, meter_id, day) do update
      set quantity = kept.quantity + excluded.quantity`;
}

/** How long claims are kept at least, and at most while some boot has not spoken for so long. */
const KEPT_MS = 2 * 86_400_000;
const KEPT_MS_MAX = 35 * 86_400_000;
const VOUCHED_MS = 86_400_000;
export const FORGET_ROWS_MAX = 20_000;

/**
 * Forgets claims that no request can meet any more: every live boot has vouched for all that it
 * admitted within 24 h of them. A boot that is silent for weeks holds nothing up: what it still
 * brings is then recorded and not billed. The horizon moves in the same transaction, only on, and
 * only to what is gone: one look by a clock that is far ahead must not leave what is admitted for
 * so long unbilled. In: core time in ms. Out: whether there is more to forget.
 */
export async function forgetClaims(sql: Sql, now: number): Promise<boolean> {
  return sql.begin(async (tx) => {
    if (!(await isRoller(tx))) return false;
    // A row that a batch has locked is its own just now, and goes another time.
    const [gone] = await tx<[{ rows: number; last: bigint | null }]>`
      with gone as (
        delete from usage_once where (customer_id, route_id, key_hash) in (
          select customer_id, route_id, key_hash from usage_once
           where heard_at < greatest(${now - KEPT_MS_MAX}::bigint, least(${now - KEPT_MS}::bigint,
                   (select min(watermark) from boots where state = 'live') - ${VOUCHED_MS}::bigint))
           order by heard_at limit ${FORGET_ROWS_MAX} for update skip locked)
        returning heard_at)
      select count(*)::int as rows, max(heard_at) as last from gone`;
    if (gone.last !== null) {
      await tx`update usage_once_horizon set until = greatest(until, ${gone.last + 1n})`;
    }
    return gone.rows === FORGET_ROWS_MAX;
  });
}
