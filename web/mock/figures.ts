import type { Hono } from 'hono';
import type {
  Figures,
  RecurringFigures,
  RecurringSubscription,
  RevenueFigures,
  UnbilledFigures,
} from '@tollgate/billing-core/contract/figures.ts';
import { page } from './http.ts';
import { attentionOf } from './reconciliations.ts';
import { ago, DAY_MS, type MockState } from './state.ts';

/** What an admin watches: two currencies, so that pages keep them apart. */

const CURRENCIES = ['USD', 'EUR'] as const;
const MONTH_DAYS = 30;
/** Of the mocked flat fee; a month of it. */
const FEE = '2900';

export function figures(app: Hono, state: MockState): void {
  app.get('/figures', (c) => c.json(figuresOf(state)));
  app.get('/figures/recurring', (c) => c.json(recurringOf(state)));
  app.get('/figures/recurring/subscriptions', (c) => {
    const { plan_id, currency } = c.req.query();
    const rows = subscriptionsOf(state).filter(
      (one) =>
        (plan_id === undefined || one.plan.id === plan_id) &&
        (currency === undefined || one.currency === currency),
    );
    return page(c, rows);
  });
  app.get('/figures/unbilled', (c) => c.json(unbilledOf(state)));
  app.get('/figures/revenue', (c) => c.json(revenueOf(state, c.req.query())));
}

function figuresOf(state: MockState): Figures {
  const live = state.fleet.gateways.flatMap(({ id, boots }) =>
    boots.filter((one) => one.state === 'live').map(({ boot }) => ({ gateway: id, boot })),
  );
  return {
    as_of: ago(0),
    money: CURRENCIES.map((currency, at) => ({
      currency,
      recurring: { amount: FEE, subscriptions: 1 },
      usage: { amount: '123456', before: at === 0 ? '98765' : '0' },
      past_due: { amount: at === 0 ? '4200' : '0', invoices: at === 0 ? 2 : 0 },
    })),
    has_customers: state.customers.length > 0,
    traffic: {
      from: ago(DAY_MS),
      to: ago(0),
      requests: 48_213,
      failed: 480,
      client_errors: 1_446,
      aborted: 12,
      refused: 310,
    },
    ingest: {
      lag_ms: live.length === 0 ? null : 1_800,
      furthest: live[0] ?? null,
      live_boots: live.length,
      unrolled_batches: 3,
      dead_letters: 1,
      gaps: 0,
    },
    books: attentionOf(state).books,
  };
}

const planOf = (state: MockState, id: string) => {
  const plan = state.plans.find((one) => one.id === id);
  return { id, name: plan?.name ?? id };
};

function subscriptionsOf(state: MockState): RecurringSubscription[] {
  return state.subscriptions.map((one, at) => ({
    subscription_id: one.id,
    customer: {
      id: one.customer_id,
      name: state.customers.find(({ id }) => id === one.customer_id)?.name ?? one.customer_id,
    },
    plan: planOf(state, one.plan_id),
    currency: CURRENCIES[at % CURRENCIES.length] ?? 'USD',
    amount: FEE,
    add_ons: at === 0 ? '900' : '0',
    interval_months: one.interval_months,
  }));
}

function recurringOf(state: MockState): RecurringFigures {
  const plans = subscriptionsOf(state).map(({ plan, currency, amount }) => {
    return { plan, currency, amount, subscriptions: 1 };
  });
  return { as_of: ago(0), totals: plans.map(({ plan: _, ...total }) => total), plans };
}

function unbilledOf(state: MockState): UnbilledFigures {
  const due = { usage: '4210', fees: FEE, amount: '7110' };
  const customers = subscriptionsOf(state).map(({ customer, currency }) => {
    return { customer, currency, ...due };
  });
  const totals = customers.map(({ currency }) => ({ currency, customers: 1, ...due }));
  return { as_of: ago(0), roll: '10241', totals, customers };
}

const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

function groupsOf(state: MockState, by: RevenueFigures['group_by']) {
  const subscriptions = subscriptionsOf(state);
  const groups = {
    kind: [
      { id: 'usage', name: 'usage' },
      { id: 'fees', name: 'fees' },
    ],
    meter: state.meters.map(({ id, name }) => ({ id, name })),
    plan: state.plans.map(({ id, name }) => ({ id, name })),
    route: state.routes.map(({ id, name }) => ({ id, name })),
    customer: subscriptions.map(({ customer }) => customer),
  };
  return groups[by];
}

function revenueOf(state: MockState, query: Record<string, string>): RevenueFigures {
  const by = (query['group_by'] ?? 'kind') as RevenueFigures['group_by'];
  const from = query['from'] ?? dayOf(Date.now() - MONTH_DAYS * DAY_MS);
  const to = query['to'] ?? dayOf(Date.now() + DAY_MS);
  const start = dayOf((Date.parse(from) + Date.parse(to)) / 2);
  const currencies = CURRENCIES.filter((one) => (query['currency'] ?? one) === one);
  const amounts = { invoiced: '123456', credited: '1200', net: '122256' };
  const groups = currencies.flatMap((currency) =>
    groupsOf(state, by).map((group) => ({ currency, group, ...amounts })),
  );
  return {
    from,
    to,
    interval: (query['interval'] ?? 'day') as RevenueFigures['interval'],
    group_by: by,
    as_of: ago(0),
    totals: currencies.map((currency) => ({ currency, ...amounts })),
    groups,
    rows: groups.map((group) => ({ start, ...group })),
  };
}
