import { createRoute, lazyRouteComponent, type AnyRootRoute } from '@tanstack/react-router';
import { paths } from '../kit/paths.ts';

/** The pages around signing in. */
export function sessionRoutes(root: AnyRootRoute) {
  const getParentRoute = () => root;
  return [
    createRoute({
      getParentRoute,
      path: '/sign-in',
      component: lazyRouteComponent(() => import('./sign-in.tsx'), 'SignInPage'),
    }),
    createRoute({
      getParentRoute,
      path: paths.signUp,
      component: lazyRouteComponent(() => import('./sign-up.tsx'), 'SignUpPage'),
    }),
    createRoute({
      getParentRoute,
      path: paths.forgotPassword,
      component: lazyRouteComponent(() => import('./forgot-password.tsx'), 'ForgotPasswordPage'),
    }),
    createRoute({
      getParentRoute,
      path: paths.resetPassword,
      component: lazyRouteComponent(() => import('./reset-password.tsx'), 'ResetPasswordPage'),
    }),
    createRoute({
      getParentRoute,
      path: paths.welcome,
      component: lazyRouteComponent(() => import('./welcome.tsx'), 'WelcomePage'),
    }),
    createRoute({
      getParentRoute,
      path: '/invitation',
      component: lazyRouteComponent(() => import('./invitation.tsx'), 'InvitationPage'),
    }),
  ];
}
