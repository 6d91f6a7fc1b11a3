-- What follows when an invoice is not paid in time.

alter table billing_settings
  -- Days past its due date on which the customer is reminded of an invoice.
  add column reminder_days   integer[] not null default '{3,7}'
    check (cardinality(reminder_days) <= 10 and 0 <= all (reminder_days)
           and 365 >= all (reminder_days)),
  -- Days past it after which the plan's choice takes effect.
  add column debt_grace_days integer   not null default 14 check (debt_grace_days between 0 and 365);

-- What a plan does with who does not pay: go on, a lower rate, or refuse (402).
alter table plans
  add column unpaid_action          text           not null default 'keep'
    check (unpaid_action in ('keep', 'limit', 'block')),
  add column unpaid_rate_per_second numeric(20, 6) check (unpaid_rate_per_second > 0),
  add check ((unpaid_action = 'limit') = (unpaid_rate_per_second is not null));

alter table subscriptions
  -- Since when it has the plan's lower rate for want of payment.
  add column limited_at timestamptz;
create index subscriptions_past_due on subscriptions (customer_id)
  where past_due_since is not null and canceled_at is null;

create index invoices_unpaid on invoices (due_at) where state = 'open';

-- One row an invoice that is or was unpaid past its time. A round begins anew when money went back.
create table invoice_dunning (
  invoice_id  text        primary key references invoices,
  customer_id text        not null references customers,
  round       integer     not null check (round > 0),
  -- Since when it is owed past its time, and from when its steps are counted: pauses move that.
  owed_since  timestamptz not null,
  clock_from  timestamptz not null,
  next_kind   text        check (next_kind in ('past_due', 'reminder', 'effect')),
  next_at     timestamptz,
  -- Since when the plan's choice holds.
  acted_at    timestamptz,
  paused_at   timestamptz,
  ended_at    timestamptz,
  check ((next_kind is null) = (next_at is null))
);
create index invoice_dunning_customer on invoice_dunning (customer_id) where ended_at is null;
create index invoice_dunning_next on invoice_dunning (next_at)
  where ended_at is null and paused_at is null;

-- What was done about it, once each, whoever tried how often; whoever tells customers reads it.
create table dunning_steps (
  id          text        primary key,
  -- Their order: several can be taken in one moment.
  number      bigint      generated always as identity,
  invoice_id  text        not null references invoices,
  customer_id text        not null references customers,
  round       integer     not null,
  kind        text        not null check (kind in
                          ('past_due', 'reminder', 'asked_reminder', 'effect', 'paused', 'resumed',
                           'ended')),
  -- Days past the due date of a step that comes by itself.
  after_days  integer,
  -- Of an effect: what the plan chose.
  action      text        check (action in ('keep', 'limit', 'block')),
  -- Whether the customer is to be told: of reminders that fall due at once, the last one.
  tells       boolean     not null,
  taken_at    timestamptz not null,
  taken_by    text        not null,
  unique (invoice_id, round, kind, after_days)
);
create index dunning_steps_invoice on dunning_steps (invoice_id, number);
create trigger dunning_steps_kept before update or delete on dunning_steps
  for each row execute function only_grows();
create trigger dunning_steps_no_truncate before truncate on dunning_steps
  for each statement execute function refuse_truncate();
