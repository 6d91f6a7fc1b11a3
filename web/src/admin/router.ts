import { createRoute, lazyRouteComponent, type AnyRootRoute } from '@tanstack/react-router';

/** The admin side: customers, plans, routes, gateways. */
export function adminRoutes(root: AnyRootRoute) {
  const layout = createRoute({
    getParentRoute: () => root,
    path: '/admin',
    component: lazyRouteComponent(() => import('./layout.tsx'), 'AdminLayout'),
  });
  const getParentRoute = () => layout;
  return layout.addChildren([
    createRoute({
      getParentRoute,
      path: '/',
      component: lazyRouteComponent(() => import('./customers.tsx'), 'CustomersPage'),
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
      path: '/routes',
      component: lazyRouteComponent(() => import('./routes.tsx'), 'RoutesPage'),
    }),
    createRoute({
      getParentRoute,
      path: '/routes/new',
      component: lazyRouteComponent(() => import('./route.tsx'), 'NewRoutePage'),
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
    createRoute({
      getParentRoute,
      path: '/gateways',
      component: lazyRouteComponent(() => import('./gateways.tsx'), 'GatewaysPage'),
    }),
  ]);
}
