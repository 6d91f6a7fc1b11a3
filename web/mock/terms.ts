import type { Hono } from 'hono';
import { found, page } from './http.ts';
import { mint, type MockState } from './state.ts';

/** Coupons and tax rates, and which customer has which. */
export function terms(app: Hono, state: MockState): void {
  app.get('/coupons', (c) => page(c, state.coupons));
  app.get('/tax-rates', (c) => page(c, state.taxRates));
  for (const [path, rows, prefix] of [
    ['/coupons', state.coupons, 'cpn'],
    ['/tax-rates', state.taxRates, 'txr'],
  ] as const) {
    const byId = (id: string) => found<{ id: string }>(rows.find((one) => one.id === id));
    app.post(path, async (c) => {
      const about = { id: mint(prefix), state: 'active', created_at: new Date().toISOString() };
      const none = { percent_off: null, amount_off: null, currency: null, redemptions: 0 };
      const made = { ...none, ...(await c.req.json()), ...about };
      (rows as unknown[]).unshift(made);
      return c.json(made, 201);
    });
    app.patch(`${path}/:id`, async (c) =>
      c.json(Object.assign(byId(c.req.param('id')), await c.req.json())),
    );
    app.post(`${path}/:id/archive`, (c) =>
      c.json(Object.assign(byId(c.req.param('id')), { state: 'archived' })),
    );
  }
  const taxesOf = (customerId: string) => ({
    data: (state.taxed[customerId] ?? []).map((id) =>
      found(state.taxRates.find((one) => one.id === id)),
    ),
  });
  app.get('/customers/:id/tax-rates', (c) => c.json(taxesOf(c.req.param('id'))));
  app.put('/customers/:id/tax-rates', async (c) => {
    const { tax_rate_ids } = await c.req.json();
    state.taxed[c.req.param('id')] = tax_rate_ids;
    return c.json(taxesOf(c.req.param('id')));
  });
  app.get('/customers/:id/coupons', (c) =>
    c.json({
      data: state.customerCoupons.filter((one) => one.customer_id === c.req.param('id')),
    }),
  );
  app.post('/customers/:id/coupons', async (c) => {
    const { coupon_id } = await c.req.json();
    const coupon = found(state.coupons.find((one) => one.id === coupon_id));
    const starts_at = new Date().toISOString();
    const customer_id = c.req.param('id');
    const made = { id: mint('red'), customer_id, coupon, starts_at, ended_at: null };
    state.customerCoupons.unshift(made);
    return c.json(made, 201);
  });
  app.delete('/customer-coupons/:id', (c) => {
    const held = found(state.customerCoupons.find((one) => one.id === c.req.param('id')));
    held.ended_at = new Date().toISOString();
    return c.body(null, 204);
  });
}
