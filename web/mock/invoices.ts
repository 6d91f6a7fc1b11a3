import type { Hono, Context } from 'hono';
import type {
  BillingSettings,
  Invoice,
  InvoiceLine,
} from '@tollgate/billing-core/contract/invoice.ts';
import type { Payment } from '@tollgate/billing-core/contract/payment.ts';
import { dunning } from './dunning.ts';
import { found, page, Problem } from './http.ts';
import { ago, DAY_MS, mint, type MockState } from './state.ts';

const HOUR_MS = 3_600_000;

const line = (position: number, values: Partial<InvoiceLine>): InvoiceLine => ({
  position,
  kind: 'fee',
  description: '',
  starts_at: ago(31 * DAY_MS),
  ends_at: ago(DAY_MS),
  plan: { name: 'Pro', version: 1 },
  price_id: 'prc_1',
  meter: null,
  quantity: null,
  rolls: null,
  exact_amount: values.amount ?? '0',
  amount: '0',
  slices: [],
  discount: '0',
  tax: '0',
  gross: values.amount ?? '0',
  credited: '0',
  ...values,
});

const usage = {
  meter: { id: 'mtr_requests', name: 'Requests', unit: 'request' },
  rolls: { after: '0', until: '421' },
};

/** An open invoice of a month, with late usage of the one before. */
export function monthInvoice(customer: { id: string; name: string }): Invoice {
  const lines = [
    line(0, { description: 'Pro: Flat fee: $29.00', amount: '2900' }),
    line(1, {
      kind: 'usage',
      description:
        '120,431 requests: 100,000 included + 20,431 × $0.002 = $40.862, rounded to $40.86',
      amount: '4086',
      quantity: '120431',
      ...usage,
    }),
    line(2, {
      kind: 'late_usage',
      description: 'Late usage: 1,200 requests: 1,200 × $0.002 − $0.40 billed already = $2.00',
      amount: '200',
      quantity: '1000',
      ...usage,
    }),
  ];
  return {
    id: mint('inv'),
    customer: { id: customer.id, name: customer.name },
    state: 'open',
    reason: 'period',
    number: 'INV-000042',
    currency: 'USD',
    period: { start: ago(31 * DAY_MS), end: ago(DAY_MS) },
    total: '7697',
    due: '7697',
    due_at: ago(-13 * DAY_MS),
    created_at: ago(DAY_MS),
    finalized_at: ago(DAY_MS),
    subscription_id: 'sub_1',
    external_id: null,
    billing_address: '',
    tax_number: '',
    issuer: 'Tollgate GmbH\nTorstraße 1, Berlin',
    footer: 'Thank you.',
    note: '',
    not_collected: null,
    subtotal: '7186',
    discounts: [{ id: 'red_1', name: 'Spring', amount: '718' }],
    discount: '718',
    taxes: [
      {
        id: 'txr_1',
        name: 'VAT',
        percent: '19',
        inclusive: false,
        taxable: '6468',
        amount: '1229',
      },
    ],
    tax: '1229',
    from_balance: '0',
    set_off: '0',
    to_balance: '0',
    credited: '0',
    paid: '0',
    paid_at: null,
    ended_at: null,
    closing: { by: 'grace', not_awaited: ['gw_p41xd8/bt_5f0c77d2aa'], rolls: usage.rolls },
    lines,
    credit_notes: [],
    dunning: null,
  };
}

export function draftInvoice(customer: { id: string; name: string }): Invoice {
  const lines = [line(0, { kind: 'manual', description: 'Setup', amount: '50000', plan: null })];
  return {
    ...monthInvoice(customer),
    state: 'draft',
    reason: 'manual',
    number: null,
    finalized_at: null,
    due_at: null,
    period: null,
    closing: null,
    subtotal: '50000',
    discounts: [],
    discount: '0',
    taxes: [],
    tax: '0',
    total: '50000',
    due: '0',
    lines,
  };
}

type Body = {
  amount?: string;
  kind?: 'payment' | 'refund';
  method?: string;
  reference?: string;
  reason?: string;
};

function settle(invoice: Invoice, change: { paid?: bigint; credited?: bigint }): void {
  invoice.paid = (BigInt(invoice.paid) + (change.paid ?? 0n)).toString();
  invoice.credited = (BigInt(invoice.credited) + (change.credited ?? 0n)).toString();
  const due = BigInt(invoice.total) - BigInt(invoice.paid) - BigInt(invoice.credited);
  invoice.due = (due > 0n ? due : 0n).toString();
  invoice.state = due > 0n ? 'open' : 'paid';
}

