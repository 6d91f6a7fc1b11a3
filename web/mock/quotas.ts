import type { Context, Hono } from 'hono';
import type { Customer } from '@tollgate/billing-core/contract/customer.ts';
import { ALERTS_USUAL, type QuotaAlerts } from '@tollgate/billing-core/contract/quota-alerts.ts';
import type { QuotaOverride } from '@tollgate/billing-core/contract/quota-override.ts';
import type { QuotaRequest } from '@tollgate/billing-core/contract/quota-request.ts';
import { page } from './http.ts';
import { ago, DAY_MS, mint, type MockState } from './state.ts';

const HOSTILE = '<img src=x onerror=alert(1)>';

/** What Acme asked for: one of each answer, and one that waits. */
function requestsOf(state: MockState, customer: Customer): QuotaRequest[] {
  const [meter] = state.meters;
  const user = state.users.find(({ role }) => role === 'user');
  if (meter === undefined || customer.name !== 'Acme') return [];
  const base = {
    customer: { id: customer.id, name: customer.name },
    asked_by: user ? { id: user.id, name: user.name, email: user.email } : null,
    meter,
    window: 'month' as const,
    scope: 'customer' as const,
    limit_then: '1000000',
    limit: '2500000',
    reason: `A launch in May ${HOSTILE}`,
    answer: '',
    raise: null,
    answered_at: null,
  };
  const raise = { override_id: mint('qov'), limit: '2000000', ends_at: ago(-20 * DAY_MS) };
  const answered_at = ago(8 * DAY_MS);
  const rows: Omit<QuotaRequest, 'id' | 'created_at'>[] = [
    { ...base, state: 'open' },
    { ...base, state: 'granted', answer: 'Two million until then.', raise, answered_at },
    { ...base, state: 'declined', answer: `Take the plan Scale. ${HOSTILE}`, answered_at },
    { ...base, state: 'withdrawn', asked_by: null, answered_at },
  ];
  return rows.map((row, at) => ({ ...row, id: mint('qrq'), created_at: ago(at * 9 * DAY_MS) }));
}

/** What was raised for Acme: one that holds, one that does nothing, one that is over. */
function overridesOf(state: MockState): QuotaOverride[] {
  const [meter] = state.meters;
  const customer = state.customers.find(({ name }) => name === 'Acme');
  if (meter === undefined || customer === undefined) return [];
  const base = {
    customer: { id: customer.id, name: customer.name },
    meter,
    window: 'month' as const,
    scope: 'customer' as const,
    limit: '2000000',
    plan_limit: '1000000',
    reason: `For the launch ${HOSTILE}`,
    request_id: null,
    state: 'active' as const,
    starts_at: ago(8 * DAY_MS),
    ends_at: ago(-20 * DAY_MS),
    ended_at: null,
  };
  const over = { state: 'ended', ends_at: null, ended_at: ago(DAY_MS), plan_limit: null } as const;
  return [
    { ...base, id: mint('qov') },
    { ...base, id: mint('qov'), scope: 'key', window: 'day', limit: '40000', ends_at: null },
    { ...base, id: mint('qov'), ...over },
  ];
}

/** Requests for larger quotas, and what was raised, as admins have them. */
export function quotas(app: Hono, state: MockState): void {
  app.get('/quota-requests', (c) => {
    const { state: wanted, customer_id } = c.req.query();
    const rows = state.customers.flatMap((customer) => requestsOf(state, customer));
    return page(
      c,
      rows.filter(
        (one) =>
          (wanted === undefined || one.state === wanted) &&
          (customer_id === undefined || one.customer.id === customer_id),
      ),
    );
  });
  app.get('/quota-overrides', (c) => {
    const { state: wanted, customer_id } = c.req.query();
    const isShown = (one: QuotaOverride) =>
      (wanted === undefined || one.state === wanted) &&
      (customer_id === undefined || one.customer.id === customer_id);
    return page(c, overridesOf(state).filter(isShown));
  });
}

/** The same as the customer's people have them. */
export function portalQuotas(app: Hono, state: MockState, member: (c: Context) => Customer): void {
  let alerts: QuotaAlerts = { percents: ALERTS_USUAL };
  app.get('/quota-requests', (c) => page(c, requestsOf(state, member(c))));
  app.get('/quota-alerts', (c) => {
    member(c);
    return c.json(alerts);
  });
  app.put('/quota-alerts', async (c) => {
    member(c);
    alerts = (await c.req.json()) as QuotaAlerts;
    return c.json(alerts);
  });
}
