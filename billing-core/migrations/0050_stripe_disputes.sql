-- Money that was charged and is asked for back: by us, or by the customer's bank.

alter table stripe_money
  -- Stripe's, of a refund. What is pending is on its way; what failed came back.
  add column status text not null default 'succeeded',
  -- The row that this one takes back: a refund that failed, a dispute that was won after all.
  add column undoes text unique references stripe_money;

-- A customer told the bank that it did not want a payment. The bank takes the money at once and
-- gives it back when the dispute is won.
create table stripe_disputes (
  stripe_id    text           primary key,
  invoice_id   text           not null references invoices,
  customer_id  text           not null references customers,
  intent       text           not null,
  currency     text           not null,
  amount       numeric(30, 0) not null check (amount >= 0),
  reason       text           not null,
  -- Stripe's: lost and won are the last ones.
  status       text           not null,
  -- Until then the bank takes evidence; null: it takes none any more, or never did.
  due_by       timestamptz,
  has_evidence boolean        not null,
  opened_at    timestamptz    not null,
  -- When it was first seen here to be won or lost.
  closed_at    timestamptz
);
create index stripe_disputes_invoice on stripe_disputes (invoice_id);
create index stripe_disputes_customer on stripe_disputes (customer_id);
create index stripe_disputes_newest on stripe_disputes (opened_at desc, stripe_id desc);