function record(state: MockState, invoice: Invoice, body: Body): Payment {
  const kind = body.kind ?? 'payment';
  const amount = body.amount ?? invoice.due;
  if (kind === 'payment' && BigInt(amount) > BigInt(invoice.due)) {
    throw new Problem(409, 'state_conflict');
  }
  settle(invoice, { paid: kind === 'payment' ? BigInt(amount) : -BigInt(amount) });
  const { id: invoice_id, currency } = invoice;
  const times = { received_at: ago(0), created_at: ago(0) };
  const about = {
    id: mint('pay'),
    invoice_id,
    kind,
    currency,
    method: body.method ?? 'manual',
    ...times,
  };
  const payment = { ...about, amount, reference: body.reference ?? '' };
  state.payments.push(payment);
  return payment;
}

function creditNote(invoice: Invoice, { amount = invoice.due, reason = '' }: Body): void {
  settle(invoice, { credited: BigInt(amount) });
  invoice.credit_notes.push({
    id: mint('crn'),
    number: 'CN-000001',
    invoice_id: invoice.id,
    currency: invoice.currency,
    reason,
    tax: '0',
    total: amount,
    off_due: amount,
    to_balance: '0',
    refundable: '0',
    created_at: ago(0),
    lines: [],
  });
}

/** The usage behind a line: an hour a day, its minutes, an entry each. */
function drill(app: Hono, path: string): void {
  const steps = (c: Context, count: number, stepMs: number) =>
    page(
      c,
      Array.from({ length: count }, (_, at) => ({
        start: new Date(Date.parse(ago(30 * DAY_MS)) + at * stepMs).toISOString(),
        requests: '1200',
        quantity: '1200',
        entries: 3,
      })),
    );
  app.get(`${path}/hours`, (c) => steps(c, 60, HOUR_MS));
  app.get(`${path}/minutes`, (c) => steps(c, 3, 60_000));
  app.get(`${path}/entries`, (c) =>
    page(c, [
      {
        minute: ago(30 * DAY_MS),
        received_at: ago(30 * DAY_MS),
        key_id: 'key_1',
        route_id: 'rte_1',
        outcome: 'ok',
        requests: '400',
        quantity: '400',
        gateway: 'gw_p41xd8',
        boot: 'bt_5f0c77d2aa',
        sequence: 17,
        roll: '421',
      },
    ]),
  );
}

export const billingSettings = (): BillingSettings => ({
  issuer: 'Tollgate GmbH\nTorstraße 1, Berlin',
  footer: '',
  due_days: 14,
  grace_minutes: 1_440,
  zero_amount: 'issue',
  reminder_days: [3, 7],
  debt_grace_days: 14,
});

/** Invoices as admins have them. */
export function invoices(app: Hono, state: MockState): void {
  const byId = (c: Context) => found(state.invoices.find(({ id }) => id === c.req.param('id')));
  app.get('/billing-settings', (c) => c.json(state.billingSettings));
  app.put('/billing-settings', async (c) => {
    state.billingSettings = await c.req.json();
    return c.json(state.billingSettings);
  });
  app.get('/invoices', (c) => {
    const { state: wanted, customer_id } = c.req.query();
    return page(
      c,
      state.invoices
        .filter((one) => wanted === undefined || one.state === wanted)
        .filter((one) => customer_id === undefined || one.customer.id === customer_id),
    );
  });
  app.get('/invoices/:id', (c) => c.json(byId(c)));
  app.get('/invoices/:id/payments', (c) =>
    c.json({ data: state.payments.filter((one) => one.invoice_id === byId(c).id) }),
  );
  app.post('/invoices/:id/payments', async (c) =>
    c.json(record(state, byId(c), await c.req.json()), 201),
  );
  app.post('/invoices/:id/credit-notes', async (c) => {
    creditNote(byId(c), await c.req.json());
    return c.json(byId(c), 201);
  });
  app.post('/invoices/:id/finalize', (c) =>
    c.json(
      Object.assign(byId(c), {
        state: 'open',
        number: 'INV-000043',
        finalized_at: ago(0),
        due: byId(c).total,
      }),
    ),
  );
  app.post('/invoices/:id/void', (c) =>
    c.json(Object.assign(byId(c), { state: 'void', due: '0', ended_at: ago(0) })),
  );
  dunning(app, state, byId);
  drill(app, '/invoices/:id/lines/:position');
}

/** The same as members of a customer see them. */
export function portalInvoices(
  app: Hono,
  state: MockState,
  member: (c: Context) => { id: string },
): void {
  const theirs = (c: Context) => {
    const { id } = member(c);
    return state.invoices.filter((one) => one.customer.id === id && one.state !== 'draft');
  };
  const byId = (c: Context) => found(theirs(c).find((one) => one.id === c.req.param('invoice')));
  app.get('/invoices', (c) => page(c, theirs(c)));
  app.get('/invoices/:invoice', (c) => c.json(byId(c)));
  app.get('/invoices/:invoice/payments', (c) =>
    c.json({ data: state.payments.filter((one) => one.invoice_id === byId(c).id) }),
  );
  drill(app, '/invoices/:invoice/lines/:position');
}
