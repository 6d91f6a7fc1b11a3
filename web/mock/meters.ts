import type { Hono } from 'hono';
import type { MeterUses } from '@tollgate/billing-core/contract/meter-uses.ts';
import { found, page } from './http.ts';
import { ago, DAY_MS, type MockState } from './state.ts';

/** What routes count and plans price. */
export function meters(app: Hono, state: MockState): void {
  const byId = (id: string) => found(state.meters.find((one) => one.id === id));
  app.get('/meters', (c) => page(c, state.meters));
  app.get('/meters/:id', (c) => c.json(byId(c.req.param('id'))));
  app.get('/meters/:id/uses', (c) => c.json(usesOf(state, byId(c.req.param('id')))));
}

type Meter = MockState['meters'][number];

function usesOf(state: MockState, { id, slug }: Meter): MeterUses {
  const versions = state.plans.flatMap((plan) =>
    plan.versions.flatMap((version) => {
      if (version.state === 'archived') return [];
      const line = {
        plan_id: plan.id,
        plan_name: plan.name,
        plan_version_id: version.id,
        number: version.number,
        state: version.state,
        customer_id: version.customer_id,
        subscriptions: state.subscriptions.filter((one) => one.plan_version_id === version.id)
          .length,
      };
      return [{ version, line }];
    }),
  );
  const routes = state.routes.flatMap(({ id: route_id, name, state: is, metering }) => {
    const rules = metering.filter((rule) => rule.meter === slug);
    return rules.map(({ source }) => ({ route_id, name, state: is, source }));
  });
  return {
    routes,
    prices: versions.flatMap(({ version, line }) =>
      version.prices
        .filter((price) => price.meter_id === id)
        .map(({ model }) => ({ ...line, model })),
    ),
    quotas: versions.flatMap(({ version, line }) =>
      version.entitlements.flatMap((one) => {
        if (one.kind !== 'quota' || one.meter_id !== id) return [];
        const { limit, window, scope, enforcement } = one;
        return [{ ...line, limit, window, scope, enforcement }];
      }),
    ),
    faults: routes.slice(0, 1).map(({ route_id, name }) => ({
      route_id,
      route_name: name,
      fault: 'missing',
      requests: 12,
      customers: 1,
      first_hour: ago(2 * DAY_MS),
      last_hour: ago(DAY_MS),
    })),
    since: ago(7 * DAY_MS),
  };
}
