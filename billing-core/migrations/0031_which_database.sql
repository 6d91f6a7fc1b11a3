-- Which database of its server this is: a dump or a copy that takes the place of the database has
-- another number, and one that was loaded into the emptied database has another number of tables.
create function database_identity() returns text language sql stable as $$
  select oid || '/' || 'recoveries'::regclass::oid
    from pg_database where datname = current_database()
$$;

-- Where the newest recovery was written. Cores of before fill it in without knowing of it.
alter table recoveries add column database text not null default database_identity();
