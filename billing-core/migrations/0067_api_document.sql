-- What customers read of the API behind the gateway: one OpenAPI document of the installation.
create table api_documents (
  one        boolean     primary key default true check (one),
  -- As it was given.
  source     jsonb       not null,
  -- What of it customers are shown, by operation.
  reference  jsonb       not null,
  bytes      integer     not null,
  updated_at timestamptz not null
);
