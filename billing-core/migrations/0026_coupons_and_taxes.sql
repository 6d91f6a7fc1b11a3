-- Taken off what an invoice comes to, before tax: a share of it, or an amount of one currency.
create table coupons (
  id              text        primary key,
  slug            text        not null unique check (slug ~ '^[a-z0-9][a-z0-9_-]{0,62}$'),
  name            text        not null check (char_length(name) between 1 and 200),
  percent_off     numeric(15, 12) check (percent_off > 0 and percent_off <= 100),
  amount_off      numeric(30, 0)  check (amount_off > 0),
  currency        text            check (currency ~ '^[A-Z]{3}$'),
  -- How many invoices it is taken off; null: all of them.
  invoices        integer         check (invoices > 0),
  redeem_by       timestamptz,
  redemptions_max integer         check (redemptions_max > 0),
  state           text        not null default 'active' check (state in ('active', 'archived')),
  created_at      timestamptz not null,
  check (num_nonnulls(percent_off, amount_off) = 1),
  check ((amount_off is null) = (currency is null))
);

create table tax_rates (
  id          text            primary key,
  name        text            not null check (char_length(name) between 1 and 200),
  percent     numeric(15, 12) not null check (percent between 0 and 100),
  -- Whether prices have it in them already.
  inclusive   boolean         not null,
  state       text            not null default 'active' check (state in ('active', 'archived')),
  created_at  timestamptz     not null
);

-- What a rate says is on invoices: only whether it is offered can change.
create function refuse_terms_change() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and (to_jsonb(new) - 'state' - 'name') = (to_jsonb(old) - 'state' - 'name')
  then
    return new;
  end if;
  raise exception 'the terms of % are kept', tg_table_name
    using errcode = 'integrity_constraint_violation';
end $$;
create trigger coupons_immutable before update or delete on coupons
  for each row execute function refuse_terms_change();
create trigger tax_rates_immutable before update or delete on tax_rates
  for each row execute function refuse_terms_change();

-- What a customer has of them.
create table customer_tax_rates (
  customer_id text    not null references customers,
  tax_rate_id text    not null references tax_rates,
  position    integer not null,
  primary key (customer_id, tax_rate_id)
);
create table customer_coupons (
  id          text        primary key,
  customer_id text        not null references customers,
  coupon_id   text        not null references coupons,
  starts_at   timestamptz not null,
  -- Taken away by hand; how many invoices it was on is for invoices to say.
  ended_at    timestamptz
);
create unique index customer_coupons_one on customer_coupons (customer_id, coupon_id)
  where ended_at is null;
create index customer_coupons_coupon on customer_coupons (coupon_id);
