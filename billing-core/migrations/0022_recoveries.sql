-- Which server this is: its system identifier and its timeline. Another one means that the database
-- may have gone back to an earlier state: a promoted standby, a restore.
create function server_identity() returns text language plpgsql stable as $$
declare
  identifier text;
begin
  begin
    execute 'select system_identifier::text from pg_control_system()' into identifier;
  exception when insufficient_privilege then
    identifier := 'unknown';
  end;
  return identifier || '/' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8);
end $$;

-- A recovery begins when the database may have forgotten what core lent. It is over when no boot of
-- before it is live any more. The newest row counts.
create table recoveries (
  number            bigint      primary key,
  reason            text        not null
                                check (reason in ('first', 'other_server', 'lost_sync', 'declared')),
  server            text        not null,
  -- Cheap to compare: a server that started at another time is looked at more closely.
  server_started_at timestamptz not null,
  began_at          timestamptz not null default clock_timestamp()
);
insert into recoveries (number, reason, server, server_started_at)
values (0, 'first', server_identity(), pg_postmaster_start_time());

-- The recovery that was the newest when core first heard of this boot.
alter table boots add column recovery bigint not null default 0;
create index boots_recovery on boots (recovery) where state = 'live';

-- What a boot spent is asked for when it is over.
create index lease_settlements_boot on lease_settlements (boot_id);
