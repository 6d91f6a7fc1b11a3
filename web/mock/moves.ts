import type { Hono } from 'hono';
import type { PlanMove, PlanMoveSubscription } from '@tollgate/billing-core/contract/plan-move.ts';
import { page } from './http.ts';
import { ago, mint, type MockState } from './state.ts';

/** From the oldest version of a plan everybody was moved, but one customer. */
export function moves(app: Hono, state: MockState): void {
  const id = mint('pmv');
  const [plan] = state.plans.filter(({ versions }) => versions.length > 1);
  const [to, from] = plan?.versions ?? [];
  const move: PlanMove = {
    id,
    from_plan_version_id: from?.id ?? '',
    to_plan_version_id: to?.id ?? '',
    at: 'period_end',
    state: 'done',
    total: 4,
    moved: 2,
    failed: 1,
    passed_over: 1,
    waiting: 0,
    created_at: ago(60_000),
    ended_at: ago(55_000),
  };
  app.get('/plan-moves', (c) => {
    const wanted = c.req.query('from_plan_version_id');
    return page(c, wanted === move.from_plan_version_id ? [move] : []);
  });
  app.get('/plan-moves/:id/subscriptions', (c) => {
    const [held] = state.subscriptions;
    const failed: PlanMoveSubscription = {
      subscription_id: held?.id ?? '',
      customer_id: held?.customer_id ?? '',
      customer_name: 'Acme',
      state: 'failed',
      code: 'state_conflict',
      detail: 'A cancel is pending: withdraw that first',
      at: ago(57_000),
    };
    return page(c, [failed]);
  });
  app.post('/plan-moves/preview', (c) =>
    c.json({ total: 4, changes_pending: 1, others_pending: 1 }),
  );
}
