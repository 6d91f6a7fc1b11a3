-- Texts that only upstreams may see. The database alone opens none: they are sealed with a key
-- derived from a setting of billing-core.
create table route_secrets (
  id         text        primary key,
  name       text        not null unique,
  sealed     bytea       not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
