import {
  createRoute,
  lazyRouteComponent,
  type AnyRootRoute,
  type AnyRoute,
} from '@tanstack/react-router';
import { loadWords } from '../kit/language.ts';

/** The admin side: customers, plans, routes, gateways. */
export function adminRoutes(root: AnyRootRoute) {
  const layout = createRoute({
    getParentRoute: () => root,
    path: '/admin',
    component: lazyRouteComponent(() => import('./layout.tsx'), 'AdminLayout'),
    // Before the pages' files are read, which make sentences on the way.
    beforeLoad: () => loadWords('admin'),
  });
  const getParentRoute = () => layout;
  return layout.addChildren([
    createRoute({
      getParentRoute,
      path: '/',
      component: lazyRouteComponent(() => import('./home.tsx'), 'HomePage'),
    }),
    createRoute({
      getParentRoute,
      path: '/customers',
      component: lazyRouteComponent(() => import('./customers.tsx'), 'CustomersPage'),
    }),
    createRoute({
      getParentRoute,
      path: '/customers/$customerId',
      component: lazyRouteComponent(() => import('./customer.tsx'), 'CustomerPage'),
    }),
    createRoute({
      getParentRoute,
      path: '/plans',
      component: lazyRouteComponent(() => import('./plans.tsx'), 'PlansPage'),
    }),
    createRoute({
      getParentRoute,
      path: '/plans/$planId',
      component: lazyRouteComponent(() => import('./plan.tsx'), 'PlanPage'),
    }),
    createRoute({
      getParentRoute,
      path: '/plans/$planId/new-version',
      component: lazyRouteComponent(() => import('./plan-version.tsx'), 'NewVersionPage'),
    }),
    createRoute({
      getParentRoute,
      path: '/plans/$planId/versions/$versionId',
      component: lazyRouteComponent(() => import('./plan-version.tsx'), 'VersionPage'),
    }),
    createRoute({
      getParentRoute,
      path: '/usage',
      component: lazyRouteComponent(() => import('./usage.tsx'), 'UsagePage'),
    }),
    createRoute({
      getParentRoute,
      path: '/revenue',
      component: lazyRouteComponent(() => import('./revenue.tsx'), 'RevenuePage'),
    }),
    ...quantityPages(layout),
    ...routePages(layout),
    ...collectionPages(layout),
    createRoute({
      getParentRoute,
      path: '/gateways',
      component: lazyRouteComponent(() => import('./gateways.tsx'), 'GatewaysPage'),
    }),
  ]);
}

/** What is counted, and how much of it one may use. */
function quantityPages(layout: AnyRoute) {
  const getParentRoute = () => layout;
  return [
    createRoute({
      getParentRoute,
      path: '/meters',
      component: lazyRouteComponent(() => import('./meters.tsx'), 'MetersPage'),
    }),
    createRoute({
      getParentRoute,
      path: '/meters/$meterId',
      component: lazyRouteComponent(() => import('./meter.tsx'), 'MeterPage'),
    }),
    createRoute({
      getParentRoute,
      path: '/quotas',
      component: lazyRouteComponent(() => import('./quotas.tsx'), 'QuotasPage'),
    }),
  ];
}

/** What proves that the books are right, who collects, and what others call us with. */
function collectionPages(layout: AnyRoute) {
  const getParentRoute = () => layout;
  return [
    createRoute({
      getParentRoute,
      path: '/reconciliation',
      component: lazyRouteComponent(() => import('./reconciliations.tsx'), 'ReconciliationsPage'),
    }),
    createRoute({
      getParentRoute,
      path: '/reconciliation/$reconciliationId',
      component: lazyRouteComponent(() => import('./reconciliation.tsx'), 'ReconciliationPage'),
    }),
    createRoute({
      getParentRoute,
      path: '/tokens',
      component: lazyRouteComponent(() => import('./tokens.tsx'), 'TokensPage'),
    }),
    createRoute({
      getParentRoute,
      path: '/stripe',
      component: lazyRouteComponent(() => import('./stripe.tsx'), 'StripePage'),
    }),
    createRoute({
      getParentRoute,
      path: '/retention',
      component: lazyRouteComponent(() => import('./retention.tsx'), 'RetentionPage'),
    }),
    createRoute({
      getParentRoute,
      path: '/branding',
      component: lazyRouteComponent(() => import('./branding.tsx'), 'BrandingPage'),
    }),
  ];
}

/** Routes: what gateways serve. */
function routePages(layout: AnyRoute) {
  const getParentRoute = () => layout;
  return [
    createRoute({
      getParentRoute,
      path: '/invoices',
      component: lazyRouteComponent(() => import('./invoices.tsx'), 'InvoicesPage'),
    }),
    createRoute({
      getParentRoute,
      path: '/invoices/settings',
      component: lazyRouteComponent(() => import('./billing-settings.tsx'), 'BillingSettingsPage'),
    }),
    createRoute({
      getParentRoute,
      path: '/invoices/$invoiceId',
      component: lazyRouteComponent(() => import('./invoice.tsx'), 'InvoicePage'),
    }),
    createRoute({
      getParentRoute,
      path: '/terms',
      component: lazyRouteComponent(() => import('./terms.tsx'), 'TermsPage'),
    }),
    createRoute({
      getParentRoute,
      path: '/audit',
      component: lazyRouteComponent(() => import('./audit.tsx'), 'AuditPage'),
    }),
    createRoute({
      getParentRoute,
      path: '/account',
      component: lazyRouteComponent(() => import('./account.tsx'), 'AccountPage'),
    }),
    createRoute({
      getParentRoute,
      path: '/jobs',
      component: lazyRouteComponent(() => import('./jobs.tsx'), 'JobsPage'),
    }),
    createRoute({
      getParentRoute,
      path: '/routes',
      component: lazyRouteComponent(() => import('./routes.tsx'), 'RoutesPage'),
    }),
    createRoute({
      getParentRoute,
      path: '/routes/test',
      component: lazyRouteComponent(() => import('./route-trial.tsx'), 'RouteTrialPage'),
    }),
    createRoute({
      getParentRoute,
      path: '/routes/new',
      component: lazyRouteComponent(() => import('./route.tsx'), 'NewRoutePage'),
    }),
    createRoute({
      getParentRoute,
      path: '/api-document',
      component: lazyRouteComponent(() => import('./api-document.tsx'), 'ApiDocumentPage'),
    }),
    createRoute({
      getParentRoute,
      path: '/secrets',
      component: lazyRouteComponent(() => import('./secrets.tsx'), 'SecretsPage'),
    }),
    createRoute({
      getParentRoute,
      path: '/routes/$routeId',
      component: lazyRouteComponent(() => import('./route.tsx'), 'RoutePage'),
    }),
  ];
}
