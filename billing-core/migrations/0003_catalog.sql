create table meters (
  id         text        primary key,
  slug       text        not null unique check (slug ~ '^[a-z][a-z0-9_]{0,62}$'),
  name       text        not null check (char_length(name) between 1 and 200),
  unit       text        not null check (char_length(unit) between 1 and 50),
  -- Decimal digits of a quantity: the ledger keeps quantity x 10^scale as bigint.
  scale      smallint    not null default 0 check (scale between 0 and 9),
  created_at timestamptz not null default now()
);
-- Every route meters its requests unless it says otherwise.
insert into meters (id, slug, name, unit) values ('mtr_requests', 'requests', 'Requests', 'request');

create table plans (
  id                 text        primary key,
  slug               text        not null unique check (slug ~ '^[a-z][a-z0-9-]{0,62}$'),
  name               text        not null check (char_length(name) between 1 and 200),
  description        text        not null default '',
  -- Customers see and choose only self-serve plans; a plan negotiated with one stays private.
  self_serve         boolean     not null default false,
  self_serve_default boolean     not null default false,
  created_at         timestamptz not null default now(),
  check (self_serve or not self_serve_default)
);
create unique index plans_one_default on plans (self_serve_default) where self_serve_default;

create table plan_versions (
  id           text        primary key,
  plan_id      text        not null references plans,
  number       integer     not null,
  state        text        not null default 'draft'
                           check (state in ('draft', 'published', 'archived')),
  currency     text        not null check (currency ~ '^[A-Z]{3}$'),
  trial_days   integer     not null default 0 check (trial_days between 0 and 730),
  created_at   timestamptz not null default now(),
  published_at timestamptz,
  unique (plan_id, number),
  check ((state = 'draft') = (published_at is null))
);

create table prices (
  id              text    primary key,
  plan_version_id text    not null references plan_versions on delete cascade,
  position        integer not null,
  model           text    not null check (model in ('flat', 'per_unit')),
  meter_id        text    references meters,
  amount          numeric(30, 0),
  unit_amount     numeric(40, 12),
  included_units  numeric(30, 9) not null default 0,
  check ((model = 'flat') = (amount is not null and meter_id is null)),
  check ((model = 'per_unit') = (unit_amount is not null and meter_id is not null))
);
create index prices_version on prices (plan_version_id);

create table entitlements (
  id              text    primary key,
  plan_version_id text    not null references plan_versions on delete cascade,
  position        integer not null,
  kind            text    not null check (kind in ('quota', 'rate_limit', 'feature')),
  feature         text,
  meter_id        text    references meters,
  quota_limit     bigint  check (quota_limit >= 0),
  quota_window    text    check (quota_window in ('minute', 'hour', 'day', 'month')),
  enforcement     text    check (enforcement in ('hard', 'soft')),
  -- What a gateway does past its lease while it cannot ask: admit (counted apart) or refuse.
  on_unreachable  text    default 'refuse' check (on_unreachable in ('admit', 'refuse')),
  rate_per_second numeric(20, 6) check (rate_per_second > 0),
  burst           integer check (burst > 0),
  check ((kind = 'feature') = (feature is not null)),
  check ((kind = 'quota') = (meter_id is not null and quota_limit is not null
         and quota_window is not null and enforcement is not null
         and on_unreachable is not null)),
  check ((kind = 'rate_limit') = (rate_per_second is not null and burst is not null)),
  unique (plan_version_id, meter_id, quota_window)
);
create unique index entitlements_one_rate on entitlements (plan_version_id)
  where kind = 'rate_limit';

-- A published version is immutable, whoever asks. Only its state may move on to archived.
-- The share lock makes a writer of prices and a publisher wait for each other.
create function refuse_published_change() returns trigger language plpgsql as $$
declare
  version record;
begin
  for version in
    select state from plan_versions
     where id in (case when tg_op <> 'INSERT' then old.plan_version_id end,
                  case when tg_op <> 'DELETE' then new.plan_version_id end)
       for share
  loop
    if version.state <> 'draft' then
      raise exception 'plan version is %', version.state
        using errcode = 'integrity_constraint_violation';
    end if;
  end loop;
  return coalesce(new, old);
end $$;
create trigger prices_immutable before insert or update or delete on prices
  for each row execute function refuse_published_change();
create trigger entitlements_immutable before insert or update or delete on entitlements
  for each row execute function refuse_published_change();

create function refuse_published_version_change() returns trigger language plpgsql as $$
begin
  if old.state = 'draft' then
    return coalesce(new, old);
  end if;
  if tg_op = 'UPDATE' and old.state = 'published' and new.state = 'archived'
     and (to_jsonb(new) - 'state') = (to_jsonb(old) - 'state') then
    return new;
  end if;
  raise exception 'plan version is %', old.state using errcode = 'integrity_constraint_violation';
end $$;
create trigger plan_versions_immutable before update or delete on plan_versions
  for each row execute function refuse_published_version_change();

create function refuse_truncate() returns trigger language plpgsql as $$
begin
  raise exception '% is kept for ever', tg_table_name
    using errcode = 'integrity_constraint_violation';
end $$;
create trigger plan_versions_no_truncate before truncate on plan_versions
  for each statement execute function refuse_truncate();
create trigger prices_no_truncate before truncate on prices
  for each statement execute function refuse_truncate();
create trigger entitlements_no_truncate before truncate on entitlements
  for each statement execute function refuse_truncate();
