-- How far a test installation's time is ahead. It only goes forward: what happened has happened.
create table test_clock (
  single    boolean primary key default true check (single),
  offset_ms bigint  not null default 0 check (offset_ms >= 0)
);
insert into test_clock default values;

create function refuse_going_back() returns trigger language plpgsql as $$
begin
  if new.offset_ms < old.offset_ms then
    raise exception 'the clock only goes forward' using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;
create trigger test_clock_forward before update on test_clock
  for each row execute function refuse_going_back();
