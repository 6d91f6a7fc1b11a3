import type { GatewayReport, SpoolTold, UpstreamTold } from '../contract/gateway-report.ts';
import type { SpoolState } from '../contract/gateway-state.ts';
import type { RouteHealth } from '../contract/route-health.ts';
import type { Query, Sql } from '../kit/database.ts';

/**
 * Keeps what a boot tells of itself. One that never synced, or that has ended, is nobody's; what
 * the boots before it told goes a day after they did.
 */
export async function saveReport(sql: Sql, report: GatewayReport): Promise<void> {
  const { gateway, boot, spool, upstreams } = report;
  await sql`
    insert into gateway_reports (gateway_id, boot_id, told_at, spool, upstreams)
    select gateway_id, boot_id, clock_timestamp(), ${spool && sql.json(spool)},
           ${sql.json(upstreams)}
      from boots where gateway_id = ${gateway} and boot_id = ${boot} and state = 'live'
    on conflict (gateway_id, boot_id) do update
      set told_at = excluded.told_at, spool = excluded.spool, upstreams = excluded.upstreams`;
  await sql`
    delete from gateway_reports where gateway_id = ${gateway} and boot_id <> ${boot}
       and told_at < clock_timestamp() - interval '1 day'`;
}

type SpoolRow = { boot: string; told_at: Date; spool: SpoolTold };

/** What these boots told of their spools, by boot. */
export async function spoolsOf(
  sql: Query,
  boots: readonly string[],
): Promise<Map<string, SpoolState>> {
  const rows = await sql<SpoolRow[]>`
    select boot_id as boot, told_at, spool from gateway_reports
     where boot_id = any(${[...boots]}) and spool is not null`;
  return new Map(
    rows.map(({ boot, told_at: at, spool }) => [boot, { ...spool, told_at: at.toISOString() }]),
  );
}

/** Boots that were not heard of for longer say nothing of now. */
const HEARD_WITHIN = '1 hour';
/** Tills on Workers are boots each; of gateways on Node there are never so many. */
const BOOTS_MAX = 200;

type ToldRow = { gateway: string; boot: string; told_at: Date; told: UpstreamTold[] };
type Known = RouteHealth['data'][number];

function sinceOf<State extends { for_ms: number }>(told: State | null | undefined, at: Date) {
  if (!told) return null;
  const { for_ms: forMs, ...state } = told;
  return { ...state, since: new Date(at.getTime() - forMs).toISOString() };
}

/** How these upstreams of a route do, by each boot that tells such things. */
export async function healthOf(
  sql: Query,
  route: { id: string; urls: readonly string[] },
): Promise<RouteHealth> {
  const rows = await sql<ToldRow[]>`
    select gateway_id as gateway, boot_id as boot, told_at,
           coalesce((select json_agg(one) from jsonb_array_elements(report.upstreams) one
                      where one ->> 'route' = ${route.id}), '[]') as told
      from boots join gateway_reports report using (gateway_id, boot_id)
     where state = 'live' and last_seen_at > now() - ${HEARD_WITHIN}::interval
     order by gateway_id, boot_id limit ${BOOTS_MAX}`;
  const [counted] = await sql<[{ untold: number }]>`
    select count(*)::int as untold from boots
     where state = 'live' and last_seen_at > now() - ${HEARD_WITHIN}::interval
       and not exists (select from gateway_reports report
                        where (report.gateway_id, report.boot_id)
                            = (boots.gateway_id, boots.boot_id))`;
  const data = route.urls.flatMap((url) =>
    rows.map(({ gateway, boot, told_at: at, told }): Known => {
      const known = told.find((one) => one.url === url);
      const breaker = sinceOf(known?.breaker, at);
      const checks = sinceOf(known?.checks, at);
      return { url, gateway, boot, breaker, checks, told_at: at.toISOString() };
    }),
  );
  return { data, untold: counted.untold };
}
