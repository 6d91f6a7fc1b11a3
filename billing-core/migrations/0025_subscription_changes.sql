-- How long a period is, in months of the customer's calendar: 12 is a year.
alter table plan_versions
  add column interval_months integer not null default 1 check (interval_months between 1 and 36);

alter table subscriptions
  -- Periods are counted from here: the minute of the start, or of a change to another interval.
  add column anchor_at        timestamptz,
  add column paused_at        timestamptz,
  -- Whose invoice is unpaid, since when, and since when its requests are refused for it.
  add column past_due_since   timestamptz,
  add column blocked_at       timestamptz,
  -- When what begins to be owed at the end of the trial was written down.
  add column trial_settled_at timestamptz,
  -- The one thing that is to happen by itself, and when.
  add column pending_kind            text check (pending_kind in
                                          ('change', 'cancel', 'pause', 'resume')),
  add column pending_at              timestamptz,
  add column pending_plan_version_id text references plan_versions,
  add column pending_credit_unused   boolean not null default false,
  add check ((pending_kind is null) = (pending_at is null)),
  add check ((pending_kind is not distinct from 'change') = (pending_plan_version_id is not null));
update subscriptions set anchor_at = date_trunc('minute', started_at),
                         trial_settled_at = case when trial_ends_at <= now() then now() end;
alter table subscriptions
  alter column anchor_at set not null,
  -- Whether it grants anything: the one place that says so, for all who ask in SQL.
  add column grants boolean not null generated always as
    (canceled_at is null and paused_at is null and blocked_at is null) stored,
  -- When somebody has to look at it next.
  add column due_at timestamptz generated always as
    (case when canceled_at is null
          then least(pending_at, case when trial_settled_at is null then trial_ends_at end)
     end) stored;
create index subscriptions_due on subscriptions (due_at) where due_at is not null;

-- Where nothing else is said, periods are counted from the minute of the start.
create function anchor_at_start() returns trigger language plpgsql as $$
begin
  new.anchor_at := coalesce(new.anchor_at, date_trunc('minute', new.started_at));
  return new;
end $$;
create trigger subscriptions_anchor before insert on subscriptions
  for each row execute function anchor_at_start();

-- A phase is time on one version with one anchor, paused or not.
alter table subscription_phases
  add column paused    boolean     not null default false,
  add column anchor_at timestamptz;
update subscription_phases set anchor_at = subscriptions.anchor_at
  from subscriptions where id = subscription_id;
alter table subscription_phases alter column anchor_at set not null;

-- Flat fees that fall due, or are given back, apart from a period's regular beginning. An invoice
-- takes each of them once; which invoice did is for invoices to say.
create table subscription_charges (
  id              text           primary key,
  subscription_id text           not null references subscriptions,
  customer_id     text           not null references customers,
  plan_version_id text           not null references plan_versions,
  price_id        text           not null references prices,
  kind            text           not null check (kind in ('advance', 'credit')),
  cause           text           not null check (cause in
                                 ('start', 'trial_end', 'change', 'pause', 'resume', 'cancel')),
  currency        text           not null check (currency ~ '^[A-Z]{3}$'),
  -- Minor units; below zero it is given back.
  amount          numeric(30, 0) not null,
  exact_amount    numeric(60, 12) not null,
  description     text           not null,
  -- The time that it is for.
  starts_at       timestamptz    not null,
  ends_at         timestamptz    not null,
  -- When it fell due.
  due_at          timestamptz    not null,
  created_at      timestamptz    not null,
  check (starts_at < ends_at),
  check (case kind when 'credit' then amount <= 0 else amount >= 0 end)
);
create index subscription_charges_customer on subscription_charges (customer_id, id);
create index subscription_charges_subscription on subscription_charges (subscription_id, id);

create function refuse_any_change() returns trigger language plpgsql as $$
begin
  raise exception '% only grows', tg_table_name
    using errcode = 'integrity_constraint_violation';
end $$;
create trigger subscription_charges_grow before update or delete on subscription_charges
  for each row execute function refuse_any_change();
create trigger subscription_charges_no_truncate before truncate on subscription_charges
  for each statement execute function refuse_truncate();
create trigger audit_entries_grow before update or delete on audit_entries
  for each row execute function refuse_any_change();
create trigger audit_entries_no_truncate before truncate on audit_entries
  for each statement execute function refuse_truncate();
