-- Users and sessions in the shape better-auth asks for (its Postgres schema, our names).

create table users (
  id             text        primary key,
  name           text        not null,
  email          text        not null unique check (email = lower(email)),
  email_verified boolean     not null default false,
  image          text,
  role           text        not null default 'user' check (role in ('admin', 'user')),
  created_at     timestamptz not null default now(),
  updated_at     timestamptz not null default now()
);

create table sessions (
  id         text        primary key,
  user_id    text        not null references users on delete cascade,
  token      text        not null unique,
  expires_at timestamptz not null,
  ip_address text,
  user_agent text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index sessions_user on sessions (user_id);

create table accounts (
  id                       text        primary key,
  account_id               text        not null,
  provider_id              text        not null,
  user_id                  text        not null references users on delete cascade,
  access_token             text,
  refresh_token            text,
  id_token                 text,
  access_token_expires_at  timestamptz,
  refresh_token_expires_at timestamptz,
  scope                    text,
  password                 text,
  created_at               timestamptz not null default now(),
  updated_at               timestamptz not null default now()
);
create index accounts_user on accounts (user_id);

create table verifications (
  id         text        primary key,
  identifier text        not null,
  value      text        not null,
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index verifications_identifier on verifications (identifier);

-- Attempts to sign in, to sign up and to reset, per client address and per account; shared by
-- all cores. A window of attempts begins at started_at (ms since the epoch).
create table rate_limits (
  key        text    primary key,
  count      integer not null,
  started_at bigint  not null
);
create index rate_limits_started on rate_limits (started_at);

create table admin_tokens (
  id           text        primary key,
  name         text        not null check (char_length(name) between 1 and 200),
  token_hash   bytea       not null unique,
  last4        text        not null,
  scopes       text[]      not null check (scopes <@ array['admin', 'read', 'sync']),
  created_by   text        not null,
  created_at   timestamptz not null default now(),
  expires_at   timestamptz,
  revoked_at   timestamptz,
  last_used_at timestamptz
);
