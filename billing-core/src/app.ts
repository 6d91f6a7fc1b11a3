import type { OpenAPIHono } from '@hono/zod-openapi';
import { authenticateAdmin, authenticateGateway, authenticateUser } from './auth/authenticate.ts';
import type { Proxies } from './auth/client-address.ts';
import { signInHttp } from './auth/sign-in-http.ts';
import type { SignIn } from './auth/sign-in.ts';
import { adminTokensHttp } from './auth/tokens-http.ts';
import { usersHttp } from './auth/users-http.ts';
import { metersHttp } from './catalog/http.ts';
import { bindCustomer } from './customers/access.ts';
import { documentationHttp, openApi } from './documentation.ts';
import { BODY_BYTES_MAX, limitBody, strictJson } from './kit/body.ts';
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

export type Deps = Kit & {
  signIn: SignIn;
  metrics: Metrics;
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
  for (const module of [adminTokensHttp(), usersHttp(deps.signIn), metersHttp()]) {
    app.route('/', module);
  }
  return app;
}

/** /portal/v1: people in a browser. */
function portalSurface(deps: Deps): OpenAPIHono<Api> {
  const app = api();
  app.use(limitBody(BODY_BYTES_MAX), authenticateUser(deps));
  app.use('/customers/:customer_id/*', bindCustomer(deps.sql));
  app.use(strictJson);
  app.use(transactional(deps.sql), idempotent);
  return app;
}

/** /internal/v1: gateways. */
function gatewaySurface(deps: Deps): OpenAPIHono<Api> {
  const app = api();
  app.use(authenticateGateway(deps));
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
  app.use(requestIdentity(deps.clock), deps.metrics.measureRequests);
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
