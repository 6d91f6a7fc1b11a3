-- From where something was done. Requests say so for their transaction.
alter table audit_entries
  add column address text default nullif(current_setting('tollgate.address', true), '');

-- What every change to these tables was, before and after, whoever made it and by whatever way: a
-- trigger cannot be forgotten. Only the fields that differ; never a secret.
create table audit_changes (
  number     bigint generated always as identity primary key,
  at         timestamptz not null default clock_timestamp(),
  -- The request that made it, which its audit entries name too; null where no request did.
  request_id text        default nullif(current_setting('tollgate.request', true), ''),
  table_name text        not null,
  row_id     text        not null,
  before     jsonb,
  after      jsonb,
  check (num_nonnulls(before, after) > 0)
);
create index audit_changes_request on audit_changes (request_id);
create index audit_changes_row on audit_changes (row_id, number);
create trigger audit_changes_grow before update or delete on audit_changes
  for each row execute function refuse_any_change();
create trigger audit_changes_no_truncate before truncate on audit_changes
  for each statement execute function refuse_truncate();

-- Arguments: columns that are not told, as they are secret, or of no matter.
create function note_change() returns trigger language plpgsql as $$
declare
  untold text[] := coalesce(tg_argv, '{}');
  before jsonb  := case when tg_op <> 'INSERT' then to_jsonb(old) - untold end;
  after  jsonb  := case when tg_op <> 'DELETE' then to_jsonb(new) - untold end;
  told   jsonb  := coalesce(after, before);
  row_id text   := coalesce(told ->> 'id', told ->> 'customer_id');
  same   text[];
begin
  if tg_op = 'UPDATE' then
    select coalesce(array_agg(field), '{}') into same
      from jsonb_each(after) each (field, value) where before -> field = value;
    before := before - same;
    after := after - same;
    if after = '{}' then
      return null;
    end if;
  end if;
  insert into audit_changes (table_name, row_id, before, after)
  values (tg_table_name, row_id, before, after);
  return null;
end $$;

-- Whoever is deleted is forgotten: of people this has no name.
create trigger users_noted after insert or update or delete on users
  for each row execute function note_change('updated_at', 'name', 'email', 'image');
create trigger admin_tokens_noted after insert or update or delete on admin_tokens
  for each row execute function note_change('token_hash', 'last_used_at');
create trigger meters_noted after insert or update or delete on meters
  for each row execute function note_change();
create trigger plans_noted after insert or update or delete on plans
  for each row execute function note_change();
create trigger plan_versions_noted after insert or update or delete on plan_versions
  for each row execute function note_change();
create trigger coupons_noted after insert or update or delete on coupons
  for each row execute function note_change();
create trigger tax_rates_noted after insert or update or delete on tax_rates
  for each row execute function note_change();
create trigger routes_noted after insert or update or delete on routes
  for each row execute function note_change();
create trigger route_secrets_noted after insert or update or delete on route_secrets
  for each row execute function note_change('sealed');
create trigger customers_noted after insert or update or delete on customers
  for each row execute function note_change('updated_at');
create trigger memberships_noted after insert or update or delete on memberships
  for each row execute function note_change();
create trigger customer_tax_rates_noted after insert or update or delete on customer_tax_rates
  for each row execute function note_change();
create trigger customer_coupons_noted after insert or update or delete on customer_coupons
  for each row execute function note_change();
create trigger subscriptions_noted after insert or update or delete on subscriptions
  for each row execute function note_change('grants', 'due_at');
create trigger api_keys_noted after insert or update or delete on api_keys
  for each row execute function note_change('secret_hash');
