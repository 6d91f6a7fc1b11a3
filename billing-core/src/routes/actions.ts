import { archivedOf, metersBySlug } from '../catalog/store.ts';
import type { NewRoute, RoutePatch } from '../contract/route.ts';
import { audit, type Doing } from '../kit/audit.ts';
import { appendChange } from '../kit/changes.ts';
import { Fault, found } from '../kit/fault.ts';
import { newId } from '../kit/id.ts';
import type { Vault } from '../kit/vault.ts';
import {
  checkRoute,
  collide,
  definitionOf,
  leads,
  ROUTES_MAX,
  writtenRoute,
  type RouteRow,
  type WholeRoute,
} from './model.ts';
import { headerErrors, secretTexts, strayingSecrets } from './secrets.ts';
import { lockRoutes, removeRoute, saveRoute } from './store.ts';
import { tlsErrors } from './tls.ts';

type Wanted = {
  id: string;
  version: number;
  route: WholeRoute;
  before?: RouteRow;
  others: readonly RouteRow[];
};

/** What an action on routes is given; without a vault no secret can be read. */
export type RouteDoing = Doing & { vault: Vault | undefined };

function refuseCollision({ route, others }: Wanted): void {
  if (route.state !== 'active') return;
  const definition = definitionOf(route);
  const other = others.find((row) => row.state === 'active' && collide(row.definition, definition));
  if (!other) return;
  throw new Fault('already_exists', {
    detail: `Route ${other.name} (${other.id}) takes the same host, path and methods already`,
  });
}

/** Checks a route against meters and the other routes, and saves it as this version. */
async function save({ tx, now, vault }: RouteDoing, wanted: Wanted): Promise<RouteRow> {
  const { id, version, route } = wanted;
  const definition = definitionOf(route);
  const slugs = route.metering.map((rule) => rule.meter);
  const { metering, errors } = checkRoute(route, await metersBySlug(tx, slugs));
  const archived = await archivedOf(tx, slugs);
  for (const [at, slug] of slugs.entries()) {
    if (archived.has(slug)) errors.push({ path: `metering.${at}.meter`, message: 'is archived' });
  }
  errors.push(...(await strayingSecrets(tx, definition)));
  const textOf = await secretTexts(tx, vault, definition);
  errors.push(...headerErrors(definition, textOf));
  const before = wanted.before?.definition;
  errors.push(...tlsErrors(definition, { before, textOf, now }));
  if (errors.length > 0) throw new Fault('invalid_request', { errors });
  refuseCollision(wanted);
  const { name, state } = route;
  return saveRoute(tx, { id, version, name, state, definition, metering, now });
}

async function record(doing: Doing, action: string, row: { id: string; version: number }) {
  const { tx, actor, now, requestId } = doing;
  const detail = { version: row.version };
  await audit(tx, { actor, action, subjectId: row.id, now, requestId, detail });
  await appendChange(tx, 'route', row.id);
}

/** Makes a route, at version 1. */
export async function addRoute(doing: RouteDoing, route: NewRoute): Promise<RouteRow> {
  const others = await lockRoutes(doing.tx);
  if (others.length >= ROUTES_MAX) {
    throw new Fault('state_conflict', { detail: `There are ${ROUTES_MAX} routes, the most` });
  }
  const whole = { ...route, ...ledBy(route) } as WholeRoute;
  const row = await save(doing, { id: newId('rte', doing.now), version: 1, route: whole, others });
  await record(doing, 'route.create', row);
  return row;
}

/** Lays a patch over the route as it is and makes that its next version. */
export async function changeRoute(
  doing: RouteDoing,
  id: string,
  patch: RoutePatch,
): Promise<RouteRow> {
  const routes = await lockRoutes(doing.tx);
  const before = found(
    routes.find((row) => row.id === id),
    'route',
  );
  const row = await save(doing, {
    id,
    version: before.version + 1,
    before,
    route: { ...writtenRoute(before), ...present(patch), ...ledBy(patch) },
    others: routes.filter((other) => other.id !== id),
  });
  await record(doing, 'route.update', row);
  return row;
}

/** Ends a route. Its versions stay: the ledger names them. */
export async function deleteRoute(doing: Doing, id: string): Promise<void> {
  const routes = await lockRoutes(doing.tx);
  const before = found(
    routes.find((row) => row.id === id),
    'route',
  );
  await removeRoute(doing.tx, id, doing.now);
  await record(doing, 'route.delete', before);
}

function ledBy(named: Parameters<typeof leads>[0]): Partial<WholeRoute> {
  const led = leads(named);
  if (led) return led;
  throw new Fault('invalid_request', {
    errors: [{ path: 'upstream_url', message: 'is not the first of the upstreams' }],
  });
}

// A field a patch does not name is absent, and must not overwrite with undefined.
function present(patch: RoutePatch): Partial<WholeRoute> {
  const named = Object.entries(patch).filter(([, value]) => value !== undefined);
  return Object.fromEntries(named) as Partial<WholeRoute>;
}
