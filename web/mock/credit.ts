import type { Context, Hono } from 'hono';
import type { BalanceEntry } from '@tollgate/billing-core/contract/balance.ts';
import type { Bearing } from '../../billing-core/src/invoicing/bearing.ts';
import type { DraftLine } from '../../billing-core/src/invoicing/model.ts';
import { found, page, Problem } from './http.ts';
import { ago, mint, type MockState } from './state.ts';

/** What customers have to their credit, and what is taken off and put on their invoices. */
export interface MockCredit {
  entries: (BalanceEntry & { customer_id: string })[];
  bearing: Bearing;
  /** Usage that is on the next invoice so far. */
  usage: DraftLine[];
}

export const noCredit = (): MockCredit => ({
  entries: [],
  bearing: { discounts: [], taxes: [] },
  usage: [],
});

/** One entry of a customer's credit; minor units. */
export function creditEntry(
  customer_id: string,
  entry: Pick<BalanceEntry, 'kind' | 'amount'> & Partial<BalanceEntry>,
): MockCredit['entries'][number] {
  const none = { invoice_id: null, credit_note_id: null, method: null, reference: null };
  return { id: mint('bal'), currency: 'USD', created_at: ago(0), ...none, ...entry, customer_id };
}

const theirs = (state: MockState, id: string) =>
  state.credit.entries.filter(({ customer_id }) => customer_id === id).toReversed();

/** What there is by now, in minor units. */
export const creditOf = (state: MockState, id: string): bigint =>
  theirs(state, id).reduce((sum, { amount }) => sum + BigInt(amount), 0n);

async function balance(c: Context, state: MockState, id: string): Promise<Response> {
  const rows = await (await page(c, theirs(state, id))).json();
  return c.json({ ...rows, currency: 'USD', amount: creditOf(state, id).toString() });
}

/** The credit of a customer as admins have it. */
export function credit(app: Hono, state: MockState): void {
  app.get('/customers/:id/balance', (c) => balance(c, state, c.req.param('id')));
  app.post('/customers/:id/balance/payouts', async (c) => {
    const id = c.req.param('id');
    const { amount = String(creditOf(state, id)), ...body } = await c.req.json();
    if (BigInt(amount) > creditOf(state, id)) throw new Problem(409, 'state_conflict');
    const { method = 'manual', reference = '', invoice_id = null } = body;
    const how = { method, reference, invoice_id };
    const entry = creditEntry(id, { kind: 'payout', amount: `-${amount}`, ...how });
    state.credit.entries.push(entry);
    return c.json(entry, 201);
  });
  app.post('/invoices/:id/set-off', async (c) => {
    const invoice = found(state.invoices.find(({ id }) => id === c.req.param('id')));
    const { amount } = await c.req.json();
    if (BigInt(amount) > BigInt(invoice.due)) throw new Problem(409, 'state_conflict');
    const about = { kind: 'set_off' as const, amount: `-${amount}`, invoice_id: invoice.id };
    state.credit.entries.push(creditEntry(invoice.customer.id, about));
    invoice.set_off = (BigInt(invoice.set_off) + BigInt(amount)).toString();
    invoice.due = (BigInt(invoice.due) - BigInt(amount)).toString();
    if (invoice.due === '0') invoice.state = 'paid';
    return c.json(invoice);
  });
}

/** The same as its members see it. */
export function portalCredit(
  app: Hono,
  state: MockState,
  member: (c: Context) => { id: string },
): void {
  app.get('/balance', (c) => balance(c, state, member(c).id));
}
