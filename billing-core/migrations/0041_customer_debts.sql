-- What a customer owes past its time, whichever subscription that was for: a subscription that begins,
-- or goes on another plan, is as this says from its first moment on.
create table customer_debts (
  customer_id text        primary key references customers,
  owed_since  timestamptz not null,
  -- Whether the grace time of one of them is over, so that the plan's choice holds.
  acted       boolean     not null
);
insert into customer_debts (customer_id, owed_since, acted)
select customer_id, min(owed_since), bool_or(acted_at is not null and paused_at is null)
  from invoice_dunning where ended_at is null group by 1;
