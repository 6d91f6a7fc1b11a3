import type {
  LoggedRequest,
  RequestEnd,
  RequestLogMessage,
  RequestsQuery,
} from '../contract/request-log.ts';
import type { Query, Sql } from '../kit/database.ts';
import { afterCursor } from '../kit/page.ts';

export type LoggedRow = Omit<LoggedRequest, 'at' | 'customer' | 'key' | 'route' | 'units'> & {
  number: bigint;
  at: Date;
  key: { id: string; name: string; last4: string } | null;
  route: { id: string; name: string } | null;
  units: [string, number][];
};

/**
 * Keeps what a gateway tells, in its order, each with its customer: of its facts, of the key whose
 * hash it showed, or the one that a mistyped key refers to. What belongs to nobody is left out, and
 * what belongs to somebody who was erased: a gateway that was away tells of it days later.
 */
export async function insertLogged(sql: Sql, requests: readonly LoggedRequest[]): Promise<void> {
  if (requests.length === 0) return;
  const placed = requests.map((request, place) => ({ place, ...request }));
  await sql`
    insert into logged_requests (customer_id, request_id, at, key_id, route_id, method, path,
      status, reason, duration_ms, decided_ms, upstream_ms, request_bytes, response_bytes,
      billable, units)
    select customers.id, request_id, to_timestamp(at / 1000.0), coalesce(key, shown.id), route,
           method, path, status, reason, duration_ms, decided_ms, upstream_ms, request_bytes,
           response_bytes, billable, units
      from jsonb_to_recordset(${sql.json(placed as never)}) as told (
             place int, request_id text, at bigint, customer text, key text,
             key_hash text, key_ref text, route text, method text, path text,
             status smallint, reason text,
             duration_ms float8, decided_ms float8, upstream_ms float8,
             request_bytes bigint, response_bytes bigint, billable boolean, units jsonb)
      left join api_keys shown on shown.secret_hash = decode(key_hash, 'hex')
      left join customers claimed on claimed.key_ref = told.key_ref
      join customers on customers.id = coalesce(customer, shown.customer_id, claimed.id)
     where not exists (select from erasures where customer_id = customers.id)
     order by place`;
}

/** Counts what a gateway noted nothing of, in the present hour. */
export async function insertSkipped(
  sql: Sql,
  skipped: RequestLogMessage['skipped'],
): Promise<void> {
  if (skipped.length === 0) return;
  await sql`
    insert into skipped_requests as kept (customer_id, hour, requests)
    select id, date_trunc('hour', clock_timestamp()), sum((told.pair ->> 1)::bigint)
      from jsonb_array_elements(${sql.json(skipped as never)}) told (pair)
      join customers on id = told.pair ->> 0
     group by id order by id
    on conflict (customer_id, hour) do update set requests = kept.requests + excluded.requests`;
}

function endedSo(sql: Query, end: RequestEnd | undefined) {
  if (end === undefined) return sql`true`;
  if (end === 'refused') return sql`reason is not null`;
  if (end === 'ok') return sql`reason is null and status < 400`;
  if (end === 'client_error') {
    return sql`reason is null and (status is null or status between 400 and 499)`;
  }
  return sql`reason is null and status >= 500`;
}

const kept = (sql: Query, hours: number) =>
  sql`received_at > clock_timestamp() - ${hours} * interval '1 hour'`;

type Asked = RequestsQuery & { customerId: string; hours: number };

const NUMBER = /^(0|[1-9]\d{0,17})$/;

/** A customer's requests by page, newest first, one row more than asked. */
export async function listLogged(sql: Query, asked: Asked): Promise<LoggedRow[]> {
  const after = afterCursor(asked, NUMBER);
  const { customerId, hours, end, key_id: key, route_id: route, request_id: request } = asked;
  return sql<LoggedRow[]>`
    select number, request_id, at, method, path, status, reason, duration_ms, decided_ms,
           upstream_ms, request_bytes::float8, response_bytes::float8, billable, units,
           case when api_keys.id is not null then json_build_object(
             'id', api_keys.id, 'name', api_keys.name, 'last4', api_keys.last4) end as key,
           case when routes.id is not null then json_build_object(
             'id', routes.id, 'name', routes.name) end as route
      from logged_requests
      left join api_keys on api_keys.id = key_id
           and api_keys.customer_id = logged_requests.customer_id
      left join routes on routes.id = route_id
     where logged_requests.customer_id = ${customerId} and ${kept(sql, hours)}
       and ${after === null ? sql`true` : sql`number < ${after}::bigint`}
       and ${endedSo(sql, end)}
       and ${key === undefined ? sql`true` : sql`key_id = ${key}`}
       and ${route === undefined ? sql`true` : sql`route_id = ${route}`}
       and ${request === undefined ? sql`true` : sql`request_id = ${request}`}
     order by number desc limit ${asked.limit + 1}`;
}

/** How many requests of a customer gateways noted nothing of, in so many hours. */
export async function skippedOf(sql: Query, customerId: string, hours: number): Promise<number> {
  const [row] = await sql<[{ requests: number }]>`
    select coalesce(sum(requests), 0)::float8 as requests from skipped_requests
     where customer_id = ${customerId}
       and hour > clock_timestamp() - ${hours + 1} * interval '1 hour'`;
  return row.requests;
}

/** The newest number of each of these customers, as text: a tail that has it has all. */
export async function newestOf(
  sql: Query,
  customerIds: readonly string[],
): Promise<Map<string, string>> {
  const rows = await sql<{ id: string; mark: string }[]>`
    select asked.id, coalesce((select number from logged_requests
                                where customer_id = asked.id
                                order by number desc limit 1), 0)::text as mark
      from unnest(${[...customerIds]}::text[]) asked (id)`;
  return new Map(rows.map(({ id, mark }) => [id, mark]));
}

const GONE_AT_ONCE = 10_000;

/** Deletes what is older than the log says that it keeps. Any number of cores may do it at once. */
export async function forgetLogged(sql: Sql, hours: number): Promise<void> {
  let gone = GONE_AT_ONCE;
  while (gone === GONE_AT_ONCE) {
    const deleted = await sql`
      delete from logged_requests where ctid = any(array(
        select ctid from logged_requests
         where received_at <= clock_timestamp() - ${hours} * interval '1 hour'
         limit ${GONE_AT_ONCE}))`;
    gone = deleted.count;
  }
  await sql`delete from skipped_requests
             where hour <= clock_timestamp() - ${hours + 1} * interval '1 hour'`;
}
