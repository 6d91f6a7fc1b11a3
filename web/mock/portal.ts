import { Hono, type Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { Customer } from '@tollgate/billing-core/contract/customer.ts';
import { found, page, Problem, signedIn } from './http.ts';
import { portalCollector } from './collector.ts';
import { portalTeam } from './team.ts';
import { portalReference } from './document.ts';
import { portalPlan } from './plan.ts';
import { portalQuotas } from './quotas.ts';
import { portalCredit } from './credit.ts';
import { portalNext } from './subscriptions.ts';
import { portalInvoices } from './invoices.ts';
import { portalNotices } from './notices.ts';
import { createKey, revokeKey, switchKey } from './keys.ts';
import { requests } from './requests.ts';
import type { MockState } from './state.ts';
import { liveUsage, quotasOf, usageEntries, usageReport } from './usage.ts';

const POLL_MS = 100;
const HEARTBEAT_MS = 5_000;

/** The customer side. */
export function portalApi(state: MockState): Hono {
  const app = new Hono().basePath('/portal/v1/customers/:id');

  function member(c: Context): Customer {
    const user = signedIn(c, state);
    const id = c.req.param('id');
    const own = state.members.some((one) => one.userId === user.id && one.customerId === id);
    if (!own) throw new Problem(404, 'not_found');
    return found(state.customers.find((one) => one.id === id));
  }

  app.get('/', (c) => {
    const { metadata: _, ...shown } = member(c);
    return c.json(shown);
  });
  app.get('/overview', (c) => c.json(overview(state, member(c))));
  app.get('/usage', (c) => c.json(usageReport(state, member(c).id, c.req.query())));
  app.get('/usage/entries', (c) => {
    const { id } = member(c);
    return page(c, usageEntries(state, id, c.req.query('from') ?? ''));
  });
  app.get('/usage/live', (c) => {
    const { id } = member(c);
    return streamSSE(c, async (stream) => {
      let dropped = false;
      let sent: string | undefined;
      let quietMs = 0;
      const before = state.dropStreams;
      state.dropStreams = () => {
        dropped = true;
        before();
      };
      while (!stream.aborted && !dropped) {
        await stream.sleep(POLL_MS);
        quietMs += POLL_MS;
        if (state.frozen) continue;
        const roll = String(state.today.get(id) ?? 0);
        if (roll !== sent) {
          await stream.writeSSE({ event: 'usage', data: JSON.stringify(liveUsage(state, id)) });
        } else if (quietMs >= HEARTBEAT_MS) {
          await stream.write(': still here\n\n');
        } else continue;
        sent = roll;
        quietMs = 0;
      }
    });
  });
  requests(app, state);
  keys(app, state, member);
  portalNotices(app, state, member);
  portalInvoices(app, state, member);
  portalCredit(app, state, member);
  portalNext(app, state, member);
  portalCollector(app, state, member);
  portalTeam(app, state, member);
  portalPlan(app, state, member);
  portalQuotas(app, state, member);
  portalReference(app, state, member);
  return app;
}

function keys(app: Hono, state: MockState, member: (c: Context) => Customer): void {
  app.get('/keys', (c) => {
    const { id } = member(c);
    return page(
      c,
      state.keys.filter((key) => key.customerId === id),
    );
  });
  app.post('/keys', async (c) => {
    const { id } = member(c);
    return c.json(createKey(state, id, await c.req.json()), 201);
  });
  app.post('/keys/:key/revoke', (c) => {
    member(c);
    return c.json(revokeKey(state, c.req.param('key') ?? ''));
  });
  for (const deed of ['disable', 'enable']) {
    app.post(`/keys/:key/${deed}`, (c) => {
      member(c);
      return c.json(switchKey(state, c.req.param('key') ?? '', deed === 'enable'));
    });
  }
}

function overview(state: MockState, customer: Customer): unknown {
  const subscription = state.subscriptions.find(
    (one) => one.customer_id === customer.id && one.state !== 'canceled',
  );
  const plan = state.plans.find((one) => one.id === subscription?.plan_id);
  const version = plan?.versions.find((one) => one.id === subscription?.plan_version_id);
  const rate = version?.entitlements.find((one) => one.kind === 'rate_limit');
  const used = state.today.get(customer.id) ?? 0;
  return {
    customer,
    subscription: subscription ?? null,
    plan:
      plan && version
        ? {
            id: plan.id,
            name: plan.name,
            version_number: version.number,
            currency: version.currency,
            prices: version.prices,
            entitlements: version.entitlements,
          }
        : null,
    period: subscription?.current_period ?? null,
    quotas: quotasOf(state, customer.id),
    add_ons: [],
    meters: state.meters,
    features: [],
    rate_limit: rate ? { rate_per_second: rate.rate_per_second, burst: rate.burst } : null,
    last_24h: {
      requests: used,
      errors: Math.floor(used / 30),
      refused: Math.floor(used / 400),
      billable_quantity: String(used),
    },
    endpoints: state.routes
      .filter((route) => route.state === 'active')
      .map((route) => ({
        route_id: route.id,
        name: route.name,
        methods: route.methods,
        url: `http://localhost:4002${route.path_pattern}`,
        missing_features: [],
      })),
    as_of: new Date(
      Date.now() + state.testClock.offset_ms + (customer.clock_ms ?? 0),
    ).toISOString(),
  };
}
