import { shownVersion } from '../catalog/model.ts';
import { planById, versionById } from '../catalog/plan-store.ts';
import { unscaled } from '../catalog/quantity.ts';
import { metersById } from '../catalog/store.ts';
import type { RouteFact } from '../contract/facts.ts';
import { featuresLacked } from '../contract/objection.ts';
import type { Endpoint, Overview } from '../contract/overview.ts';
import { shownPortalCustomer } from '../customers/http.ts';
import { customerById } from '../customers/store.ts';
import { DAY_MS, MINUTE_MS } from '../kit/clock.ts';
import type { Query } from '../kit/database.ts';
import { found } from '../kit/fault.ts';
import { activeRows } from '../routes/store.ts';
import { itemsOf } from '../subscriptions/item-store.ts';
import { isThere } from '../subscriptions/items.ts';
import { shownSubscription } from '../subscriptions/model.ts';
import { liveSubscription } from '../subscriptions/row-store.ts';
import { heldBy } from '../subscriptions/store.ts';
import { meterTotals, refusedRequests } from '../usage/reading.ts';
import { quotaStates, REQUESTS_METER } from './state.ts';

type Offered = Pick<RouteFact, 'id' | 'name' | 'host' | 'path_pattern' | 'methods'> &
  Pick<RouteFact, 'required_features'>;

/**
 * Where a customer with these features calls a route: the gateway's address, with the route's host
 * if it has one.
 */
export function endpointOf(
  route: Offered,
  gatewayUrl: string,
  features: readonly string[] = [],
): Endpoint {
  const { protocol, port } = new URL(gatewayUrl);
  const own = `${protocol}//${route.host}${port === '' ? '' : `:${port}`}`;
  const url = `${route.host === '*' ? gatewayUrl : own}${route.path_pattern}`;
  const missing_features = featuresLacked({ features: [...features] }, route);
  return { route_id: route.id, name: route.name, methods: route.methods, url, missing_features };
}

async function planOf(sql: Query, versionId: string): Promise<Overview['plan']> {
  const version = await versionById(sql, versionId);
  const plan = version && (await planById(sql, version.plan_id));
  if (!plan) return null;
  const { number, currency, prices, entitlements } = shownVersion(version);
  return { id: plan.id, name: plan.name, version_number: number, currency, prices, entitlements };
}

/** Add-ons that the subscription has at `now` (ms), oldest first. */
async function addOnsOf(sql: Query, id: string, now: number): Promise<Overview['add_ons']> {
  const held: Overview['add_ons'] = [];
  for (const item of (await itemsOf(sql, id)).filter((one) => isThere(one, now))) {
    const version = shownVersion(found(await versionById(sql, item.plan_version_id), 'version'));
    const { charged, prices, entitlements } = version;
    const { name } = found(await planById(sql, version.plan_id), 'plan');
    const starts_at = item.starts_at.toISOString();
    const ends_at = item.ends_at?.toISOString() ?? null;
    const { quantity } = item;
    held.push({ name, quantity, charged, prices, entitlements, starts_at, ends_at });
  }
  return held;
}

type Granting = Pick<NonNullable<Overview['plan']>, 'prices' | 'entitlements'>;

/** The meters that these lines name, by id. */
async function metersOf(sql: Query, granting: readonly Granting[]): Promise<Overview['meters']> {
  const ids = granting
    .flatMap(({ prices, entitlements }) => [...prices, ...entitlements])
    .flatMap((line) => ('meter_id' in line && line.meter_id !== null ? line.meter_id : []));
  const rows = await metersById(sql, [...new Set(ids)]);
  return rows.map(({ id, slug, name, unit }) => ({ id, slug, name, unit }));
}

const featuresOf = (granting: readonly Granting[]): string[] => {
  const all = granting.flatMap(({ entitlements }) =>
    entitlements.flatMap((one) => (one.kind === 'feature' ? one.feature : [])),
  );
  return [...new Set(all)].toSorted();
};

/** The requests of the 24 hours up to and with this minute. */
async function lastDay(sql: Query, customerId: string, now: number): Promise<Overview['last_24h']> {
  const to = Math.floor(now / MINUTE_MS) + 1;
  const range = { from: to - DAY_MS / MINUTE_MS, to };
  const meterId = REQUESTS_METER.id;
  const totals = await meterTotals(sql, customerId, { ...range, meterId });
  return {
    requests: Number(totals.requests),
    errors: Number(totals.requests) - Number(totals.ok),
    refused: await refusedRequests(sql, customerId, range),
    billable_quantity: unscaled(BigInt(totals.billable_quantity), REQUESTS_METER.scale),
  };
}

/**
 * A customer's plan, quotas, last day and what it can call, at `now` (ms). Errors are all requests
 * that did not go well, 4xx and clients that left included.
 */
export async function customerOverview(
  customerId: string,
  { query: sql, now }: { query: Query; now: number },
  gatewayUrl: string,
): Promise<Overview> {
  const customer = found(await customerById(sql, customerId), 'customer');
  const row = await liveSubscription(sql, customerId);
  const subscription = row ? shownSubscription(row, now) : null;
  const held = await heldBy(sql, customerId, now);
  const rate = held?.rate_limit ?? null;
  const routes = await activeRows(sql);
  const plan = row ? await planOf(sql, row.plan_version_id) : null;
  const addOns = row ? await addOnsOf(sql, row.id, now) : [];
  const granting = plan ? [plan, ...addOns] : [];
  const features = featuresOf(granting);
  return {
    customer: shownPortalCustomer(customer),
    subscription,
    plan,
    add_ons: addOns,
    meters: await metersOf(sql, granting),
    features,
    period: subscription?.current_period ?? null,
    quotas: await quotaStates(sql, customerId, { held, now }),
    rate_limit: rate && { rate_per_second: String(rate.rate_per_second), burst: rate.burst },
    last_24h: await lastDay(sql, customerId, now),
    endpoints: routes.map(({ id, name, definition }) =>
      endpointOf({ id, name, ...definition }, gatewayUrl, features),
    ),
    as_of: new Date(now).toISOString(),
  };
}
