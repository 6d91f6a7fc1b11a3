import type { Hono } from 'hono';
import type { CustomerEvent } from '@tollgate/billing-core/contract/customer-event.ts';
import { found, page } from './http.ts';
import type { MockState } from './state.ts';

/** What happened to a customer, the newest first: that it was made, and its keys. */
export function events(app: Hono, state: MockState): void {
  app.get('/customers/:id/events', (c) => {
    const customer = found(state.customers.find(({ id }) => id === c.req.param('id')));
    const none = { amount: null, currency: null, note: '' };
    const made: CustomerEvent[] = [
      {
        ...none,
        id: `${customer.id}:created`,
        at: customer.created_at,
        topic: 'access',
        kind: 'customer.created',
        subject_id: customer.id,
        name: customer.name,
      },
      ...state.keys
        .filter(({ customerId }) => customerId === customer.id)
        .map((key) => ({
          ...none,
          id: `${key.id}:created`,
          at: key.created_at,
          topic: 'access' as const,
          kind: 'key.created' as const,
          subject_id: key.id,
          name: key.name,
        })),
    ];
    const topic = c.req.query('topic');
    const rows = made.filter((event) => topic === undefined || event.topic === topic);
    return page(
      c,
      rows.toSorted((one, other) => (one.at < other.at ? 1 : -1)),
    );
  });
}
