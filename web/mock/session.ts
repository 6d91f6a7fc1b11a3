import { Hono } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { found, Problem, requiredText, SESSION_COOKIE, signedIn } from './http.ts';
import { customer, mint, subscribe, type MockState } from './state.ts';
import { invitationLink, ownSignIns } from './team.ts';

const GATEWAY_URL = 'http://localhost:4002';

/** Sign-in and what surrounds it. */
export function sessionApi(state: MockState): Hono {
  const app = new Hono();

  app.post('/auth/sign-in/email', async (c) => {
    const { email, password } = await c.req.json<Record<string, string>>();
    const user = state.users.find((one) => one.email === email && one.password === password);
    if (user === undefined) throw new Problem(401, 'unauthenticated');
    const token = mint('ses');
    state.sessions.set(token, user.id);
    setCookie(c, SESSION_COOKIE, token, { httpOnly: true, sameSite: 'Lax', path: '/' });
    return c.json({ user });
  });

  app.post('/auth/sign-up/email', async (c) => {
    if (state.signUp === 'closed') throw new Problem(403, 'forbidden');
    const { name = '', email = '', password = '' } = await c.req.json<Record<string, string>>();
    // The same answer for a taken address, and no session in either case: nobody learns who is
    // here.
    if (state.users.some((one) => one.email === email)) return c.json({ status: true });
    const created_at = new Date().toISOString();
    const user = { id: mint('usr'), name, email, password, role: 'user' as const, created_at };
    state.users.push(user);
    return c.json({ status: true });
  });

  app.post('/auth/sign-out', (c) => {
    state.sessions.delete(getCookie(c, SESSION_COOKIE) ?? '');
    deleteCookie(c, SESSION_COOKIE, { path: '/' });
    return c.json({ status: true });
  });

  app.get('/auth/get-session', (c) => {
    const id = state.sessions.get(getCookie(c, SESSION_COOKIE) ?? '');
    const user = state.users.find((one) => one.id === id);
    return c.json(user ? { user, session: { expires_at: new Date().toISOString() } } : null);
  });

  app.post('/auth/request-password-reset', (c) => c.json({ status: true }));

  app.post('/auth/reset-password', async (c) => {
    const { token } = await c.req.json<Record<string, string>>();
    if (token === 'used') {
      throw new Problem(400, 'invalid_request', [
        { path: 'token', message: 'is used, expired or unknown' },
      ]);
    }
    return c.json({ status: true });
  });

  people(app, state);
  ownSignIns(app, state);
  invitationLink(app, state);
  return app;
}

/** What is known before and after signing in. */
function people(app: Hono, state: MockState): void {
  app.get('/portal/v1/settings', (c) => {
    const { name, ...rest } = state.branding;
    const product_name = name ?? 'Tollgate';
    return c.json({
      sign_up: state.signUp,
      gateway_url: GATEWAY_URL,
      product_name,
      ...rest,
    });
  });

  app.get('/portal/v1/logo', (c) =>
    c.body(found(state.logo), 200, { 'content-type': 'image/png' }),
  );
  app.get('/portal/v1/me', (c) => {
    const { id, name, email, role } = signedIn(c, state);
    const memberships = state.members
      .filter((member) => member.userId === id)
      .map((member) => {
        const of = found(state.customers.find((one) => one.id === member.customerId));
        return {
          id: member.id,
          role: member.role,
          customer: { id: of.id, name: of.name, state: of.state },
        };
      });
    const user = { id, name, email, role };
    const more = { viewing: null, sign_up: state.signUp, gateway_url: GATEWAY_URL };
    return c.json({ user, memberships, ...more });
  });

  app.post('/portal/v1/customers', async (c) => {
    const user = signedIn(c, state);
    const made = customer(requiredText(await c.req.json(), 'name'));
    state.customers.unshift(made);
    state.members.push({ id: mint('mem'), userId: user.id, customerId: made.id, role: 'owner' });
    const plan = state.plans.find((one) => one.self_serve_default);
    if (plan !== undefined) state.subscriptions.push(subscribe(made.id, plan));
    return c.json(made, 201);
  });
}
