-- Single requests, as far as gateways tell of them: for people who look for one. Unlogged, as no
-- figure is made of them and a crash of the database may take them.
create unlogged table logged_requests (
  customer_id    text        not null,
  number         bigint      generated always as identity,
  request_id     text        not null,
  at             timestamptz not null,
  received_at    timestamptz not null default clock_timestamp(),
  key_id         text,
  route_id       text,
  method         text        not null,
  path           text        not null,
  status         smallint,
  reason         text,
  duration_ms    double precision not null,
  decided_ms     double precision,
  upstream_ms    double precision,
  request_bytes  bigint      not null,
  response_bytes bigint      not null,
  billable       boolean     not null,
  -- [meter, scaled quantity] each.
  units          jsonb       not null,
  primary key (customer_id, number)
);
create index logged_requests_received on logged_requests (received_at);

-- How many more there were, by hour.
create unlogged table skipped_requests (
  customer_id text        not null,
  hour        timestamptz not null,
  requests    bigint      not null,
  primary key (customer_id, hour)
);
