import type { OpenAPIHono } from '@hono/zod-openapi';
import type { MiddlewareHandler } from 'hono';
import { attentionHttp } from './alerts/http.ts';
import { authenticateAdmin, authenticateGateway, authenticateUser } from './auth/authenticate.ts';
import { fromWhere, type Proxies } from './auth/client-address.ts';
import { secondFactorHttp } from './auth/second-factor-http.ts';
import { sessionsHttp } from './auth/sessions-http.ts';
import { signInHttp, type SignInDoor } from './auth/sign-in-http.ts';
import type { SignIn } from './auth/sign-in.ts';
import { adminTokensHttp } from './auth/tokens-http.ts';
import { twoFactorHttp } from './auth/two-factor-http.ts';
import { usersHttp } from './auth/users-http.ts';
import { metersHttp } from './catalog/http.ts';
import { plansHttp } from './catalog/plans-http.ts';
import { portalPlansHttp } from './catalog/portal.ts';
import { termsHttp } from './catalog/terms-http.ts';
import { DOCUMENT_BYTES_MAX } from './contract/api-document.ts';
import { bindCustomer } from './customers/access.ts';
import { customerClockHttp } from './customers/clock-http.ts';
import { customerTime } from './customers/clock.ts';
import { customersHttp, portalCustomerHttp } from './customers/http.ts';
import {
  invitationAcceptHttp,
  invitationLookHttp,
  portalInvitationsHttp,
} from './customers/invitations-http.ts';
import { isInvited } from './customers/invitations.ts';
import { customerViewsHttp } from './customers/view-http.ts';
import { brandingHttp, meHttp, requireOpenSignUp, settingsHttp } from './customers/me-http.ts';
import { membershipsHttp } from './customers/memberships-http.ts';
import { portalTeamHttp } from './customers/team-http.ts';
import { customerTermsHttp } from './customers/terms-http.ts';
import { customerEventsHttp } from './figures/events-http.ts';
import { figuresHttp } from './figures/http.ts';
import { documentationHttp, openApi } from './documentation.ts';
import { keysHttp } from './keys/http.ts';
import { portalKeysHttp } from './keys/portal.ts';
import { portalReferenceHttp } from './keys/reference-http.ts';
import { routeTrialHttp } from './keys/trial-http.ts';
import { invoiceUsageHttp, portalInvoiceUsageHttp } from './invoicing/drill-http.ts';
import { balanceHttp, portalBalanceHttp } from './invoicing/balance-http.ts';
import { dunningHttp, portalDebtHttp } from './invoicing/dunning-http.ts';
import { documentsHttp, portalDocumentsHttp } from './documents/http.ts';
import { Press } from './documents/press.ts';
import { billingSettingsHttp, invoicesHttp } from './invoicing/http.ts';
import { portalNextInvoiceHttp } from './invoicing/next-invoice.ts';
import { portalSubscriptionHttp } from './invoicing/own-steps-http.ts';
import { previewHttp } from './invoicing/preview-http.ts';
import { portalInvoicesHttp } from './invoicing/portal.ts';
import { auditHttp } from './kit/audit-http.ts';
import { csvFiles } from './kit/csv-file.ts';
import { openSending } from './kit/jobs.ts';
import { jobsHttp } from './kit/jobs-http.ts';
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
import type { Tracing } from './kit/tracing.ts';
import { testClockHttp } from './kit/test-clock-http.ts';
import { plainClock, type TestClock } from './kit/test-clock.ts';
import { unmatched } from './kit/unmatched.ts';
import { noticesHttp } from './notices/http.ts';
import { portalAlertsHttp } from './notices/alerts-http.ts';
import { portalNoticesHttp } from './notices/portal.ts';
import { personalHttp, portalExportHttp } from './personal/export-http.ts';
import { portalOverviewHttp } from './quotas/http.ts';
import { quotaWindowsHttp } from './quotas/leases-http.ts';
import { portalLiveHttp } from './quotas/live-http.ts';
import { watchLiveUsage } from './quotas/live.ts';
import type { Rates } from './quotas/rate-desk.ts';
import { quotaOverridesHttp } from './overrides/http.ts';
import { portalQuotaRequestsHttp, quotaRequestsHttp } from './overrides/requests-http.ts';
import { manualCollector, type Collector } from './payments/collector.ts';
import { collectorHttp } from './payments/collector-http.ts';
import { paymentsHttp, portalPaymentsHttp } from './payments/http.ts';
import { pricesHttp } from './rating/http.ts';
import { apiDocumentHttp } from './routes/document-http.ts';
import { routesHttp } from './routes/http.ts';
import { secretsHttp } from './routes/secrets-http.ts';
import { reconciliationsHttp } from './reconciliation/http.ts';
import { foundHttp } from './reconciliation/reading-http.ts';
import { stripeAdminHttp } from './stripe/admin-http.ts';
import { collectionHttp } from './stripe/collection-http.ts';
import { stripeCollector, type Collecting } from './stripe/collector.ts';
import { WEBHOOK_BODY_BYTES_MAX, webhookHttp } from './stripe/webhook-http.ts';
import { portalRequestsHttp, toldRequestsHttp } from './requests/http.ts';
import { watchRequests } from './requests/reading.ts';
import { planMovesHttp } from './subscriptions/moves-http.ts';
import { subscriptionsHttp } from './subscriptions/http.ts';
import { portalSubscriptionsHttp } from './subscriptions/portal.ts';
import { deadLettersHttp } from './sync/dead-letters-http.ts';
import { SYNC_BODY_BYTES_MAX, syncHttp } from './sync/http.ts';
import { recoveryHttp } from './sync/recovery-http.ts';
import { writeOffHttp } from './sync/write-off-http.ts';
import { portalUsageHttp, usageHttp } from './usage/http.ts';
import { countsHttp } from './usage/counts-http.ts';
import { gapsHttp } from './usage/gaps-http.ts';
import { routeReadingsHttp } from './usage/routes-http.ts';

