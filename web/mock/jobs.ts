import type { Hono } from 'hono';
import type { FailedJob, JobKind } from '@tollgate/billing-core/contract/job.ts';
import { found, page } from './http.ts';
import { ago, type MockState } from './state.ts';

export const failedJobs = (): FailedJob[] => [
  {
    id: '7b0c2a54-52a2-4df4-9d0a-0d9c0f6f2f11',
    name: 'invoicing.close-one',
    data: { subscription_id: 'sub_000000000000000000000001' },
    reason: 'the quantity is below zero',
    tries: 6,
    failed_at: ago(3_600_000),
  },
];

const kinds = (failed: readonly FailedJob[]): JobKind[] =>
  ['invoicing.close', 'invoicing.close-one', 'kit.housekeeping'].map((name) => ({
    name,
    cron: name === 'invoicing.close-one' ? null : '* * * * *',
    waiting: 1,
    running: 0,
    failed: failed.filter((job) => job.name === name).length,
    last_completed_at: ago(20_000),
  }));

/** Jobs as admins have them. */
export function jobs(app: Hono, state: MockState): void {
  app.get('/jobs', (c) => c.json({ data: kinds(state.failedJobs) }));
  app.get('/failed-jobs', (c) => page(c, state.failedJobs));
  for (const [verb, decision] of [
    ['retry', 'retried'],
    ['discard', 'discarded'],
  ] as const) {
    app.post(`/failed-jobs/:id/${verb}`, (c) => {
      const job = found(state.failedJobs.find(({ id }) => id === c.req.param('id')));
      state.failedJobs = state.failedJobs.filter((one) => one !== job);
      return c.json({ id: job.id, name: job.name, decision });
    });
  }
}
