import type { KeyFact } from '@tollgate/billing-core/contract/facts.ts';
import { routeTrialRequest, type RouteTrial } from '@tollgate/billing-core/contract/route-trial.ts';
import { tryRoutes } from '../../billing-core/src/routes/trial.ts';
import { Problem } from './http.ts';
import type { MockState } from './state.ts';

function keyFact(state: MockState, id: string): KeyFact | undefined {
  const key = state.keys.find((one) => one.id === id);
  const customer = state.customers.find((one) => one.id === key?.customerId);
  if (!key || !customer) return undefined;
  const live = state.subscriptions.find(
    (one) => one.customer_id === customer.id && one.state !== 'canceled',
  );
  return {
    key_id: id,
    mode: key.mode,
    expires_at: key.expires_at === null ? null : Date.parse(key.expires_at),
    revoked: key.state === 'revoked' || key.state === 'disabled',
    disabled: key.state === 'disabled',
    scopes: key.scopes,
    ...(key.route_ids.length > 0 && { routes: key.route_ids }),
    customer: {
      id: customer.id,
      state: customer.state,
      subscription: live ? { id: live.id, state: 'active' } : null,
      rate_limit: { rate_per_second: 50, burst: 100, on_unreachable: 'admit' },
      quotas: [
        {
          meter_id: 'mtr_requests',
          meter_slug: 'requests',
          meter_unit: 'request',
          meter_scale: 0,
          window: 'month',
          scope: 'customer',
          turns: [],
          limit: 100_000,
          enforcement: 'hard',
          on_unreachable: 'refuse',
        },
      ],
    },
  };
}

/** The answer of the real one. @throws Problem 400 at the field */
export function trial(state: MockState, body: unknown): RouteTrial {
  const { data, error } = routeTrialRequest.safeParse(body);
  if (!data) {
    const errors = error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
    throw new Problem(400, 'invalid_request', errors);
  }
  const key = data.key_id === null ? undefined : keyFact(state, data.key_id);
  if (data.key_id !== null && !key) {
    throw new Problem(400, 'invalid_request', [{ path: 'key_id', message: 'is not a key' }]);
  }
  return tryRoutes(state.routes, { asked: data, key, now: Date.now() });
}
