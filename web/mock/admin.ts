import { Hono } from 'hono';
import { pricePreviewRequest } from '@tollgate/billing-core/contract/price-preview.ts';
import { diffOf } from '../../billing-core/src/catalog/diff.ts';
import { rated } from '../../billing-core/src/rating/preview.ts';
import { branding } from './branding.ts';
import { gateways } from './gateways.ts';
import { invoices } from './invoices.ts';
import { credit } from './credit.ts';
import { apiDocument } from './document.ts';
import { figures } from './figures.ts';
import { meters } from './meters.ts';
import { quotas } from './quotas.ts';
import { events } from './events.ts';
import { jobs } from './jobs.ts';
import { adminNotices } from './notices.ts';
import { audit } from './audit.ts';
import { found, page, Problem, requiredText, signedIn } from './http.ts';
import { keys } from './keys.ts';
import { personal } from './personal.ts';
import { reconciliations } from './reconciliations.ts';
import { tokens } from './tokens.ts';
import { trial } from './trial.ts';
import { route as newRoute } from './seed.ts';
import { ago, customer as newCustomer, DAY_MS, mint, type MockState } from './state.ts';
import { moves } from './moves.ts';
import { stripe } from './stripe.ts';
import { terms } from './terms.ts';
import { subscriptions } from './subscriptions.ts';
import { usageEntries, usageReport } from './usage.ts';

/** The admin side, as far as the pages need it. */
export function adminApi(state: MockState): Hono {
  const app = new Hono().basePath('/v1');
  app.use(async (c, next) => {
    if (signedIn(c, state).role !== 'admin') throw new Problem(403, 'forbidden');
    await next();
  });
  app.get('/users', (c) => page(c, state.users));
  app.get('/admin-tokens', (c) => page(c, tokens()));
  app.get('/usage', (c) => {
    const query = c.req.query();
    return c.json(usageReport(state, query['customer_id'] ?? '', query));
  });
  app.get('/usage/entries', (c) => {
    const { customer_id = '', from = '' } = c.req.query();
    return page(c, usageEntries(state, customer_id, from));
  });
  testClock(app, state);
  terms(app, state);
  customers(app, state);
  subscriptions(app, state);
  moves(app, state);
  plans(app, state);
  prices(app, state);
  routes(app, state);
  secrets(app, state);
  gateways(app, state);
  branding(app, state);
  invoices(app, state);
  credit(app, state);
  events(app, state);
  jobs(app, state);
  reconciliations(app, state);
  personal(app, state);
  stripe(app, state);
  adminNotices(app, state);
  audit(app);
  figures(app, state);
  meters(app, state);
  quotas(app, state);
  apiDocument(app, state);
  return app;
}

function testClock(app: Hono, state: MockState): void {
  const shown = () => ({
    enabled: state.testClock.enabled,
    now: new Date(Date.now() + state.testClock.offset_ms).toISOString(),
    offset_ms: state.testClock.offset_ms,
  });
  app.get('/test-clock', (c) => c.json(shown()));
  app.post('/test-clock/advance', async (c) => {
    const { to } = await c.req.json();
    state.testClock.offset_ms = Date.parse(to) - Date.now();
    return c.json(shown());
  });
  const customer = (id: string) => found(state.customers.find((one) => one.id === id));
  const own = (id: string) => ({
    enabled: state.testClock.enabled,
    now: new Date(Date.now() + state.testClock.offset_ms + customer(id).clock_ms).toISOString(),
    ahead_ms: customer(id).clock_ms,
  });
  app.get('/customers/:id/test-clock', (c) => c.json(own(c.req.param('id'))));
  app.post('/customers/:id/test-clock/advance', async (c) => {
    const { to } = await c.req.json();
    const one = customer(c.req.param('id'));
    one.clock_ms = Date.parse(to) - Date.now() - state.testClock.offset_ms;
    return c.json(own(one.id));
  });
}

