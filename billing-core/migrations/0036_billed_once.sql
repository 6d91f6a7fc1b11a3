-- Requests that are billed once for their Idempotency-Key (docs/billed-once.md). One row a key of a
-- customer on a route, which is what gateways that meet on it wait for: `claims` are the billed requests,
-- [{"since": core time of admission in ms, "request": id, "heard": ms}], no two within 24 h.
create table usage_once (
  customer_id text   not null,
  route_id    text   not null,
  key_hash    text   not null,
  claims      jsonb  not null default '[]',
  -- When a claim was last made or heard of, core time in ms.
  heard_at    bigint not null default 0,
  primary key (customer_id, route_id, key_hash)
) with (fillfactor = 80);
create index usage_once_heard on usage_once (heard_at);

-- Claims that were last heard of before this core time (ms) may be forgotten: of a request that was
-- admitted within 24 h of it nobody can say any more whether another one was billed.
create table usage_once_horizon (
  one   boolean primary key default true check (one),
  until bigint  not null
);
insert into usage_once_horizon (until) values (0);

-- Why an entry that its gateway took for billable is not billed; and of which request with which
-- key it is. Other entries have neither.
alter table usage_entries
  add column key_hash   text,
  add column request_id text,
  add column unbilled   text check (unbilled in ('repeated', 'too_late'));

-- What gateways counted as billable and is not billed, for the comparison with their own counts.
create table usage_unbilled (
  gateway_id  text   not null,
  boot_id     text   not null,
  customer_id text   not null,
  meter_id    text   not null,
  day         bigint not null,
  quantity    numeric(30, 0) not null,
  primary key (gateway_id, boot_id, customer_id, meter_id, day)
) with (fillfactor = 50);
create index usage_unbilled_day on usage_unbilled (day, customer_id, meter_id);

-- Units that a boot spent of a window for requests that are not billed: they are free again.
alter table lease_settlements add column repeated bigint not null default 0;
