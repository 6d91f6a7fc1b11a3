import type { Context, Hono } from 'hono';
import type { Customer } from '@tollgate/billing-core/contract/customer.ts';
import type { OwnSubscription } from '@tollgate/billing-core/contract/own-subscription.ts';
import type { OfferedPlan } from '@tollgate/billing-core/contract/plan.ts';
import { page } from './http.ts';
import type { MockState } from './state.ts';

/** The plan that a customer is on, and those that it can choose itself. */
export function portalPlan(app: Hono, state: MockState, member: (c: Context) => Customer): void {
  app.get('/subscription', (c) => c.json(ownOf(state, member(c).id)));
  app.get('/plans', (c) => {
    member(c);
    return page(c, offered(state));
  });
}

function offered(state: MockState): OfferedPlan[] {
  return state.plans.flatMap(({ id, slug, name, description, self_serve, versions }) => {
    const version = versions.find((one) => one.state === 'published');
    return self_serve && version ? [{ id, slug, name, description, version }] : [];
  });
}

function ownOf(state: MockState, customerId: string): OwnSubscription {
  const subscription =
    state.subscriptions.find((one) => one.customer_id === customerId && one.state !== 'canceled') ??
    null;
  const plan = state.plans.find(({ id }) => id === subscription?.plan_id);
  const version = plan?.versions.find(({ id }) => id === subscription?.plan_version_id);
  return {
    subscription,
    plan: plan ? { id: plan.id, name: plan.name, description: plan.description } : null,
    version: version ?? null,
    next_plan: null,
    steps: subscription === null ? [] : ['change', 'cancel', 'pause'],
    meters: state.meters,
  };
}