function customers(app: Hono, state: MockState): void {
  const byId = (id: string) => found(state.customers.find((one) => one.id === id));
  app.get('/customers', (c) => {
    const q = (c.req.query('q') ?? '').toLowerCase();
    const hit = (text: string | null) => text?.toLowerCase().includes(q) === true;
    return page(
      c,
      state.customers.filter((one) => hit(one.name) || hit(one.external_id) || one.id === q),
    );
  });
  app.post('/customers', async (c) => {
    const body = await c.req.json<Record<string, string>>();
    const name = requiredText(body, 'name');
    if (state.customers.some((one) => one.external_id === (body['external_id'] ?? ''))) {
      throw new Problem(409, 'already_exists', [{ path: 'external_id', message: 'is taken' }]);
    }
    const made = { ...newCustomer(name), ...body, name };
    state.customers.unshift(made);
    return c.json(made, 201);
  });
  app.get('/customers/:id', (c) => c.json(byId(c.req.param('id'))));
  app.patch('/customers/:id', async (c) =>
    c.json(Object.assign(byId(c.req.param('id')), await c.req.json())),
  );
  app.delete('/customers/:id', (c) => {
    const one = byId(c.req.param('id'));
    const live = state.subscriptions.some(
      (each) => each.customer_id === one.id && each.state !== 'canceled',
    );
    if (live) throw new Problem(409, 'state_conflict');
    return c.json(Object.assign(one, { state: 'archived' }));
  });
  app.get('/customers/:id/memberships', (c) =>
    page(
      c,
      state.members
        .filter((member) => member.customerId === c.req.param('id'))
        .map((member) => ({
          ...member,
          two_factor: member.role === 'owner',
          user: state.users.find((user) => user.id === member.userId),
        })),
    ),
  );
  app.post('/customers/:id/memberships', async (c) => {
    const body = await c.req.json();
    const made = { id: mint('mem'), userId: body.user_id, role: body.role };
    state.members.push({ ...made, customerId: c.req.param('id') });
    return c.json(made, 201);
  });
  keys(app, state);
  app.patch('/memberships/:id', async (c) => {
    const member = found(state.members.find((one) => one.id === c.req.param('id')));
    return c.json(Object.assign(member, await c.req.json()));
  });
  app.delete('/memberships/:id', (c) => {
    state.members = state.members.filter((one) => one.id !== c.req.param('id'));
    return c.body(null, 204);
  });
}

function plans(app: Hono, state: MockState): void {
  const byId = (id: string) => found(state.plans.find((one) => one.id === id));
  const versionOf = (id: string) =>
    found(state.plans.flatMap((plan) => plan.versions).find((one) => one.id === id));
  const shown = (plan: (typeof state.plans)[0]) => ({
    ...plan,
    versions: plan.versions.filter((version) => version.customer_id === null),
  });
  app.get('/plans', (c) => page(c, state.plans.map(shown)));
  app.get('/plans/:id', (c) => c.json(shown(byId(c.req.param('id')))));
  app.get('/plan-versions/:id', (c) => c.json(versionOf(c.req.param('id'))));
  app.get('/customers/:id/plan-versions', (c) => {
    const all = state.plans.flatMap((plan) => plan.versions);
    return c.json({ data: all.filter((one) => one.customer_id === c.req.param('id')) });
  });
  app.post('/plans', async (c) => {
    const body = await c.req.json();
    const made = { id: mint('pln'), description: '', self_serve: false, versions: [], ...body };
    made.self_serve_default = false;
    made.created_at = new Date().toISOString();
    state.plans.unshift(made);
    return c.json(made, 201);
  });
  app.patch('/plans/:id', async (c) => {
    const patch = await c.req.json();
    if (patch.self_serve_default === true) {
      for (const plan of state.plans) plan.self_serve_default = false;
    }
    return c.json(Object.assign(byId(c.req.param('id')), patch));
  });
  app.post('/plans/:id/versions', async (c) => {
    const plan = byId(c.req.param('id'));
    const made = Object.assign(withIds(await c.req.json()), {
      id: mint('plv'),
      plan_id: plan.id,
      kind: plan.kind,
      number: plan.versions.length + 1,
      state: 'draft' as const,
      published_at: null,
    });
    plan.versions.push(made);
    return c.json(made, 201);
  });
  app.get('/plan-versions/:id/diff', (c) => {
    const from = c.req.query('from');
    return c.json(diffOf(from ? versionOf(from) : undefined, versionOf(c.req.param('id'))));
  });
  app.put('/plan-versions/:id', async (c) => {
    const version = versionOf(c.req.param('id'));
    if (version.state !== 'draft') throw new Problem(409, 'state_conflict');
    return c.json(Object.assign(version, withIds(await c.req.json())));
  });
  app.post('/plan-versions/:id/:step', (c) => {
    const publish = c.req.param('step') === 'publish';
    const change = publish
      ? { state: 'published', published_at: new Date().toISOString() }
      : { state: 'archived' };
    return c.json(Object.assign(versionOf(c.req.param('id')), change));
  });
}

