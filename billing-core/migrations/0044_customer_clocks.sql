-- A customer of a test installation can be ahead of it: everything of it happens, and its usage is
-- dated, by the installation's time and this. Whole minutes, so that minutes stay minutes.
alter table customers
  add column clock_ms bigint not null default 0 check (clock_ms >= 0 and clock_ms % 60000 = 0);
create index customers_clocks on customers (id) where clock_ms > 0;

-- When each clock was moved, in the installation's time: what had been admitted before then is
-- dated by the clock as it was, and periods are closed in that knowledge.
create table customer_clock_moves (
  customer_id text        not null references customers,
  clock_ms    bigint      not null,
  moved_at    timestamptz not null,
  primary key (customer_id, clock_ms)
);

create function refuse_clock_going_back() returns trigger language plpgsql as $$
begin
  if new.clock_ms < old.clock_ms then
    raise exception 'the clock only goes forward' using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;
create trigger customers_clock_forward before update of clock_ms on customers
  for each row execute function refuse_clock_going_back();

-- `at` is the time of day; this is what the clock said by which it was done.
alter table audit_entries add column clock_at timestamptz;
