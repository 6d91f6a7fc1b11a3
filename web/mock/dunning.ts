import type { Hono, Context } from 'hono';
import type { Debt } from '@tollgate/billing-core/contract/debt.ts';
import type { Dunning, DunningStep } from '@tollgate/billing-core/contract/dunning.ts';
import type { Invoice } from '@tollgate/billing-core/contract/invoice.ts';
import { found } from './http.ts';
import { ago, DAY_MS, type MockState } from './state.ts';

/** What is done about an unpaid invoice, as an admin asks for it. */
export function dunning(app: Hono, state: MockState, byId: (c: Context) => Invoice): void {
  const taken = (c: Context, kind: DunningStep['kind'], change: Partial<Dunning>) => {
    const invoice = byId(c);
    const known = found(invoice.dunning ?? undefined);
    const step = { kind, after_days: null, action: null, tells: kind === 'asked_reminder' };
    const steps = [...known.steps, { ...step, taken_at: ago(0) }];
    invoice.dunning = { ...known, ...change, steps };
    return c.json(invoice);
  };
  const next = { kind: 'reminder' as const, at: ago(-2 * DAY_MS) };
  app.post('/invoices/:id/dunning/remind', (c) => taken(c, 'asked_reminder', {}));
  app.post('/invoices/:id/dunning/pause', (c) =>
    taken(c, 'paused', { state: 'paused', next: null }),
  );
  app.post('/invoices/:id/dunning/resume', (c) => taken(c, 'resumed', { state: 'running', next }));
  app.get('/customers/:id/debt', (c) => {
    const owed = state.invoices.filter(
      (one) => one.customer.id === c.req.param('id') && one.dunning !== null,
    );
    const sum = owed.reduce((all, one) => all + BigInt(one.due), 0n);
    return c.json({
      currency: 'USD',
      due: sum.toString(),
      owed_since: owed[0]?.dunning?.owed_since ?? null,
      effect: 'block',
      invoices: owed.map((one) => ({
        id: one.id,
        number: one.number ?? '',
        state: 'open',
        due: one.due,
        due_at: one.due_at ?? '',
        is_paused: one.dunning?.state === 'paused',
        next: one.dunning?.next ?? null,
      })),
    } satisfies Debt);
  });
}

/** An invoice that is owed for five days. */
export function owed(invoice: Invoice): void {
  const step = { action: null, tells: true };
  invoice.due_at = ago(5 * DAY_MS);
  invoice.dunning = {
    state: 'running',
    owed_since: ago(5 * DAY_MS),
    next: { kind: 'reminder', at: ago(-2 * DAY_MS) },
    acted: false,
    steps: [
      { ...step, kind: 'past_due', after_days: 0, taken_at: ago(5 * DAY_MS) },
      { ...step, kind: 'reminder', after_days: 3, taken_at: ago(2 * DAY_MS) },
    ],
  };
}
