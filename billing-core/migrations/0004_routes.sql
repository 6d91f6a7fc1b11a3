create table routes (
  id         text        primary key,
  name       text        not null unique check (char_length(name) between 1 and 200),
  version    integer     not null default 1,
  state      text        not null default 'active' check (state in ('active', 'disabled')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz
);

-- The ledger names the version a request was served under, so versions are kept for ever.
create table route_versions (
  route_id   text        not null references routes,
  version    integer     not null,
  definition jsonb       not null,
  created_at timestamptz not null default now(),
  primary key (route_id, version)
);
