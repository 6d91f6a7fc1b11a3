import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import type { MiddlewareHandler } from 'hono';
import { branding, PRODUCT_NAME, shownBranding } from '../contract/branding.ts';
import { me, settings, type Me } from '../contract/me.ts';
import { audit } from '../kit/audit.ts';
import { Fault } from '../kit/fault.ts';
import type { Query, Sql } from '../kit/database.ts';
import { api, json, jsonBody, PROBLEMS, type Api, type Viewing } from '../kit/http.ts';
import { readBranding, updateBranding } from './branding-store.ts';
import { logoHttp, shownLogoHttp } from './logo-http.ts';
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
export function settingsHttp(of: Installation & { sql: Sql }): OpenAPIHono<Api> {
  const app = api();
  app.openapi(settingsRoute, async (c) => {
    const { name, ...rest } = await readBranding(of.sql);
    const product_name = name ?? PRODUCT_NAME;
    const installation = { sign_up: of.signUp, gateway_url: of.gatewayUrl };
    return c.json({ product_name, ...rest, ...installation }, 200);
  });
  app.route('/', shownLogoHttp(of.sql));
  return app;
}

const getBranding = createRoute({
  method: 'get',
  path: '/branding',
  tags: ['Administration'],
  summary: 'Get the branding',
  description: 'What the business is called and looks like, to those who use its portal.',
  responses: { 200: json(shownBranding), ...PROBLEMS },
});

const putBranding = createRoute({
  method: 'put',
  path: '/branding',
  tags: ['Administration'],
  summary: 'Replace the branding',
  description: 'Shown by the portal from its next page on, and below each letter.',
  request: jsonBody(branding),
  responses: { 200: json(shownBranding), ...PROBLEMS },
});

/** /v1/branding: name, colour, logo and support of the business. */
export function brandingHttp(): OpenAPIHono<Api> {
  const app = api();
  app.openapi(getBranding, async (c) => c.json(await readBranding(c.var.query), 200));
  app.openapi(putBranding, async (c) => {
    const { tx, actor, now, requestId } = c.var;
    const wanted = c.req.valid('json');
    await updateBranding(tx, wanted);
    const deed = { actor, action: 'branding.update', subjectId: 'branding' };
    await audit(tx, { ...deed, now, requestId, detail: wanted });
    return c.json(await readBranding(tx), 200);
  });
  app.route('/', logoHttp());
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
