import type { Book } from './books.ts';
import type { Query } from '../kit/database.ts';

const numberOf = (sql: Query) => sql`document.series || '-' || lpad(document.number::text, 6, '0')`;

/** What a customer owed and paid. Amounts are minor units of their currency. */
export const MONEY_BOOKS: readonly Book[] = [
  {
    file: 'invoices',
    about: 'Invoices. As pages, those that were sent are in the folder documents.',
    of: ['invoices'],
    read: (sql, customer) => sql`
      select id, ${numberOf(sql)} as number, state, reason, currency, customer, issuer, footer,
             note, period_start, period_end, subtotal, discount, tax, total, discounts, taxes,
             from_balance, set_off, to_balance, credited, paid, due_at, created_at, finalized_at,
             paid_at, ended_at, not_collected
        from invoices document where customer_id = ${customer} order by id`,
  },
  {
    file: 'invoice-lines',
    about: 'Lines of invoices, with the quantity, the price as it was, and the exact amount.',
    of: [],
    read: (sql, customer) => sql`
      select invoice_id, position, kind, description, starts_at, ends_at, meters.slug as meter,
             quantity, events, terms, slices, exact_amount, amount, line.discount, line.tax, gross
        from invoices join invoice_lines line on line.invoice_id = invoices.id
        left join meters on meters.id = line.meter_id
       where customer_id = ${customer} order by invoice_id, position`,
  },
  {
    file: 'credit-notes',
    about: 'Credit notes.',
    of: ['credit_notes'],
    read: (sql, customer) => sql`
      select id, ${numberOf(sql)} as number, invoice_id, currency, reason, tax, total, off_due,
             to_balance, refundable, created_at
        from credit_notes document where customer_id = ${customer} order by id`,
  },
  {
    file: 'credit-note-lines',
    about: 'Lines of credit notes: what of which line of its invoice.',
    of: [],
    read: (sql, customer) => sql`
      select credit_note_id, line.invoice_id, position, line.amount, line.tax
        from credit_notes join credit_note_lines line on credit_note_id = credit_notes.id
       where customer_id = ${customer} order by credit_note_id, position`,
  },
  {
    file: 'payments',
    about: 'Payments and refunds.',
    of: ['payments'],
    read: (sql, customer) => sql`
      select id, invoice_id, kind, currency, amount, method, reference, received_at, created_at
        from payments where customer_id = ${customer} order by id`,
  },
  {
    file: 'credit',
    about: 'What came to its credit, and was taken of it.',
    of: ['customer_balance_entries'],
    read: (sql, customer) => sql`
      select id, kind, currency, amount, invoice_id, credit_note_id, method, reference, created_at
        from customer_balance_entries where customer_id = ${customer} order by id`,
  },
  {
    file: 'charges',
    about: 'Fees that fell due, or were given back, apart from the beginning of a period.',
    of: ['subscription_charges'],
    read: (sql, customer) => sql`
      select id, subscription_id, kind, cause, currency, amount, exact_amount, description,
             starts_at, ends_at, due_at
        from subscription_charges where customer_id = ${customer} order by id`,
  },
  {
    file: 'reminders',
    about: 'What followed when an invoice was not paid in time.',
    of: ['invoice_dunning', 'dunning_steps'],
    read: (sql, customer) => sql`
      select id, invoice_id, round, kind, after_days, action, taken_at
        from dunning_steps where customer_id = ${customer} order by invoice_id, number`,
  },
  {
    file: 'stripe-customer',
    about: 'What Stripe was told of it, and the card that is charged: its end alone.',
    of: ['stripe_customers'],
    read: (sql, customer) => sql`
      select stripe_id, told, card, is_deleted from stripe_customers
       where customer_id = ${customer}`,
  },
  {
    file: 'stripe-invoices',
    about: 'Its invoices at Stripe.',
    of: ['stripe_invoices'],
    read: (sql, customer) => sql`
      select invoice_id, stripe_id, status, hosted_url, failure from stripe_invoices
       where customer_id = ${customer} order by invoice_id`,
  },
  {
    file: 'stripe-money',
    about: 'Payments and refunds at Stripe.',
    of: [],
    read: (sql, customer) => sql`
      select money.stripe_id, money.payment_id, money.invoice_id, money.intent, money.status
        from payments join stripe_money money on money.payment_id = payments.id
       where customer_id = ${customer} order by money.stripe_id`,
  },
  {
    file: 'stripe-disputes',
    about: 'Payments that a bank asked back.',
    of: ['stripe_disputes'],
    read: (sql, customer) => sql`
      select stripe_id, invoice_id, currency, amount, reason, status, due_by, has_evidence,
             opened_at, closed_at
        from stripe_disputes where customer_id = ${customer} order by stripe_id`,
  },
  {
    file: 'stripe-events',
    about: 'What Stripe told of it: that it did, and of which object.',
    of: [],
    read: (sql, customer) => sql`
      select event.id, type, object_id, created_at, received_at
        from stripe_customers payer
        join stripe_events event
          on payload #>> '{data,object,customer}' = payer.stripe_id or object_id = payer.stripe_id
       where payer.customer_id = ${customer} order by event.id`,
  },
];
