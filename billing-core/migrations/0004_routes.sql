create table routes (
  id         text        primary key,
  name       text        not null check (char_length(name) between 1 and 200),
  version    integer     not null default 1,
  state      text        not null default 'active' check (state in ('active', 'disabled')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz
);
-- A deleted route's name is free again.
create unique index routes_live_name on routes (name) where deleted_at is null;

-- The ledger names the version a request was served under, so versions are kept for ever.
create table route_versions (
  route_id   text        not null references routes,
  version    integer     not null,
  definition jsonb       not null,
  created_at timestamptz not null default now(),
  primary key (route_id, version)
);

-- What a version counts, apart from its definition so that a meter in use cannot be deleted.
create table route_meterings (
  route_id text     not null,
  version  integer  not null,
  position smallint not null,
  meter_id text     not null references meters,
  source   text     not null check (source in ('request', 'request_bytes', 'response_bytes')),
  -- Units of the meter that a request, or a byte, counts.
  units    numeric(30, 9) not null check (units > 0),
  primary key (route_id, version, position),
  unique (route_id, version, meter_id, source),
  foreign key (route_id, version) references route_versions
);
create index route_meterings_meter on route_meterings (meter_id);

create function refuse_route_version_change() returns trigger language plpgsql as $$
begin
  raise exception 'a version of a route is kept as it was served'
    using errcode = 'integrity_constraint_violation';
end $$;
create trigger route_versions_immutable before update or delete on route_versions
  for each row execute function refuse_route_version_change();
create trigger route_meterings_immutable before update or delete on route_meterings
  for each row execute function refuse_route_version_change();
