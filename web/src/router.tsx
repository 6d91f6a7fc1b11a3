import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
} from '@tanstack/react-router';
import type { QueryClient } from '@tanstack/react-query';
import { adminRoutes } from './admin/router.ts';
import { NotFoundPage, PageError } from './not-found.tsx';
import { portalRoutes } from './portal/router.ts';
import { sessionRoutes } from './session/router.ts';
import { Root } from './session/view-banner.tsx';

/** Every page of the portal. Each page's code loads when it is first visited. */
export function createAppRouter(queries: QueryClient) {
  const root = createRootRoute({
    component: Root,
    notFoundComponent: NotFoundPage,
    errorComponent: PageError,
  });
  const home = createRoute({
    getParentRoute: () => root,
    path: '/',
    component: lazyRouteComponent(() => import('./session/home.tsx'), 'HomePage'),
  });
  return createRouter({
    routeTree: root.addChildren([
      home,
      ...sessionRoutes(root),
      portalRoutes(root, queries),
      adminRoutes(root),
    ]),
    // Plain query strings: the default would wrap values in JSON and disagree with `paths`.
    parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
    stringifySearch: (search) => {
      const text = new URLSearchParams(search as Record<string, string>).toString();
      return text === '' ? '' : `?${text}`;
    },
    defaultPreload: false,
    scrollRestoration: true,
  });
}
