import { readAddress } from '../contract/address.ts';
import type { KeyFact } from '../contract/facts.ts';
import { fenceOf } from '../contract/fence.ts';
import {
  forwardedPath,
  pathBehind,
  pathFormOf,
  withoutParameter,
} from '../contract/forwarded-path.ts';
import { closedTo, objection, objectionDetail } from '../contract/objection.ts';
import { REFUSALS, type RefusalReason } from '../contract/refusals.ts';
import { readHost, readTarget, type RequestPath } from '../contract/request-path.ts';
import type { RouteTrial, RouteTrialRequest } from '../contract/route-trial.ts';
import { type Match, RouteTree } from '../contract/route-tree.ts';
import type { Route } from '../contract/route.ts';
import { unscaled } from '../catalog/quantity.ts';

type Settled = Pick<RouteTrial, 'refusal'> & Partial<RouteTrial>;

const NOTHING: RouteTrial = {
  refusal: null,
  allow: [],
  route: null,
  disabled: [],
  forwarded: [],
  open: [],
  required_scopes: [],
  required_features: [],
  metering: [],
  billable_outcomes: [],
  rate_limit: null,
  quotas: [],
};

function refused(
  code: RefusalReason,
  more: Partial<RouteTrial> = {},
  said?: string | null,
): Settled {
  const [status, detail] = REFUSALS[code];
  return { refusal: { status, code, detail: said ?? detail }, ...more };
}

type Found = { host: string; path: RequestPath };

/** Host and path as a gateway reads them; undefined for what it would not. */
function read({ host, path }: RouteTrialRequest): Found | undefined {
  const name = readHost(host);
  const target = readTarget(path, host);
  return name === undefined || target === undefined ? undefined : { host: name, path: target };
}

const search = (routes: readonly Route[], { host, path }: Found, method: string): Match<Route> =>
  new RouteTree(routes.map((route) => [route, route] as const)).find(host, path, method);

/** What each upstream of the route would be asked for. */
function forwardedTo(route: Route, { raw, query, ...rest }: RequestPath): RouteTrial['forwarded'] {
  const { query: name } = route.key_location;
  const kept = name === null || route.public ? query : withoutParameter(query, name);
  const { rewrite_path, ...matched } = route;
  const form = pathFormOf({ ...matched, ...(rewrite_path !== null && { rewrite_path }) });
  const path = forwardedPath(form, { raw, query, ...rest });
  return route.upstreams.map(({ url, weight }) => {
    const { origin, pathname } = new URL(url);
    return { url: origin + pathBehind(pathname.replace(/\/+$/, ''), path, kept), weight };
  });
}

/** What of the key's limits the route's meters would meet. */
function limitsOf(route: Route, { customer }: KeyFact): Pick<RouteTrial, 'rate_limit' | 'quotas'> {
  const meters = new Set(route.metering.map(({ meter }) => meter));
  const { rate_limit: rate } = customer;
  const quotas = customer.quotas.filter(({ meter_slug }) => meters.has(meter_slug));
  return {
    rate_limit: rate && { rate_per_second: rate.rate_per_second, burst: rate.burst },
    quotas: quotas.map(({ meter_slug, meter_unit, meter_scale, limit, ...quota }) => ({
      meter: meter_slug,
      unit: meter_unit,
      limit: unscaled(BigInt(limit), meter_scale),
      window: quota.window,
      scope: quota.scope,
      enforcement: quota.enforcement,
    })),
  };
}

type Asked = { asked: RouteTrialRequest; key: KeyFact | undefined; now: number };

/** What the route that matches says, in the order in which a gateway asks. */
function judge(route: Route, path: RequestPath, { asked, key, now }: Asked): Settled {
  const { id, version, name, metering, billable_outcomes } = route;
  const required = {
    required_scopes: route.required_scopes,
    required_features: route.required_features,
  };
  const shown = { route: { id, version, name, public: route.public } };
  const address = asked.address === null ? undefined : readAddress(asked.address);
  const fence = fenceOf(route);
  const open: RouteTrial['open'] = [];
  if (fence && address === undefined) open.push('address');
  const { maintenance } = route;
  const fact = maintenance ? { maintenance } : {};
  const closed = closedTo(fact, address === undefined ? undefined : fence, () => address);
  if (closed) {
    return refused(closed, shown, maintenance?.message);
  }
  const passed = { ...shown, forwarded: forwardedTo(route, path), open };
  if (route.public) return { refusal: null, ...passed };
  const counted = { ...passed, ...required, metering, billable_outcomes };
  if (!key) {
    open.push('key');
    if (route.required_scopes.length > 0) open.push('scopes');
    if (route.required_features.length > 0) open.push('features');
    return { refusal: null, ...counted };
  }
  const { ip_allow, ip_deny, ...anywhere } = key;
  const isFenced = Boolean(ip_allow ?? ip_deny);
  if (isFenced && address === undefined && !open.includes('address')) open.push('address');
  const judged = address === undefined ? anywhere : key;
  const petition = { route, address: () => address, contentLength: undefined };
  const objected = objection(judged, petition, now);
  if (objected) {
    const { detail } = objectionDetail(objected, key, petition);
    return refused(objected, { ...shown, ...required }, detail);
  }
  return { refusal: null, ...counted, ...limitsOf(route, key) };
}

/**
 * What a gateway would do with a request, by the same code that decides there: which route takes
 * it, what its upstreams are asked for, what it counts and what limits it, or why it is refused.
 * In: all routes, the facts of the key that is sent, if one is, and core time in ms.
 */
export function tryRoutes(routes: readonly Route[], of: Asked): RouteTrial {
  const { asked } = of;
  const found = read(asked);
  if (!found) return { ...NOTHING, ...refused('invalid_request') };
  const active = routes.filter(({ state }) => state === 'active');
  const match = search(active, found, asked.method);
  const taking = search(
    routes.filter(({ state }) => state === 'disabled'),
    found,
    asked.method,
  );
  const disabled =
    taking.kind === 'route' ? [{ id: taking.route.id, name: taking.route.name }] : [];
  return { ...NOTHING, disabled, ...answerTo(match, found, of) };
}

function answerTo(match: Match<Route>, { path }: Found, of: Asked): Settled {
  switch (match.kind) {
    case 'none':
      return refused('route_not_found');
    case 'ambiguous':
      return refused('invalid_request');
    case 'method':
      return refused('method_not_allowed', { allow: [...match.allow] });
    case 'route':
      return judge(match.route, path, of);
  }
}
