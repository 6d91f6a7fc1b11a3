import { skipChanges } from '../kit/changes.ts';
import type { Query, Tx } from '../kit/database.ts';
import { LOCKS } from '../kit/locks.ts';

/** Why the database is taken for an earlier state than gateways and cores have seen. */
export type Reason = 'other_server' | 'lost_sync' | 'declared';

/**
 * Thrown out of a sync that cannot be answered before it is settled which state the database is in.
 * `knows`: the newest recovery that the gateway has heard of.
 */
export class Unsettled extends Error {
  readonly reason: 'server' | 'lost_sync';
  readonly knows: number;
  constructor(reason: 'server' | 'lost_sync', knows = 0) {
    super(`the database may be in an earlier state: ${reason}`);
    this.reason = reason;
    this.knows = knows;
  }
}

type Newest = { number: number; identity: string; isHere: boolean };

async function newest(tx: Tx): Promise<Newest> {
  const [row] = await tx<[Newest]>`
    select number::float8 as number, server_identity() as identity,
           server = server_identity() and database = database_identity() as "isHere"
      from recoveries order by number desc limit 1`;
  return row;
}

/**
 * Begins a recovery: from its commit on nothing is lent until every boot of before is over. In a
 * transaction of its own. What is being lent at this moment is committed first, as of before.
 * Out: its number, larger than any before and than `knows`, also over a restore.
 */
export async function beginRecovery(tx: Tx, reason: Reason, knows = 0): Promise<number> {
  await tx`lock table quota_windows in share row exclusive mode`;
  const { number: before, identity } = await newest(tx);
  const [{ number }] = await tx<[{ number: number }]>`
    insert into recoveries (number, reason, server, server_started_at)
    values (greatest(${before + 1}::bigint, ${knows + 1}::bigint,
                     (extract(epoch from clock_timestamp()) * 1000)::bigint),
            ${reason}, ${identity}, pg_postmaster_start_time())
    returning number::float8 as number`;
  await skipChanges(tx);
  return number;
}

/**
 * Settles what made a sync unsettled, unless another core has done so meanwhile: a server that
 * merely started again is noted, anything else begins a recovery. Out: its number, if one began.
 */
export async function settle(tx: Tx, { reason, knows }: Unsettled): Promise<number | undefined> {
  await tx`select pg_advisory_xact_lock(${LOCKS.recovery})`;
  const { number, isHere } = await newest(tx);
  if (reason === 'lost_sync') {
    return knows < number ? undefined : beginRecovery(tx, 'lost_sync', knows);
  }
  if (!isHere) return beginRecovery(tx, 'other_server', knows);
  await tx`update recoveries set server_started_at = pg_postmaster_start_time()
    where number = ${number}`;
  return undefined;
}

/**
 * Whether a boot that began under this recovery may be lent anything now. Read it with the windows
 * locked: what began before that is seen then.
 */
export async function mayLend(tx: Tx, bornIn: number): Promise<boolean> {
  const [row] = await tx<[{ may: boolean }]>`
    select number = ${bornIn} and not exists (
             select from boots where state = 'live' and recovery < number) as may
      from recoveries order by number desc limit 1`;
  return row.may;
}

/** Whether the database went back since core first heard of this boot. */
export async function isOfBefore(
  sql: Query,
  { gateway, boot }: { gateway: string; boot: string },
): Promise<boolean> {
  const rows = await sql`
    select from boots where gateway_id = ${gateway} and boot_id = ${boot}
       and recovery < (select max(number) from recoveries)`;
  return rows.length > 0;
}

export type Awaited = { gateway: string; boot: string; last_seen_at: Date };
export type RecoveryRow = { number: bigint; reason: Reason | 'first'; began_at: Date };

/** The newest recovery. */
export async function newestRecovery(sql: Query): Promise<RecoveryRow> {
  const [row] = await sql<[RecoveryRow]>`
    select number, reason, began_at from recoveries order by number desc limit 1`;
  return row;
}

/** Boots of before the newest recovery that it waits for, those silent for longest first. */
export async function awaitedBoots(sql: Query, limit: number): Promise<Awaited[]> {
  return sql<Awaited[]>`
    select gateway_id as gateway, boot_id as boot, last_seen_at from boots
     where state = 'live' and recovery < (select max(number) from recoveries)
     order by last_seen_at, gateway_id, boot_id limit ${limit}`;
}
