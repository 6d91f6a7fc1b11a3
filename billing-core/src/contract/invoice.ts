import { z } from 'zod';
import { dunning } from './dunning.ts';
import { id, optionalText, text, time } from './field.ts';
import { pageQuery } from './page.ts';
import { slice } from './rated-line.ts';

export const INVOICE_STATES = ['draft', 'open', 'paid', 'void', 'uncollectible'] as const;
export type InvoiceState = (typeof INVOICE_STATES)[number];
export const INVOICE_REASONS = ['period', 'fees', 'late', 'threshold', 'manual'] as const;
export const LINE_KINDS = ['fee', 'usage', 'late_usage', 'manual'] as const;
const MANUAL_LINES_MAX = 100;
const CREDIT_LINES_MAX = 1_000;
const REMINDERS_MAX = 10;

/** Minor units; below zero what is given back. */
const amount = z.string();
/** A whole amount above zero, of at most 15 digits. */
const positiveAmount = () =>
  z.string().regex(/^[1-9]\d{0,14}$/, 'is not a positive whole number of at most 15 digits');
const wholeAmount = () =>
  z.string().regex(/^(0|[1-9]\d{0,14})$/, 'is not a whole number of at most 15 digits');
const anyAmount = () =>
  z.string().regex(/^(0|-?[1-9]\d{0,14})$/, 'is not a whole number of at most 15 digits');

const discountTotal = z.object({ id: z.string(), name: z.string(), amount });
const taxTotal = z.object({
  id: z.string(),
  name: z.string(),
  percent: z.string(),
  /** Whether prices have it in them. */
  inclusive: z.boolean(),
  taxable: amount,
  amount,
});

export const invoiceLine = z
  .object({
    /** Counted from 0; credit notes and the drill-down name a line by it. */
    position: z.number().int(),
    kind: z.enum(LINE_KINDS),
    description: z.string(),
    starts_at: time().nullable(),
    ends_at: time().nullable(),
    plan: z.object({ name: z.string(), version: z.number().int() }).nullable(),
    price_id: z.string().nullable(),
    meter: z.object({ id: z.string(), name: z.string(), unit: z.string() }).nullable(),
    /** Of this line alone, in units of the meter. */
    quantity: z.string().nullable(),
    /** What of the ledger it bills: batches rolled after the one and up to the other. */
    rolls: z.object({ after: z.string(), until: z.string() }).nullable(),
    exact_amount: z.string(),
    amount,
    slices: z.array(slice),
    discount: amount,
    tax: amount,
    /** What it adds to the total. */
    gross: amount,
    credited: amount,
  })
  .meta({ id: 'InvoiceLine' });
export type InvoiceLine = z.infer<typeof invoiceLine>;

export const invoiceSummary = z
  .object({
    id: z.string(),
    customer: z.object({ id: z.string(), name: z.string() }),
    state: z.enum(INVOICE_STATES),
    reason: z.enum(INVOICE_REASONS),
    /** Null while it is a draft. */
    number: z.string().nullable(),
    currency: z.string(),
    period: z.object({ start: time(), end: time() }).nullable(),
    total: amount,
    /** What is to be paid still. */
    due: amount,
    due_at: time().nullable(),
    created_at: time(),
    finalized_at: time().nullable(),
  })
  .meta({ id: 'InvoiceSummary' });
export type InvoiceSummary = z.infer<typeof invoiceSummary>;

export const creditNote = z
  .object({
    id: z.string(),
    number: z.string(),
    invoice_id: z.string(),
    currency: z.string(),
    reason: z.string(),
    tax: amount,
    total: amount,
    /** Where it went: off what was due, to the customer’s credit, or to be refunded. */
    off_due: amount,
    to_balance: amount,
    refundable: amount,
    created_at: time(),
    /** Amounts are with tax. */
    lines: z.array(z.object({ position: z.number().int(), amount, tax: amount })),
  })
  .meta({ id: 'CreditNote' });
export type CreditNote = z.infer<typeof creditNote>;

