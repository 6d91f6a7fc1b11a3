-- How far each subscription is billed. Who closes a period holds this row and moves it on in the
-- transaction that makes the invoice: that is why there is one, however often it is tried.
create table billing_cycles (
  subscription_id text        primary key references subscriptions,
  customer_id     text        not null references customers,
  -- All that was used and paid ahead before this minute is billed.
  billed_until    timestamptz not null,
  -- Usage rolled up to here is billed, where it belongs to the time before.
  billed_roll     bigint      not null default 0,
  -- When its present period ends, or did; null once it has none.
  due_at          timestamptz,
  -- Fees that fell due apart from the end of a period wait for an invoice.
  has_fees        boolean     not null default false,
  -- Closing it failed: a job tries again, and nobody else.
  is_stuck        boolean     not null default false
);
create index billing_cycles_due on billing_cycles (due_at) where due_at is not null and not is_stuck;
create index billing_cycles_over on billing_cycles (customer_id) where due_at is null and not is_stuck;
create index billing_cycles_fees on billing_cycles (subscription_id) where has_fees and not is_stuck;

-- The newest change of subscriptions that the cycles know of; below zero: none, all are to be read.
create table billing_feed (
  one        boolean     primary key default true check (one),
  cursor     bigint      not null default -1,
  -- Subscriptions of before are billed from the period on that holds this time.
  began_at   timestamptz not null default now()
);
insert into billing_feed default values;

-- Hours in which usage was rolled after they were over, and the last roll that did so.
create table usage_late_hours (
  customer_id text   not null,
  hour        bigint not null,
  last_roll   bigint not null,
  primary key (customer_id, hour)
);
