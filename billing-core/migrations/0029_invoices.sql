-- Invoices: what a customer owes, for what, and why. Open ones are kept as they were sent.

-- Numbers of documents follow one another without a gap: the row's lock orders those who take one,
-- and a transaction that fails gives its number back.
create table document_series (
  id          text   primary key check (id ~ '^[A-Z][A-Z0-9-]{0,15}$'),
  kind        text   not null check (kind in ('invoice', 'credit_note')),
  last_number bigint not null default 0 check (last_number >= 0)
);
insert into document_series (id, kind) values ('INV', 'invoice'), ('CN', 'credit_note');

-- What holds for all invoices; each has a copy of what it says.
create table billing_settings (
  one           boolean primary key default true check (one),
  -- Who sends invoices: name, address, tax number, line by line.
  issuer        text    not null default '',
  footer        text    not null default '',
  due_days      integer not null default 14 check (due_days between 0 and 365),
  -- How long after a period's end an invoice waits for gateways that have not spoken.
  grace_minutes integer not null default 1440 check (grace_minutes between 0 and 43200),
  -- Whether an invoice that comes to nothing is made at all.
  zero_amount   text    not null default 'issue' check (zero_amount in ('issue', 'skip'))
);
insert into billing_settings default values;

create table invoices (
  id              text           primary key,
  customer_id     text           not null references customers,
  subscription_id text           references subscriptions,
  state           text           not null default 'draft' check (state in
                                 ('draft', 'open', 'paid', 'void', 'uncollectible')),
  -- Why there is it: a period ended, fees fell due apart from that, usage came late, or by hand.
  reason          text           not null check (reason in ('period', 'fees', 'late', 'manual')),
  series          text           references document_series,
  number          bigint         check (number > 0),
  currency        text           not null check (currency ~ '^[A-Z]{3}$'),
  -- Who it was sent to, as they were then.
  customer        jsonb          not null,
  issuer          text           not null default '',
  footer          text           not null default '',
  period_start    timestamptz,
  period_end      timestamptz,
  -- Usage in it is that of batches rolled up to this one; of minutes closed before, after it.
  roll_after      bigint,
  roll_until      bigint,
  -- Whether all usage was there, or a grace time had passed, and whom it did not wait for.
  closed_by       text           check (closed_by in ('watermark', 'grace')),
  not_awaited     jsonb          not null default '[]',
  subtotal        numeric(30, 0) not null default 0,
  discount        numeric(30, 0) not null default 0,
  tax             numeric(30, 0) not null default 0,
  total           numeric(30, 0) not null default 0,
  discounts       jsonb          not null default '[]',
  taxes           jsonb          not null default '[]',
  -- Taken from what the customer had to its credit, when it was finalised; below zero what a
  -- negative total gave it.
  from_balance    numeric(30, 0) not null default 0,
  credited        numeric(30, 0) not null default 0 check (credited >= 0),
  paid            numeric(30, 0) not null default 0 check (paid >= 0),
  note            text           not null default '',
  due_at          timestamptz,
  created_at      timestamptz    not null,
  finalized_at    timestamptz,
  paid_at         timestamptz,
  ended_at        timestamptz,
  check ((state = 'draft') = (number is null)),
  check ((number is null) = (series is null)),
  check ((number is null) = (finalized_at is null)),
  check (state <> 'paid' or paid_at is not null),
  check ((state in ('void', 'uncollectible')) = (ended_at is not null)),
  check ((period_start is null) = (period_end is null) and period_start < period_end)
);
create unique index invoices_number on invoices (series, number);
create index invoices_customer on invoices (customer_id, id desc);
create index invoices_state on invoices (state, id desc);
-- A period of a subscription is closed once, whoever tries.
create unique index invoices_period on invoices (subscription_id, period_end)
  where reason = 'period';

create table invoice_lines (
  invoice_id   text           not null references invoices on delete cascade,
  position     integer        not null check (position >= 0),
  kind         text           not null check (kind in ('fee', 'usage', 'late_usage', 'manual')),
  subscription_id text        references subscriptions,
  description  text           not null,
  -- What time it is for.
  starts_at    timestamptz,
  ends_at      timestamptz,
  plan_version_id text        references plan_versions,
  price_id     text           references prices,
  charge_id    text           unique,
  -- The price, its plan and its meter as they were.
  terms        jsonb          not null default '{}',
  meter_id     text           references meters,
  -- Of this line alone: what was billed before is not in it. In units of the meter.
  quantity     numeric(40, 9),
  -- Requests that counted it.
  events       numeric(30, 0),
  -- Where the quantity is in the ledger: minutes, and rolls after this one up to that one.
  from_minute  bigint,
  to_minute    bigint,
  roll_after   bigint,
  roll_until   bigint,
  exact_amount numeric        not null,
  amount       numeric(30, 0) not null,
  slices       jsonb          not null default '[]',
  discount     numeric(30, 0) not null default 0,
  tax          numeric(30, 0) not null default 0,
  gross        numeric(30, 0) not null default 0,
  primary key (invoice_id, position),
  check (num_nonnulls(meter_id, quantity, events) in (0, 3)),
  check ((meter_id is not null) = (kind in ('usage', 'late_usage'))),
  check (num_nonnulls(meter_id, from_minute, to_minute, roll_after, roll_until) in (0, 5))
);
-- No range of the ledger is billed twice by one price of a subscription.
create unique index invoice_lines_ledger
  on invoice_lines (subscription_id, price_id, from_minute, to_minute, roll_after)
  where meter_id is not null;