/** The calculation of the real one. */
function prices(app: Hono, state: MockState): void {
  app.post('/prices/preview', async (c) => {
    const { success, data, error } = pricePreviewRequest.safeParse(await c.req.json());
    if (!success) {
      const errors = error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
      throw new Problem(400, 'invalid_request', errors);
    }
    const meter = state.meters.find((one) => one.id === data.price.meter_id);
    const { amount: _, ...line } = rated(data, meter);
    const { exact_amount, rounded_amount } = line;
    return c.json({ currency: data.currency, exact_amount, rounded_amount, lines: [line] });
  });
}

/** Prices and entitlements get ids, as the real ones do when they are stored. */
function withIds(body: Record<string, Record<string, unknown>[]>) {
  const identified = (prefix: string, rows: Record<string, unknown>[] = []) =>
    rows.map((row) => ({ meter_id: null, ...row, id: mint(prefix) }));
  return {
    ...body,
    prices: identified('prc', body['prices']),
    entitlements: identified('ent', body['entitlements']),
  } as never as MockState['plans'][number]['versions'][number];
}

function secrets(app: Hono, state: MockState): void {
  const byId = (id: string) => found(state.secrets.find((one) => one.id === id));
  app.get('/secrets', (c) => page(c, state.secrets));
  app.post('/secrets', async (c) => {
    const name = requiredText(await c.req.json(), 'name');
    if (state.secrets.some((one) => one.name === name)) throw new Problem(409, 'already_exists');
    const at = new Date().toISOString();
    const made = { id: mint('sec'), name, used_by: [], created_at: at, updated_at: at };
    state.secrets.unshift(made);
    return c.json(made, 201);
  });
  app.patch('/secrets/:id', (c) => {
    const updated_at = new Date().toISOString();
    return c.json(Object.assign(byId(c.req.param('id')), { updated_at }));
  });
  app.delete('/secrets/:id', (c) => {
    const one = byId(c.req.param('id'));
    if (one.used_by.length > 0) throw new Problem(409, 'state_conflict');
    state.secrets = state.secrets.filter((other) => other !== one);
    return c.body(null, 204);
  });
}

function routes(app: Hono, state: MockState): void {
  const byId = (id: string) => found(state.routes.find((one) => one.id === id));
  app.get('/routes', (c) => page(c, state.routes));
  app.get('/routes/:id', (c) => c.json(byId(c.req.param('id'))));
  app.get('/routes/:id/value-faults', (c) =>
    c.json({ since: ago(7 * DAY_MS), data: state.valueFaults[c.req.param('id')] ?? [] }),
  );
  app.post('/routes/trial', async (c) => c.json(trial(state, await c.req.json())));
  app.post('/routes', async (c) => {
    const body = await c.req.json();
    if (state.routes.some((one) => one.path_pattern === body.path_pattern)) {
      throw new Problem(409, 'already_exists', [
        { path: 'path_pattern', message: 'belongs to another route' },
      ]);
    }
    const made = newRoute(body);
    state.routes.unshift(made);
    return c.json(made, 201);
  });
  app.patch('/routes/:id', async (c) =>
    c.json(Object.assign(byId(c.req.param('id')), await c.req.json())),
  );
}
