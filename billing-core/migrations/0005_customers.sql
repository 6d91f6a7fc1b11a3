create table customers (
  id          text        primary key,
  -- The first ten characters of the customer's keys: says which till to ask without a lookup.
  key_ref     text        not null unique check (key_ref ~ '^[0-9A-Za-z]{10}$'),
  external_id text        unique,
  name        text        not null check (char_length(name) between 1 and 200),
  currency    text        not null default 'USD' check (currency ~ '^[A-Z]{3}$'),
  time_zone   text        not null default 'UTC',
  metadata    jsonb       not null default '{}',
  state       text        not null default 'active' check (state in ('active', 'archived')),
  created_at  timestamptz not null default now(),
  updated_at  timestamptz not null default now()
);

create table memberships (
  id          text        primary key,
  customer_id text        not null references customers,
  user_id     text        not null references users on delete cascade,
  role        text        not null check (role in ('owner', 'billing', 'developer', 'viewer')),
  created_at  timestamptz not null default now(),
  unique (customer_id, user_id)
);
create index memberships_user on memberships (user_id);

-- A customer that had an owner keeps one, whoever takes the last away: a demotion, a removal, or
-- the deletion of the user. The customer's row is locked, so two cannot leave at the same time.
create function keep_an_owner() returns trigger language plpgsql as $$
begin
  perform from customers where id = old.customer_id and state = 'active' for no key update;
  if found and not exists (select from memberships
                            where customer_id = old.customer_id and role = 'owner') then
    raise exception 'customer % needs an owner', old.customer_id
      using errcode = 'check_violation', constraint = 'memberships_one_owner';
  end if;
  return null;
end $$;
create trigger memberships_one_owner after update or delete on memberships
  for each row when (old.role = 'owner') execute function keep_an_owner();

create table subscriptions (
  id              text        primary key,
  customer_id     text        not null references customers,
  -- The version it is on now; which one when is told by its phases.
  plan_version_id text        not null references plan_versions,
  -- Kept from the start: a customer who moves does not shift periods that were billed.
  time_zone       text        not null,
  started_at      timestamptz not null,
  trial_ends_at   timestamptz,
  -- Trialing and active follow from the time; only the end is a fact.
  canceled_at     timestamptz,
  created_at      timestamptz not null default now(),
  check (canceled_at >= started_at)
);
create unique index subscriptions_one_live on subscriptions (customer_id)
  where canceled_at is null;
create index subscriptions_customer on subscriptions (customer_id, id desc);
create index subscriptions_version on subscriptions (plan_version_id);

-- A phase is a subscription's time on one plan version, up to the next phase or the end.
create table subscription_phases (
  subscription_id text        not null references subscriptions,
  number          integer     not null,
  plan_version_id text        not null references plan_versions,
  starts_at       timestamptz not null,
  primary key (subscription_id, number)
);

create table api_keys (
  id          text        primary key,
  customer_id text        not null references customers,
  name        text        not null check (char_length(name) between 1 and 200),
  mode        text        not null check (mode in ('live', 'test')),
  prefix      text        not null,
  last4       text        not null,
  secret_hash bytea       not null unique check (octet_length(secret_hash) = 32),
  created_by  text        not null,
  created_at  timestamptz not null default now(),
  expires_at  timestamptz,
  revoked_at  timestamptz
);
create index api_keys_customer on api_keys (customer_id, id desc);