create table credit_notes (
  id           text           primary key,
  invoice_id   text           not null references invoices,
  customer_id  text           not null references customers,
  series       text           not null references document_series,
  number       bigint         not null check (number > 0),
  currency     text           not null,
  reason       text           not null check (char_length(reason) between 1 and 500),
  tax          numeric(30, 0) not null,
  total        numeric(30, 0) not null check (total > 0),
  created_at   timestamptz    not null,
  unique (series, number)
);
create index credit_notes_invoice on credit_notes (invoice_id, id);

create table credit_note_lines (
  credit_note_id text           not null references credit_notes,
  invoice_id     text           not null,
  position       integer        not null,
  -- With tax.
  amount         numeric(30, 0) not null check (amount <> 0),
  tax            numeric(30, 0) not null,
  primary key (credit_note_id, position),
  foreign key (invoice_id, position) references invoice_lines
);
create index credit_note_lines_invoice on credit_note_lines (invoice_id, position);

-- What customers have to their credit, as entries that only grow: negative invoices add, later
-- ones take.
create table customer_balance_entries (
  id          text           primary key,
  customer_id text           not null references customers,
  currency    text           not null,
  invoice_id  text           not null references invoices,
  amount      numeric(30, 0) not null check (amount <> 0),
  created_at  timestamptz    not null,
  unique (invoice_id)
);
create index customer_balance_entries_customer on customer_balance_entries (customer_id, currency);

-- Open invoices are kept: only what becomes of them may change, and each state has its next ones.
create function keep_invoice() returns trigger language plpgsql as $$
declare
  fate constant text[] := array['state', 'credited', 'paid', 'paid_at', 'ended_at'];
begin
  if old.state = 'draft' then
    if tg_op = 'UPDATE' and new.state not in ('draft', 'open', 'paid') then
      raise exception 'a draft is finalised first' using errcode = 'integrity_constraint_violation';
    end if;
    return coalesce(new, old);
  end if;
  if tg_op = 'DELETE' or (to_jsonb(new) - fate) <> (to_jsonb(old) - fate) then
    raise exception 'an invoice is kept as it was sent'
      using errcode = 'integrity_constraint_violation';
  end if;
  if new.state <> old.state and not (case old.state
       when 'open' then new.state in ('paid', 'void', 'uncollectible')
       when 'uncollectible' then new.state in ('paid', 'void')
       when 'paid' then new.state = 'open'
       else false end) then
    raise exception 'an invoice that is % does not become %', old.state, new.state
      using errcode = 'integrity_constraint_violation';
  end if;
  if new.credited < old.credited then
    raise exception 'a credit note is kept' using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;
create trigger invoices_kept before update or delete on invoices
  for each row execute function keep_invoice();

create function keep_invoice_lines() returns trigger language plpgsql as $$
declare
  invoice record;
begin
  for invoice in
    select state from invoices
     where id in (case when tg_op <> 'INSERT' then old.invoice_id end,
                  case when tg_op <> 'DELETE' then new.invoice_id end)
       for share
  loop
    if invoice.state <> 'draft' then
      raise exception 'the invoice is %', invoice.state
        using errcode = 'integrity_constraint_violation';
    end if;
  end loop;
  return coalesce(new, old);
end $$;
create trigger invoice_lines_kept before insert or update or delete on invoice_lines
  for each row execute function keep_invoice_lines();

create function only_grows() returns trigger language plpgsql as $$
begin
  raise exception '% only grows', tg_table_name
    using errcode = 'integrity_constraint_violation';
end $$;
create trigger credit_notes_kept before update or delete on credit_notes
  for each row execute function only_grows();
create trigger credit_note_lines_kept before update or delete on credit_note_lines
  for each row execute function only_grows();
create trigger customer_balance_entries_kept before update or delete on customer_balance_entries
  for each row execute function only_grows();
create trigger invoices_no_truncate before truncate on invoices
  for each statement execute function refuse_truncate();
create trigger invoice_lines_no_truncate before truncate on invoice_lines
  for each statement execute function refuse_truncate();
create trigger credit_notes_no_truncate before truncate on credit_notes
  for each statement execute function refuse_truncate();
create trigger credit_note_lines_no_truncate before truncate on credit_note_lines
  for each statement execute function refuse_truncate();

-- Money that came, and went back. A wrong entry is corrected by another one.
create table payments (
  id          text           primary key,
  invoice_id  text           not null references invoices,
  customer_id text           not null references customers,
  kind        text           not null check (kind in ('payment', 'refund')),
  currency    text           not null,
  amount      numeric(30, 0) not null check (amount > 0),
  method      text           not null check (char_length(method) between 1 and 60),
  reference   text           not null default '',
  received_at timestamptz    not null,
  created_by  text           not null,
  created_at  timestamptz    not null
);
create index payments_invoice on payments (invoice_id, id);
create index payments_customer on payments (customer_id, id desc);
create trigger payments_kept before update or delete on payments
  for each row execute function only_grows();
create trigger payments_no_truncate before truncate on payments
  for each statement execute function refuse_truncate();

-- What became of an invoice that was sent; that it was made is in itself.
create trigger invoices_noted after update on invoices
  for each row when (old.state <> 'draft') execute function note_change();