export type Deps = Kit & {
  signIn: SignIn;
  metrics: Metrics;
  rates: Rates;
  isProxy: Proxies;
  publicUrl: string;
  gatewayUrl: string;
  signUp: 'open' | 'closed';
  /** How long single requests are in the log. */
  requestLogHours: number;
  /** Left out where invoices are marked paid by hand. */
  stripe?: Collecting | undefined;
  /** Left out where the time cannot be moved, and where no collector is told of requests. */
  testClock?: TestClock | undefined;
  tracing?: Tracing | undefined;
};

/** With what makes PDFs for all of them, and who collects. */
type Surface = Deps & { press: Press; collector: Collector };

const SIGN_IN_BODY_BYTES_MAX = 8 * 1024;

const [usualBody, largeBody] = [limitBody(BODY_BYTES_MAX), limitBody(DOCUMENT_BYTES_MAX)];
/** The document of an API is larger than anything else that admins write. */
const adminBodies: MiddlewareHandler<Api> = (c, next) =>
  c.req.path === '/v1/api-document' ? largeBody(c, next) : usualBody(c, next);

/** /v1: automation and admins. Every write is one transaction, and repeatable with a key. */
function adminSurface(deps: Surface): OpenAPIHono<Api> {
  const app = api();
  app.use('*', adminBodies, authenticateAdmin(deps), strictJson);
  app.use(transactional(deps.sql), idempotent, customerTime(deps.testClock?.isOn ?? false));
  for (const module of [
    adminTokensHttp(),
    usersHttp(deps.signIn),
    auditHttp(),
    testClockHttp(deps.testClock ?? plainClock(deps.clock)),
    jobsHttp(deps.sql),
    metersHttp(),
    plansHttp(),
    termsHttp(),
    pricesHttp(),
    routesHttp(deps.vault),
    secretsHttp(deps.vault),
    apiDocumentHttp(deps.gatewayUrl),
    brandingHttp(),
    customersHttp(),
    personalHttp(deps),
    customerViewsHttp(),
    customerClockHttp(deps.testClock ?? plainClock(deps.clock)),
    customerTermsHttp(),
    membershipsHttp(),
    subscriptionsHttp(),
    planMovesHttp(deps.sql),
    keysHttp(),
    routeTrialHttp(),
    usageHttp(),
    gapsHttp(),
    countsHttp(),
    routeReadingsHttp(),
    writeOffHttp(),
    recoveryHttp(),
    deadLettersHttp(),
    quotaWindowsHttp(),
    noticesHttp(),
    quotaRequestsHttp(),
    quotaOverridesHttp(),
    invoicesHttp(deps.collector.objectionTo),
    invoiceUsageHttp(),
    paymentsHttp(deps.collector),
    billingSettingsHttp(),
    balanceHttp(),
    previewHttp(deps.collector.objectionTo),
    dunningHttp(),
    documentsHttp(deps.press),
    stripeAdminHttp({ sql: deps.sql, collecting: deps.stripe, publicUrl: deps.publicUrl }),
    collectionHttp(deps.stripe?.settings),
    reconciliationsHttp(deps.sql),
    foundHttp(),
    attentionHttp(deps.stripe !== undefined),
    figuresHttp(),
    customerEventsHttp(),
  ]) {
    app.route('/', module);
  }
  return app;
}

