import type { Hono } from 'hono';
import type { ErasurePreview } from '@tollgate/billing-core/contract/erasure.ts';
import type { Retention, RetentionSettings } from '@tollgate/billing-core/contract/retention.ts';
import { found, Problem } from './http.ts';
import { ago, DAY_MS, type MockState } from './state.ts';

const COUNTS = { members: 2, users: 1, invitations: 1, keys: 3, letters: 4, invoices: 5 };

/** Erasure of customers, and how long what grows is kept. */
export function personal(app: Hono, state: MockState): void {
  const byId = (id: string) => found(state.customers.find((one) => one.id === id));
  const erased = new Map<string, string>();
  const previewOf = (id: string): ErasurePreview => {
    const { name, state: is } = byId(id);
    const at = erased.get(id) ?? null;
    const detail = 'Archive it first';
    const objections = is === 'archived' ? [] : [{ reason: 'not_archived' as const, detail }];
    const kept = { invoices: 5, named_invoices: 0, payments: 4 };
    return { customer: { id, name }, erased_at: at, objections, erased: COUNTS, kept };
  };
  const path = '/customers/:id/erasure';
  app.get(path, (c) => c.json(previewOf(c.req.param('id'))));
  app.post(path, async (c) => {
    const id = c.req.param('id');
    const { name } = (await c.req.json()) as { name: string };
    if (previewOf(id).objections.length > 0) throw new Problem(409, 'state_conflict');
    if (byId(id).name !== name) throw new Problem(400, 'invalid_request');
    byId(id).name = 'Erased customer';
    erased.set(id, ago(0));
    return c.json({
      id: 'ers_1',
      customer_id: id,
      erased_at: ago(0),
      counts: COUNTS,
      whole_at: null,
    });
  });
  app.get('/customers/:id/export', (c) => {
    const type = { 'content-type': 'application/zip', 'content-disposition': 'attachment' };
    return c.body(`zip of ${byId(c.req.param('id')).id}`, 200, type);
  });
  let documents = { keep_documents_days: 0 };
  app.get('/erasure-settings', (c) => c.json(documents));
  app.put('/erasure-settings', async (c) => {
    documents = await c.req.json();
    return c.json(documents);
  });
  let settings: RetentionSettings = { ledger: 400, audit: null, stripe_events: 400, letters: 400 };
  const shown = (): Retention => ({
    settings,
    rounds: [
      {
        kind: 'ledger',
        ran_at: ago(DAY_MS),
        gone: 31,
        held_day: '2025-06-01',
        held_by: 'unpaid_invoice',
      },
    ],
    ledger: { oldest_day: '2025-06-01', bytes: 26_500_000_000, days_ahead: 15 },
    request_log_hours: 72,
  });
  app.get('/retention', (c) => c.json(shown()));
  app.put('/retention', async (c) => {
    const wanted = (await c.req.json()) as RetentionSettings;
    if (wanted.ledger !== null && wanted.ledger < 100) {
      throw new Problem(400, 'invalid_request', [{ path: 'ledger', message: 'Too small' }]);
    }
    settings = wanted;
    return c.json(shown());
  });
}
