import type { MeterUses } from '../contract/meter-uses.ts';
import type { ValueFaultCount } from '../contract/usage-batch.ts';
import type { ValueFaults } from '../contract/value-fault.ts';
import type { Query, Tx } from '../kit/database.ts';

const HOUR_MINUTES = 60;
const HOUR_MS = 3_600_000;

/**
 * Adds what a batch says of values that were missing or bad, in the batch's own transaction and in
 * one order everywhere: gateways meet on these rows.
 */
export async function addValueFaults(tx: Tx, faults: ValueFaultCount[]): Promise<void> {
  if (faults.length === 0) return;
  await tx`
    insert into usage_value_faults as kept
      (route_id, hour, meter_id, fault, customer_id, requests)
    select f.route_id, f.minute / ${HOUR_MINUTES}::bigint, f.meter_id, f.fault, f.customer_id,
           sum(f.requests)
      from unnest(${faults.map((f) => f.route)}::text[], ${faults.map((f) => f.minute)}::bigint[],
                  ${faults.map((f) => f.meter)}::text[], ${faults.map((f) => f.fault)}::text[],
                  ${faults.map((f) => f.customer)}::text[],
                  ${faults.map((f) => f.requests)}::bigint[])
           as f (route_id, minute, meter_id, fault, customer_id, requests)
     group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5
    on conflict (route_id, hour, meter_id, fault, customer_id) do update
      set requests = kept.requests + excluded.requests`;
}

type FaultRow = {
  meter: string;
  fault: string;
  requests: bigint;
  customers: number;
  first_hour: bigint;
  last_hour: bigint;
};

const hourText = (hour: bigint): string => new Date(Number(hour) * HOUR_MS).toISOString();

/** What could not be read of a route's responses since this time (ms), the most frequent first. */
export async function valueFaultsOf(
  sql: Query,
  routeId: string,
  since: number,
): Promise<ValueFaults['data']> {
  const rows = await sql<FaultRow[]>`
    select coalesce(slug, meter_id) as meter, fault, sum(requests)::bigint as requests,
           count(distinct customer_id)::int as customers,
           min(hour) as first_hour, max(hour) as last_hour
      from usage_value_faults left join meters on meters.id = meter_id
     where route_id = ${routeId} and hour >= ${Math.floor(since / HOUR_MS)}
     group by 1, 2 order by 3 desc, 1, 2`;
  return rows.map(({ first_hour, last_hour, requests, ...row }) => ({
    ...row,
    requests: Number(requests),
    first_hour: hourText(first_hour),
    last_hour: hourText(last_hour),
  }));
}

type MeterFaultRow = Omit<FaultRow, 'meter'> & { route_id: string; route_name: string };
const FAULTS_MAX = 100;

/** The same of one meter, by route. */
export async function valueFaultsOn(
  sql: Query,
  meterId: string,
  since: number,
): Promise<MeterUses['faults']> {
  const rows = await sql<MeterFaultRow[]>`
    select route_id, coalesce(routes.name, route_id) as route_name, fault,
           sum(requests)::bigint as requests, count(distinct customer_id)::int as customers,
           min(hour) as first_hour, max(hour) as last_hour
      from usage_value_faults left join routes on routes.id = route_id
     where meter_id = ${meterId} and hour >= ${Math.floor(since / HOUR_MS)}
     group by 1, 2, 3 order by 4 desc, 1, 3 limit ${FAULTS_MAX}`;
  return rows.map(({ first_hour, last_hour, requests, ...row }) => ({
    ...row,
    requests: Number(requests),
    first_hour: hourText(first_hour),
    last_hour: hourText(last_hour),
  }));
}
