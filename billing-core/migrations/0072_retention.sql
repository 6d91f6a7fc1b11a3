-- How long what only grows is kept, by kind, in days; null: for good. Whoever sets it says what the
-- law and disputes ask for; what an open period or a comparison of books needs is never taken.
create table retention_settings (
  kind      text    primary key,
  keep_days integer,
  constraint retention_settings_kinds check (case kind
    when 'ledger'        then keep_days is null or keep_days between 100 and 36500
    when 'audit'         then keep_days is null or keep_days between 365 and 36500
    when 'stripe_events' then keep_days is null or keep_days between 60 and 36500
    when 'letters'       then keep_days is null or keep_days between 30 and 36500
    else false end)
);
insert into retention_settings (kind, keep_days)
values ('ledger', null), ('audit', null), ('stripe_events', 400), ('letters', 400);

-- What became of the last round, for whoever looks.
create table retention_runs (
  kind       text        primary key references retention_settings,
  ran_at     timestamptz not null,
  -- Rows, or of the ledger partitions, that went in all.
  gone       bigint      not null default 0,
  -- Of the ledger: the first day that is left out of need, and for what; null: none is.
  held_day   date,
  held_by    text
);

-- As before; the audit trail may be pruned, as a whole day behind the time that is set.
create or replace function refuse_any_change() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and tg_table_name in ('audit_entries', 'audit_changes')
     and coalesce(current_setting('tollgate.pruning', true), '') = 'audit' then
    if old.at < now() - interval '365 days' then
      return old;
    end if;
  end if;
  if is_erasure(tg_table_name, tg_op, to_jsonb(old), to_jsonb(new)) then
    return new;
  end if;
  raise exception '% only grows', tg_table_name
    using errcode = 'integrity_constraint_violation';
end $$;

-- Days of the ledger that there are, oldest first.
create function usage_partitions() returns table (day date, place regclass)
language sql stable as $$
  select to_date(substr(relname, 15), 'YYYYMMDD'), child.oid::regclass
    from pg_inherits join pg_class child on child.oid = inhrelid
   where inhparent = 'usage_entries'::regclass and relname ~ '^usage_entries_[0-9]{8}$'
   order by 1
$$;

-- How many whole days behind today have a partition already.
create function usage_days_ahead() returns integer language sql stable as $$
  select count(*)::integer - 1 from usage_partitions() where day >= current_date
$$;

-- Takes a day out of the ledger, as one piece. Who writes meanwhile waits for as long as the
-- catalog takes.
create function drop_usage_partition(wanted date) returns bigint language plpgsql as $$
declare
  place regclass;
  bytes bigint;
begin
  select p.place into place from usage_partitions() p where p.day = wanted;
  if place is null then
    return 0;
  end if;
  bytes := pg_total_relation_size(place);
  execute format('drop table %s', place);
  return bytes;
end $$;
