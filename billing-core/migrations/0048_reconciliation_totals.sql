-- What each book has of each customer and month, side by side, as it was when they were compared.
create table reconciliation_totals (
  reconciliation_id text    not null references reconciliations,
  -- Those that differ come first.
  position          integer not null,
  customer_id       text    not null references customers,
  -- A month in UTC: 2026-11.
  period            text    not null check (period ~ '^\d{4}-\d{2}$'),
  currency          text    not null,
  -- How many differences were found in it.
  differing         integer not null,
  stages            jsonb   not null,
  primary key (reconciliation_id, position)
);
create index reconciliation_totals_customer
  on reconciliation_totals (reconciliation_id, customer_id, position);

-- The month that a difference is in, where it is in one.
alter table reconciliation_differences add column period text;

-- When admins were told of what a comparison found; null: there was nothing new to tell.
alter table reconciliations add column told_at timestamptz;
