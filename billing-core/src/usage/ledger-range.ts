import type { Query } from '../kit/database.ts';

/** Billable use in the ledger: these minutes, the end exclusive, of batches in these rolls. */
export type LedgerRange = {
  customerId: string;
  meterId: string;
  fromMinute: number;
  toMinute: number;
  /** Batches with a roll number above this one, up to and with that one. */
  rollAfter: bigint;
  rollUntil: bigint;
};

/** What a step of a range comes to, in the meter's smallest parts. */
export type StepSum = { start: number; quantity: string; requests: string; entries: number };

const within = (sql: Query, range: LedgerRange) => sql`
  customer_id = ${range.customerId} and meter_id = ${range.meterId} and billable
  and minute >= ${range.fromMinute} and minute < ${range.toMinute}
  and roll_number > ${range.rollAfter.toString()}::bigint
  and roll_number <= ${range.rollUntil.toString()}::bigint`;

export type StepAsk = { minutes: 1 | 60; after: number | null; limit: number };

/**
 * The sums of a range by hour or minute, from the entries themselves, in the order of time; steps
 * after `after` (its first minute), at most `limit`.
 */
export async function ledgerSteps(
  sql: Query,
  range: LedgerRange,
  { minutes, after, limit }: StepAsk,
): Promise<StepSum[]> {
  const from = after === null ? range.fromMinute : Math.max(range.fromMinute, after + minutes);
  return sql<StepSum[]>`
    select (minute / ${minutes}::bigint * ${minutes}::bigint)::float8 as start,
           sum(quantity)::text as quantity, sum(requests)::text as requests,
           count(*)::float8 as entries
      from usage_entries join usage_batches using (gateway_id, boot_id, sequence)
     where ${within(sql, { ...range, fromMinute: from })}
     group by 1 order by 1 limit ${limit}`;
}

export type LedgerEntry = {
  minute: number;
  received_at: Date;
  key_id: string;
  route_id: string;
  outcome: string;
  requests: string;
  quantity: string;
  gateway: string;
  boot: string;
  sequence: number;
  roll: string;
};

/** The entries of a range as they stand in the ledger; they never change, so `skip` is a place. */
export async function ledgerEntries(
  sql: Query,
  range: LedgerRange,
  { skip, limit }: { skip: number; limit: number },
): Promise<LedgerEntry[]> {
  return sql<LedgerEntry[]>`
    select minute::float8 as minute, received_at, key_id, route_id, outcome, requests::text,
           quantity::text, gateway_id as gateway, boot_id as boot, sequence::float8 as sequence,
           roll_number::text as roll
      from usage_entries join usage_batches using (gateway_id, boot_id, sequence)
     where ${within(sql, range)}
     order by minute, gateway_id, boot_id, sequence, key_id, route_id, outcome, route_version,
              requests, quantity
     limit ${limit} offset ${skip}`;
}
