-- The ledger. Batches arrive once for ever: the boot row's next sequence is the whole
-- deduplication state, it moves in the transaction that inserts the batch, and it never expires.

create table gateways (
  id          text        primary key,
  created_at  timestamptz not null default now()
);

create table boots (
  gateway_id    text        not null references gateways,
  boot_id       text        not null,
  state         text        not null default 'live'
                            check (state in ('live', 'sealed', 'forfeited', 'written_off')),
  next_sequence bigint      not null default 1,
  -- Every request admitted before this core time (ms since the epoch) is in an applied batch.
  watermark     bigint      not null default 0,
  fingerprint   text        not null,
  version       text        not null default '',
  -- Requests admitted whose outcome is unknown after a crash; stated when the boot is ended.
  in_doubt      bigint      not null default 0,
  started_at    timestamptz not null default now(),
  last_seen_at  timestamptz not null default now(),
  ended_at      timestamptz,
  primary key (gateway_id, boot_id)
);

-- One number a roll: totals are reproducible as "all batches with roll number <= n".
create sequence roll_numbers;

create table usage_batches (
  gateway_id  text        not null,
  boot_id     text        not null,
  sequence    bigint      not null,
  first_frame bigint      not null,
  last_frame  bigint      not null,
  entries     integer     not null,
  checksum    bytea       not null,
  watermark   bigint      not null,
  received_at timestamptz not null default clock_timestamp(),
  received_day date       not null default current_date,
  roll_number bigint,
  primary key (gateway_id, boot_id, sequence),
  check (last_frame >= first_frame - 1)
);
create index usage_batches_unrolled on usage_batches (received_at) where roll_number is null;
create index usage_batches_roll on usage_batches (roll_number);

create table usage_entries (
  received_day  date     not null,
  gateway_id    text     not null,
  boot_id       text     not null,
  sequence      bigint   not null,
  customer_id   text     not null,
  key_id        text     not null,
  route_id      text     not null,
  route_version integer  not null,
  meter_id      text     not null,
  outcome       text     not null,
  minute        bigint   not null,
  billable      boolean  not null,
  requests      bigint   not null check (requests >= 0),
  quantity      bigint   not null
) partition by range (received_day);
create index usage_entries_batch on usage_entries (gateway_id, boot_id, sequence);
create index usage_entries_customer on usage_entries (customer_id, minute);

create function refuse_ledger_change() returns trigger language plpgsql as $$
begin
  raise exception 'the usage ledger only grows' using errcode = 'integrity_constraint_violation';
end $$;
create trigger usage_entries_append_only before update or delete on usage_entries
  for each row execute function refuse_ledger_change();
create trigger usage_entries_no_truncate before truncate on usage_entries
  for each statement execute function refuse_ledger_change();

-- Partitions are made ahead of the day they are for; an insert never has to make one.
create function ensure_usage_partitions(first_day date, days integer) returns integer
language plpgsql as $$
declare
  day date;
  made integer := 0;
begin
  for day in select first_day + n from generate_series(0, days - 1) n loop
    if to_regclass('usage_entries_' || to_char(day, 'YYYYMMDD')) is null then
      execute format('create table if not exists usage_entries_%s partition of usage_entries '
        'for values from (%L) to (%L)', to_char(day, 'YYYYMMDD'), day, day + 1);
      made := made + 1;
    end if;
  end loop;
  return made;
end $$;
select ensure_usage_partitions(current_date - 1, 16);

-- What the gateway itself counted, by running totals: compared with the ledger so that the
-- books are not circular.
create table gateway_counts (
  gateway_id        text   not null,
  boot_id           text   not null,
  customer_id       text   not null,
  meter_id          text   not null,
  day               bigint not null,
  requests          bigint not null,
  quantity          bigint not null,
  billable_quantity bigint not null,
  primary key (gateway_id, boot_id, customer_id, meter_id, day)
);

-- Totals are numeric: a sum of allowed quantities may pass bigint, and an overflow would stop
-- the roller for everybody. The current minute's rows are updated four times a second, in place
-- while their page has room.
create table usage_rollups (
  customer_id       text   not null,
  minute            bigint not null,
  meter_id          text   not null,
  key_id            text   not null,
  route_id          text   not null,
  outcome           text   not null,
  billable          boolean not null,
  requests          numeric(30, 0) not null,
  quantity          numeric(30, 0) not null,
  last_roll         bigint not null,
  primary key (customer_id, minute, meter_id, key_id, route_id, outcome, billable)
) with (fillfactor = 80);
create index usage_rollups_minute on usage_rollups (minute);

-- The same totals by hour, written in the same roll: a month of a quota or two years of a chart
-- read a sixtieth of the rows.
create table usage_hours (
  customer_id       text   not null,
  hour              bigint not null,
  meter_id          text   not null,
  key_id            text   not null,
  route_id          text   not null,
  outcome           text   not null,
  billable          boolean not null,
  requests          numeric(30, 0) not null,
  quantity          numeric(30, 0) not null,
  last_roll         bigint not null,
  primary key (customer_id, hour, meter_id, key_id, route_id, outcome, billable)
) with (fillfactor = 80);
create index usage_hours_hour on usage_hours (hour);

-- The newest roll that touched a customer: what live views ask for, one row a customer, instead
-- of an index on last_roll that every update of a rollup would have to move.
create table usage_last_rolls (
  customer_id text   primary key,
  last_roll   bigint not null
) with (fillfactor = 50);

-- The last minute in which a key was used; the portal shows it beside the key.
create table usage_last_uses (
  key_id text   primary key,
  minute bigint not null
) with (fillfactor = 50);

-- Refusals of known customers: counted per minute, at most once, outside the ledger.
create table usage_refusals (
  customer_id text   not null,
  minute      bigint not null,
  reason      text   not null,
  requests    bigint not null,
  primary key (customer_id, minute, reason)
);

-- A gap is usage that is known to be lost or unreadable, never skipped in silence.
create table usage_gaps (
  id          bigint generated always as identity primary key,
  gateway_id  text        not null,
  boot_id     text        not null,
  reason      text        not null,
  first_frame bigint,
  last_frame  bigint,
  created_at  timestamptz not null default now(),
  -- A gap is reported until it is acknowledged, and kept once.
  unique nulls not distinct (gateway_id, boot_id, reason, first_frame, last_frame)
);

create table usage_dead_letters (
  gateway_id  text        not null,
  boot_id     text        not null,
  sequence    bigint      not null,
  reason      text        not null,
  checksum    bytea       not null,
  content     bytea       not null,
  created_at  timestamptz not null default now(),
  resolved_at timestamptz,
  primary key (gateway_id, boot_id, sequence)
);
