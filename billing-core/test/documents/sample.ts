import type { CreditNote, Invoice, InvoiceLine } from '../../src/contract/invoice.ts';

const line = (position: number, values: Partial<InvoiceLine>): InvoiceLine => ({
  position,
  kind: 'fee',
  description: '',
  starts_at: '2027-05-01T00:00:00.000Z',
  ends_at: '2027-06-01T00:00:00.000Z',
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

/** An invoice of May, with late usage, a coupon and a tax. */
export function monthInvoice(): Invoice {
  const meter = { id: 'mtr_requests', name: 'Requests', unit: 'request' };
  const rolls = { after: '0', until: '421' };
  const usage = '120,431 requests: 100,000 included + 20,431 × $0.002 = $40.862, rounded to $40.86';
  const late = 'Late usage: 1,200 requests: 1,200 × $0.002 − $0.40 billed already = $2.00';
  return {
    id: 'inv_1',
    customer: { id: 'cus_1', name: 'Acme Inc.' },
    state: 'open',
    reason: 'period',
    number: 'INV-000042',
    currency: 'USD',
    period: { start: '2027-05-01T00:00:00.000Z', end: '2027-06-01T00:00:00.000Z' },
    total: '7697',
    due: '7697',
    due_at: '2027-06-15T00:00:00.000Z',
    created_at: '2027-06-01T00:00:00.000Z',
    finalized_at: '2027-06-01T00:00:00.000Z',
    subscription_id: 'sub_1',
    external_id: 'crm-4711',
    billing_address: '1 Market St\nSan Francisco, CA 94105\nUSA',
    tax_number: 'DE123456789',
    issuer: 'Tollgate GmbH\nTorstraße 1, Berlin',
    footer: 'Thank you.',
    not_collected: null,
    note: '',
    subtotal: '7186',
    discounts: [{ id: 'red_1', name: 'Spring', amount: '718' }],
    discount: '718',
    taxes: [
      {
        ...{ id: 'txr_1', name: 'VAT', percent: '19', inclusive: false },
        ...{ taxable: '6468', amount: '1229' },
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
    closing: { by: 'watermark', not_awaited: [], rolls },
    lines: [
      line(0, { description: 'Pro: Flat fee: $29.00', amount: '2900' }),
      line(1, {
        ...{ kind: 'usage', description: usage, amount: '4086', quantity: '120431' },
        ...{ meter, rolls },
      }),
      line(2, {
        ...{ kind: 'late_usage', description: late, amount: '200', quantity: '1000' },
        ...{ meter, rolls },
      }),
    ],
    credit_notes: [],
    dunning: null,
  };
}

/** Paid in part. */
export const paid = (invoice: Invoice): Invoice => ({ ...invoice, paid: '5000', due: '2697' });

/** With a credit note of its first line. */
export function noted(invoice: Invoice): { note: CreditNote; invoice: Invoice } {
  const note: CreditNote = {
    ...{ id: 'crn_1', number: 'CN-000007', invoice_id: 'inv_1', currency: 'USD' },
    ...{ reason: 'An outage', tax: '190', total: '1190' },
    ...{ off_due: '0', to_balance: '400', refundable: '790' },
    created_at: '2027-06-20T10:30:00.000Z',
    lines: [{ position: 0, amount: '1190', tax: '190' }],
  };
  return { note, invoice: { ...invoice, credited: '1190', credit_notes: [note] } };
}