/** /portal/v1/customers/{customer_id}: what a module shows a customer is mounted here. */
function customerSurface(deps: Surface): OpenAPIHono<Api> {
  const app = api();
  const watch = watchLiveUsage(deps);
  const tail = watchRequests(deps, deps.requestLogHours);
  const stop = (): void => [watch, tail].forEach((one) => one.stop());
  deps.stopping.addEventListener('abort', stop, { once: true });
  for (const module of [
    portalCustomerHttp(),
    portalExportHttp(deps),
    portalTeamHttp(),
    portalInvitationsHttp({ secrets: deps.signIn, send: openSending(deps.sql) }),
    portalPlansHttp(),
    portalSubscriptionHttp(),
    portalKeysHttp(),
    portalUsageHttp(),
    portalLiveHttp(deps, watch),
    portalRequestsHttp({ clock: deps.clock, watch: tail, hours: deps.requestLogHours }),
    portalOverviewHttp(deps.gatewayUrl),
    portalReferenceHttp(deps),
    portalQuotaRequestsHttp(),
    portalNoticesHttp(),
    portalAlertsHttp(),
    portalInvoicesHttp(),
    portalInvoiceUsageHttp(),
    portalPaymentsHttp(),
    portalBalanceHttp(),
    portalNextInvoiceHttp(deps.collector.objectionTo),
    portalDebtHttp(),
    portalDocumentsHttp(deps.press),
  ]) {
    app.route('/', module);
  }
  return app;
}

/** /portal/v1: people in a browser. */
function portalSurface(deps: Surface): OpenAPIHono<Api> {
  const app = api();
  app.route('/', settingsHttp(deps));
  app.use('/invitations/look', limitBody(BODY_BYTES_MAX), strictJson);
  app.route('/', invitationLookHttp(deps.sql));
  app.use(limitBody(BODY_BYTES_MAX), authenticateUser(deps));
  app.use('/customers', requireOpenSignUp(deps));
  app.use('/customers/:customer_id/*', bindCustomer(deps.sql));
  app.use('/customers/:customer_id/payment-pages', strictJson);
  app.route('/customers/:customer_id', collectorHttp(deps.collector, deps.sql));
  app.use('/me/two-factor/*', strictJson);
  app.route('/', twoFactorHttp(deps));
  app.use(strictJson, transactional(deps.sql), idempotent);
  app.use('/customers/:customer_id/*', customerTime(deps.testClock?.isOn ?? false));
  app.route('/', meHttp(deps));
  app.route('/', sessionsHttp());
  app.route('/', invitationAcceptHttp());
  app.route('/', portalSubscriptionsHttp());
  app.route('/customers/:customer_id', customerSurface(deps));
  return app;
}

/** /internal/v1: gateways. */
function gatewaySurface(deps: Deps): OpenAPIHono<Api> {
  const app = api();
  app.use(limitBody(SYNC_BODY_BYTES_MAX), authenticateGateway(deps));
  app.route('/', syncHttp(deps, deps.rates, deps.metrics));
  app.route('/', toldRequestsHttp(deps));
  return app;
}

/** /webhooks: what other services tell, each with a signature of its own. */
function webhookSurface(deps: Deps): OpenAPIHono<Api> {
  const app = api();
  app.use(limitBody(WEBHOOK_BODY_BYTES_MAX));
  app.route('/', webhookHttp(deps.stripe));
  return app;
}

function signInSurface(deps: Deps): OpenAPIHono<Api> {
  const app = api();
  app.use(limitBody(SIGN_IN_BODY_BYTES_MAX), strictJson);
  const door: SignInDoor = { ...deps, isInvited: (asked) => isInvited(deps.sql, asked) };
  app.route('/', signInHttp(door));
  app.route('/', secondFactorHttp(door));
  return app;
}

/** The whole public port: each surface with its own way of saying who calls. */
export function buildApp(deps: Deps): OpenAPIHono<Api> {
  const app = api();
  const press = new Press();
  deps.stopping.addEventListener('abort', () => press.stop(), { once: true });
  app.use(requestIdentity(deps.clock), ...(deps.tracing ? [deps.tracing.traceRequests] : []));
  app.use(deps.metrics.measureRequests, strictUrl, fromWhere(deps.isProxy));
  app.onError(errorResponse(deps.log));
  app.route('/auth', signInSurface(deps));
  const collector = deps.stripe ? stripeCollector(deps.stripe) : manualCollector;
  app.route('/v1', adminSurface({ ...deps, press, collector }));
  app.route('/portal/v1', portalSurface({ ...deps, press, collector }));
  app.route('/internal/v1', gatewaySurface(deps));
  app.route('/webhooks', webhookSurface(deps));
  app.route(
    '/',
    documentationHttp(() => openApi(app, deps.publicUrl)),
  );
  app.notFound(csvFiles(app, () => openApi(app, deps.publicUrl), unmatched(app)));
  return app;
}