export const invoice = z
  .object({
    ...invoiceSummary.shape,
    subscription_id: z.string().nullable(),
    external_id: z.string().nullable(),
    /** The customer's, as they were when it was finalized. */
    billing_address: z.string(),
    tax_number: z.string(),
    issuer: z.string(),
    footer: z.string(),
    note: z.string(),
    /** Why it is not collected, and is to be paid another way; null: it is. */
    not_collected: z.string().nullable(),
    subtotal: amount,
    discounts: z.array(discountTotal),
    discount: amount,
    taxes: z.array(taxTotal),
    tax: amount,
    /** Taken from the customer's credit; below zero what a negative total gave to it. */
    from_balance: amount,
    /** Set off of it since, against what was to be paid or for what was refunded. */
    set_off: amount,
    /** What went (back) to it since: of credit notes, or all that was taken when it was voided. */
    to_balance: amount,
    credited: amount,
    paid: amount,
    paid_at: time().nullable(),
    ended_at: time().nullable(),
    /** How it came to be closed; null where no usage is on it. */
    closing: z
      .object({
        by: z.enum(['watermark', 'grace']),
        /** Gateways whose usage up to its end may be missing; what comes is on a later invoice. */
        not_awaited: z.array(z.string()),
        rolls: z.object({ after: z.string(), until: z.string() }),
      })
      .nullable(),
    lines: z.array(invoiceLine),
    credit_notes: z.array(creditNote),
    /** What is done because it is not paid in time; null while nothing had to be. */
    dunning: dunning.nullable(),
  })
  .meta({ id: 'Invoice' });
export type Invoice = z.infer<typeof invoice>;

export const newInvoice = z.strictObject({
  customer_id: id('cus'),
  note: optionalText(1_000).default(''),
  lines: z
    .array(z.strictObject({ description: text(500), amount: anyAmount() }))
    .min(1)
    .max(MANUAL_LINES_MAX),
});
export type NewInvoice = z.infer<typeof newInvoice>;

/** As much of the customer's credit as the invoice takes unless given. */
export const newSetOff = z.strictObject({ amount: positiveAmount().optional() });
export type NewSetOff = z.infer<typeof newSetOff>;

/** All that is left, an amount of it, or amounts of lines; with tax. */
export const newCreditNote = z
  .strictObject({
    reason: text(500),
    amount: positiveAmount().optional(),
    lines: z
      .array(z.strictObject({ position: z.number().int().min(0), amount: anyAmount() }))
      .min(1)
      .max(CREDIT_LINES_MAX)
      .optional(),
    /** Of what was settled already: how much becomes credit; else as much as came from it. */
    to_balance: wholeAmount().optional(),
  })
  .refine(({ amount: one, lines }) => one === undefined || lines === undefined, {
    path: ['lines'],
    message: 'is given beside an amount',
  });
export type NewCreditNote = z.infer<typeof newCreditNote>;

export const invoicesQuery = pageQuery.extend({
  customer_id: id('cus').optional(),
  state: z.enum(INVOICE_STATES).optional(),
  /** Those that whoever collects cannot take. */
  only: z.enum(['not_collected']).optional(),
  /** Only those that are open and were to be paid before now. */
  overdue: z.literal('true').optional(),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'is not a currency')
    .optional(),
});
export const finalizeQuery = z.object({
  /** Also where whoever collects cannot take it: it is to be paid another way then. */
  uncollected: z.enum(['allow']).optional(),
});
export const portalInvoicesQuery = pageQuery.extend({
  state: z.enum(['open', 'paid', 'void', 'uncollectible']).optional(),
});

export const billingSettings = z
  .strictObject({
    /** Who sends invoices: name, address, tax number, line by line. */
    issuer: optionalText(1_000),
    footer: optionalText(1_000),
    due_days: z.number().int().min(0).max(365),
    /** How long after a period's end its invoice waits for gateways that have not spoken. */
    grace_minutes: z.number().int().min(0).max(43_200),
    /** Whether an invoice that comes to nothing is made. */
    zero_amount: z.enum(['issue', 'skip']),
    /** Days past its due date on which the customer is reminded of an invoice. */
    reminder_days: z
      .array(z.number().int().min(0).max(365))
      .max(REMINDERS_MAX)
      .refine((days) => new Set(days).size === days.length, 'has a day twice')
      .default([3, 7]),
    /** Days past it after which the plan's choice takes effect. */
    debt_grace_days: z.number().int().min(0).max(365).default(14),
  })
  .meta({ id: 'BillingSettings' });
export type BillingSettings = z.infer<typeof billingSettings>;
