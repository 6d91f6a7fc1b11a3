import type { QueryClient } from '@tanstack/react-query';
import {
  createRoute,
  lazyRouteComponent,
  type AnyRootRoute,
  type AnyRoute,
} from '@tanstack/react-router';
import { meQuery } from '../session/me.ts';
import { PortalLayout } from './layout.tsx';
import { OverviewPage } from './overview.tsx';
import { overviewQuery } from './queries.ts';

/**
 * The customer side. What a page shows first is asked for while its code still loads. The code of
 * the Overview is there from the start: it is where customers arrive, and it is small.
 */
export function portalRoutes(root: AnyRootRoute, queries: QueryClient) {
  const layout = createRoute({
    getParentRoute: () => root,
    path: '/c/$customerId',
    component: PortalLayout,
    loader: ({ params }) => {
      void queries.prefetchQuery(meQuery);
      void queries.prefetchQuery(overviewQuery(params.customerId));
    },
  });
  const getParentRoute = () => layout;
  return layout.addChildren([
    createRoute({
      getParentRoute,
      path: '/',
      component: OverviewPage,
    }),
    createRoute({
      getParentRoute,
      path: '/start',
      component: lazyRouteComponent(() => import('./start.tsx'), 'StartPage'),
    }),
    createRoute({
      getParentRoute,
      path: '/logs',
      component: lazyRouteComponent(() => import('./logs.tsx'), 'LogsPage'),
    }),
    createRoute({
      getParentRoute,
      path: '/plan',
      component: lazyRouteComponent(() => import('./plan.tsx'), 'PlanPage'),
    }),
    createRoute({
      getParentRoute,
      path: '/quotas',
      component: lazyRouteComponent(() => import('./quotas.tsx'), 'QuotasPage'),
    }),
    createRoute({
      getParentRoute,
      path: '/api',
      component: lazyRouteComponent(() => import('./reference.tsx'), 'ReferencePage'),
    }),
    createRoute({
      getParentRoute,
      path: '/usage',
      component: lazyRouteComponent(() => import('./usage.tsx'), 'UsagePage'),
    }),
    createRoute({
      getParentRoute,
      path: '/keys',
      component: lazyRouteComponent(() => import('./keys.tsx'), 'KeysPage'),
    }),
    createRoute({
      getParentRoute,
      path: '/notices',
      component: lazyRouteComponent(() => import('./notices.tsx'), 'NoticesPage'),
    }),
    createRoute({
      getParentRoute,
      path: '/invoices',
      component: lazyRouteComponent(() => import('./invoices.tsx'), 'InvoicesPage'),
    }),
    createRoute({
      getParentRoute,
      path: '/invoices/$invoiceId',
      component: lazyRouteComponent(() => import('./invoice.tsx'), 'InvoicePage'),
    }),
    ...ownPages(layout),
  ]);
}

/** Who pays and how, who is here, and what it is called. */
function ownPages(layout: AnyRoute) {
  const getParentRoute = () => layout;
  return [
    createRoute({
      getParentRoute,
      path: '/payments',
      component: lazyRouteComponent(() => import('./payments.tsx'), 'PaymentsPage'),
    }),
    createRoute({
      getParentRoute,
      path: '/team',
      component: lazyRouteComponent(() => import('./team.tsx'), 'TeamPage'),
    }),
    createRoute({
      getParentRoute,
      path: '/settings',
      component: lazyRouteComponent(() => import('./settings.tsx'), 'SettingsPage'),
    }),
  ];
}
