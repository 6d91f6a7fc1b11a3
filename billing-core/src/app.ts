import type { OpenAPIHono } from '@hono/zod-openapi';
import { authenticateAdmin, authenticateGateway, authenticateUser } from './auth/authenticate.ts';
import type { Proxies } from './auth/client-address.ts';
import { signInHttp } from './auth/sign-in-http.ts';
import type { SignIn } from './auth/sign-in.ts';
import { adminTokensHttp } from './auth/tokens-http.ts';
import { usersHttp } from './auth/users-http.ts';
import { metersHttp } from './catalog/http.ts';
import { plansHttp } from './catalog/plans-http.ts';
import { portalPlansHttp } from './catalog/portal.ts';
import { bindCustomer } from './customers/access.ts';
import { customersHttp, portalCustomerHttp } from './customers/http.ts';
import { meHttp, requireOpenSignUp, settingsHttp } from './customers/me-http.ts';
import { membershipsHttp } from './customers/memberships-http.ts';
import { documentationHttp, openApi } from './documentation.ts';
import { keysHttp } from './keys/http.ts';
import { portalKeysHttp } from './keys/portal.ts';
import { auditHttp } from './kit/audit-http.ts';
import { BODY_BYTES_MAX, limitBody, strictJson, strictUrl } from './kit/body.ts';
import {
  api,
  errorResponse,
  requestIdentity,
  transactional,
  type Api,
  type Kit,
} from './kit/http.ts';
import { idempotent } from './kit/idempotency.ts';
import type { Metrics } from './kit/metrics.ts';
import { unmatched } from './kit/unmatched.ts';
import { portalOverviewHttp } from './quotas/http.ts';
import { quotaWindowsHttp } from './quotas/leases-http.ts';
import { portalLiveHttp } from './quotas/live-http.ts';
import { watchLiveUsage } from './quotas/live.ts';
import type { Rates } from './quotas/rate-desk.ts';
import { pricesHttp } from './rating/http.ts';
import { routesHttp } from './routes/http.ts';
import { secretsHttp } from './routes/secrets-http.ts';
import { subscriptionsHttp } from './subscriptions/http.ts';
import { portalSubscriptionsHttp } from './subscriptions/portal.ts';
import { deadLettersHttp } from './sync/dead-letters-http.ts';
import { SYNC_BODY_BYTES_MAX, syncHttp } from './sync/http.ts';
import { portalUsageHttp, usageHttp } from './usage/http.ts';
import { countsHttp } from './usage/counts-http.ts';
import { gapsHttp } from './usage/gaps-http.ts';
import { valueFaultsHttp } from './usage/value-faults-http.ts';
import { writeOffHttp } from './usage/write-off.ts';

export type Deps = Kit & {
  signIn: SignIn;
  metrics: Metrics;
  rates: Rates;
  isProxy: Proxies;
  publicUrl: string;
  gatewayUrl: string;
  signUp: 'open' | 'closed';
};

const SIGN_IN_BODY_BYTES_MAX = 8 * 1024;

/** /v1: automation and admins. Every write is one transaction, and repeatable with a key. */
function adminSurface(deps: Deps): OpenAPIHono<Api> {
  const app = api();
  app.use(limitBody(BODY_BYTES_MAX), authenticateAdmin(deps), strictJson);
  app.use(transactional(deps.sql), idempotent);
  for (const module of [
    adminTokensHttp(),
    usersHttp(deps.signIn),
    auditHttp(),
    metersHttp(),
    plansHttp(),
    pricesHttp(),
    routesHttp(),
    secretsHttp(deps.vault),
    customersHttp(),
    membershipsHttp(),
    subscriptionsHttp(),
    keysHttp(),
    usageHttp(),
    gapsHttp(),
    countsHttp(),
    valueFaultsHttp(),
    writeOffHttp(),
    deadLettersHttp(),
    quotaWindowsHttp(),
  ]) {
    app.route('/', module);
  }
  return app;
}

/** /portal/v1/customers/{customer_id}: what a module shows a customer is mounted here. */
function customerSurface(deps: Deps): OpenAPIHono<Api> {
  const app = api();
  const watch = watchLiveUsage(deps);
  deps.stopping.addEventListener('abort', () => watch.stop(), { once: true });
  for (const module of [
    portalCustomerHttp(),
    portalPlansHttp(),
    portalKeysHttp(),
    portalUsageHttp(),
    portalLiveHttp(deps, watch),
    portalOverviewHttp(deps.gatewayUrl),
  ]) {
    app.route('/', module);
  }
  return app;
}

/** /portal/v1: people in a browser. */
function portalSurface(deps: Deps): OpenAPIHono<Api> {
  const app = api();
  app.route('/', settingsHttp(deps));
  app.use(limitBody(BODY_BYTES_MAX), authenticateUser(deps));
  app.use('/customers', requireOpenSignUp(deps));
  app.use('/customers/:customer_id/*', bindCustomer(deps.sql));
  app.use(strictJson, transactional(deps.sql), idempotent);
  app.route('/', meHttp(deps));
  app.route('/', portalSubscriptionsHttp());
  app.route('/customers/:customer_id', customerSurface(deps));
  return app;
}

/** /internal/v1: gateways. */
function gatewaySurface(deps: Deps): OpenAPIHono<Api> {
  const app = api();
  app.use(limitBody(SYNC_BODY_BYTES_MAX), authenticateGateway(deps));
  app.route('/', syncHttp(deps, deps.rates));
  return app;
}

function signInSurface(deps: Deps): OpenAPIHono<Api> {
  const app = api();
  app.use(limitBody(SIGN_IN_BODY_BYTES_MAX), strictJson);
  app.route('/', signInHttp(deps));
  return app;
}

/** The whole public port: each surface with its own way of saying who calls. */
export function buildApp(deps: Deps): OpenAPIHono<Api> {
  const app = api();
  app.use(requestIdentity(deps.clock), deps.metrics.measureRequests, strictUrl);
  app.onError(errorResponse(deps.log));
  app.route('/auth', signInSurface(deps));
  app.route('/v1', adminSurface(deps));
  app.route('/portal/v1', portalSurface(deps));
  app.route('/internal/v1', gatewaySurface(deps));
  app.route(
    '/',
    documentationHttp(() => openApi(app, deps.publicUrl)),
  );
  app.notFound(unmatched(app));
  return app;
}
