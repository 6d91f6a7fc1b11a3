import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import type { MiddlewareHandler } from 'hono';
import { me, settings, type Me } from '../contract/me.ts';
import { Fault } from '../kit/fault.ts';
import type { Query } from '../kit/database.ts';
import { api, json, PROBLEMS, type Api, type Viewing } from '../kit/http.ts';
import { membershipsOf } from './membership-store.ts';
import { customerById } from './store.ts';

const MEMBERSHIPS_SHOWN_MAX = 100;

export type Installation = { signUp: 'open' | 'closed'; gatewayUrl: string };

const settingsRoute = createRoute({
  method: 'get',
  path: '/settings',
  tags: ['Portal'],
  summary: 'Get the settings',
  description: 'What the sign-in pages need to know; for everybody.',
  responses: { 200: json(settings), ...PROBLEMS },
});

/** /portal/v1/settings, which needs no session. */
export function settingsHttp({ signUp, gatewayUrl }: Installation): OpenAPIHono<Api> {
  const app = api();
  app.openapi(settingsRoute, (c) =>
    c.json({ product_name: 'Tollgate', sign_up: signUp, gateway_url: gatewayUrl }, 200),
  );
  return app;
}

const meRoute = createRoute({
  method: 'get',
  path: '/me',
  tags: ['Portal'],
  summary: 'Get the caller',
  responses: { 200: json(me), ...PROBLEMS },
});

async function shownView(sql: Query, view: Viewing | undefined): Promise<Me['viewing']> {
  const customer = view && (await customerById(sql, view.customerId));
  if (view === undefined || customer === undefined) return null;
  const { id, name } = customer;
  return { id: view.id, customer: { id, name }, ends_at: view.endsAt.toISOString() };
}

/** /portal/v1/me: who is signed in, and where they are a member. */
export function meHttp({ signUp, gatewayUrl }: Installation): OpenAPIHono<Api> {
  const app = api();
  app.openapi(meRoute, async (c) => {
    const { user, query, view } = c.var;
    const viewing = await shownView(query, view);
    const rows = await membershipsOf(query, user.id, MEMBERSHIPS_SHOWN_MAX);
    const memberships = rows.map((row) => ({
      id: row.id,
      role: row.role,
      customer: { id: row.customer_id, name: row.customer_name, state: row.customer_state },
    }));
    return c.json({ user, memberships, viewing, sign_up: signUp, gateway_url: gatewayUrl }, 200);
  });
  return app;
}

/** Where sign-up is closed, nobody makes a customer for themselves either. */
export const requireOpenSignUp =
  ({ signUp }: Installation): MiddlewareHandler<Api> =>
  async (c, next) => {
    if (c.req.method === 'POST' && signUp === 'closed') {
      throw new Fault('forbidden', { detail: 'Sign-up is closed; ask an admin for a customer' });
    }
    await next();
  };
