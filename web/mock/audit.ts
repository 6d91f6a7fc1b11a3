import type { Hono } from 'hono';
import type { AuditEntry } from '@tollgate/billing-core/contract/audit.ts';
import { page } from './http.ts';
import { ago, mint } from './state.ts';

const entries = (): AuditEntry[] => {
  const about = { actor_kind: 'user' as const, actor_id: mint('usr'), address: '203.0.113.7' };
  const customer = mint('cus');
  return [
    {
      ...about,
      id: mint('aud'),
      at: ago(60_000),
      clock_at: null,
      action: 'customer.update',
      subject_id: customer,
      request_id: mint('req'),
      detail: { fields: ['name', 'metadata'] },
      changes: [
        {
          table: 'customers',
          row_id: customer,
          before: { name: 'Acme', metadata: {} },
          after: { name: 'Acme & a name that is long '.repeat(4), metadata: { crm: '4711' } },
        },
      ],
    },
    {
      ...about,
      id: mint('aud'),
      at: ago(86_400_000),
      clock_at: null,
      actor_kind: 'system',
      actor_id: 'subscriptions',
      address: null,
      action: 'subscription.trial_end',
      subject_id: mint('sub'),
      request_id: null,
      detail: {},
      changes: [],
    },
  ];
};

/** The trail of changes, by what was done. */
export function audit(app: Hono): void {
  const all = entries();
  app.get('/audit', (c) => {
    const action = c.req.query('action') ?? '';
    return page(
      c,
      all.filter((entry) => entry.action.startsWith(action)),
    );
  });
}
