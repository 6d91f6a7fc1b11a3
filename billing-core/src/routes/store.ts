import type { PageQuery } from '../contract/page.ts';
import type { Route } from '../contract/route.ts';
import { unique, type Query, type Tx } from '../kit/database.ts';
import { LOCKS } from '../kit/locks.ts';
import { afterCursor } from '../kit/page.ts';
import type { RouteMetering } from './metering.ts';
import {
  wholeDefinition,
  type RouteDefinition,
  type RouteRow,
  type RouteVersionRow,
} from './model.ts';

const VERSION_MAX = 2_147_483_647;

const metering = (sql: Query) => sql`(
  select json_agg(json_build_object('meter_id', meter_id, 'meter', slug, 'scale', scale,
                                    'source', source, 'units', units, 'selector', selector,
                                    'max_cost', max_cost, 'fallback', fallback,
                                    'max_value', max_value) order by position)
    from route_meterings join meters on meters.id = meter_id
   where (route_meterings.route_id, route_meterings.version)
       = (route_versions.route_id, route_versions.version)) as metering`;

const current = (sql: Query) => sql`
  select routes.id, routes.version, name, state, definition, ${metering(sql)},
         routes.created_at, updated_at
    from routes join route_versions on route_versions.route_id = routes.id
                                   and route_versions.version = routes.version
   where deleted_at is null`;

const whole = <Row extends { definition: RouteDefinition }>(rows: readonly Row[]): Row[] =>
  rows.map((row) => ({ ...row, definition: wholeDefinition(row.definition) }));

/** Every route that gateways serve. */
export async function activeRows(query: Query): Promise<RouteRow[]> {
  return whole(
    await query<RouteRow[]>`
    ${current(query)} and state = 'active' order by routes.id`,
  );
}

/** Every route that is not deleted. */
export async function liveRows(query: Query): Promise<RouteRow[]> {
  return whole(await query<RouteRow[]>`${current(query)}`);
}

export type RouteList = PageQuery & { state?: Route['state'] | undefined };

/** Routes by page, newest first, one row more than asked. */
export async function listRoutes(sql: Query, list: RouteList): Promise<RouteRow[]> {
  const after = afterCursor(list, 'rte');
  return whole(
    await sql<RouteRow[]>`${current(sql)}
     and ${after === null ? sql`true` : sql`routes.id < ${after}`}
     and ${list.state === undefined ? sql`true` : sql`state = ${list.state}`}
   order by routes.id desc limit ${list.limit + 1}`,
  );
}

export async function routeById(sql: Query, id: string): Promise<RouteRow | undefined> {
  const [row] = whole(await sql<RouteRow[]>`${current(sql)} and routes.id = ${id}`);
  return row;
}

/** Versions of a route, newest first, deleted or not: the ledger still names them. */
export async function listRouteVersions(
  sql: Query,
  id: string,
  page: PageQuery,
): Promise<RouteVersionRow[]> {
  const after = afterCursor(page, /^\d{1,9}$/);
  const below = after === null ? VERSION_MAX : Number(after);
  return whole(
    await sql<RouteVersionRow[]>`
    select version, definition, ${metering(sql)}, created_at from route_versions
     where route_id = ${id} and version < ${below}
     order by version desc limit ${page.limit + 1}`,
  );
}

/**
 * One writer of routes at a time: two that collide could else both see the table without the
 * other. Out: all live routes.
 */
export async function lockRoutes(tx: Tx): Promise<RouteRow[]> {
  await tx`select pg_advisory_xact_lock(${LOCKS.routes})`;
  return liveRows(tx);
}

export type RouteWrite = {
  id: string;
  version: number;
  name: string;
  state: Route['state'];
  definition: RouteDefinition;
  metering: RouteMetering[];
  now: number;
};

/** Writes the route's row and the version that it now is, the first one or the next. */
export async function saveRoute(tx: Tx, write: RouteWrite): Promise<RouteRow> {
  const { id, version, name, state, definition } = write;
  const at = new Date(write.now);
  const [row] = await unique(
    { routes_live_name: `A route named ${name} exists already` },
    tx<[{ created_at: Date }]>`
      insert into routes ${tx({ id, version, name, state, created_at: at, updated_at: at })}
      on conflict (id) do update set version = excluded.version, name = excluded.name,
        state = excluded.state, updated_at = excluded.updated_at
      returning created_at`,
  );
  await tx`insert into route_versions (route_id, version, definition, created_at)
    values (${id}, ${version}, ${tx.json(definition)}, ${at})`;
  const rules = write.metering.map(({ meter: _, scale: __, ...rule }, position) => ({
    route_id: id,
    version,
    position,
    ...rule,
  }));
  await tx`insert into route_meterings ${tx(rules)}`;
  const { metering: counted } = write;
  const times = { created_at: row.created_at, updated_at: at };
  return { id, version, name, state, definition, metering: counted, ...times };
}

/** Out: whether there was a live one. */
export async function removeRoute(tx: Tx, id: string, now: number): Promise<boolean> {
  const { count } = await tx`
    update routes set deleted_at = ${new Date(now)} where id = ${id} and deleted_at is null`;
  return count > 0;
}
