-- What the law has people ask for: a customer whose name is nowhere any more, and books that are
-- as exact as before (docs/adr/0037). Whose it was is replaced; no amount and no count is touched.

create table erasures (
  id          text        primary key,
  -- Once: a second one finds nothing.
  customer_id text        not null unique references customers,
  erased_at   timestamptz not null,
  erased_by   text        not null,
  -- What went, by kind.
  counts      jsonb       not null,
  -- When the last document lost its name; null: some are kept as the setting says.
  whole_at    timestamptz
);
create index erasures_kept on erasures (id) where whole_at is null;

create table erasure_settings (
  one                 boolean primary key default true check (one),
  -- How long documents keep to whom they were sent, in days from when they became final.
  keep_documents_days integer not null default 0 check (keep_documents_days between 0 and 7300)
);
insert into erasure_settings default values;

-- What an erasure may replace in rows that otherwise never change: these fields, by an update, and
-- only in a transaction that says whom it erases.
create function is_erasure(tg_table text, operation text, old_row jsonb, new_row jsonb)
returns boolean language sql stable as $$
  select operation = 'UPDATE' and coalesce(current_setting('tollgate.erasing', true), '') <> ''
     and (old_row - fields) = (new_row - fields)
    from (select case tg_table
            when 'invoices' then array['customer', 'note']
            when 'invoice_lines' then array['description']
            when 'credit_notes' then array['reason']
            when 'payments' then array['reference']
            when 'customer_balance_entries' then array['reference']
            when 'notices' then array['title', 'body', 'path', 'detail']
            when 'audit_entries' then array['address', 'detail']
            when 'audit_changes' then array['before', 'after']
            else '{}' end as fields) may
$$;

create or replace function refuse_any_change() returns trigger language plpgsql as $$
begin
  if is_erasure(tg_table_name, tg_op, to_jsonb(old), to_jsonb(new)) then
    return new;
  end if;
  raise exception '% only grows', tg_table_name
    using errcode = 'integrity_constraint_violation';
end $$;
create or replace function only_grows() returns trigger language plpgsql as $$
begin
  if is_erasure(tg_table_name, tg_op, to_jsonb(old), to_jsonb(new)) then
    return new;
  end if;
  raise exception '% only grows', tg_table_name
    using errcode = 'integrity_constraint_violation';
end $$;

-- An update by an erasure is not asked about: the row stays what it was in all that counts.
drop trigger invoices_kept on invoices;
create trigger invoices_kept before delete on invoices
  for each row execute function keep_invoice();
create trigger invoices_kept_changes before update on invoices
  for each row when (not is_erasure('invoices', 'UPDATE', to_jsonb(old), to_jsonb(new)))
  execute function keep_invoice();
drop trigger invoice_lines_kept on invoice_lines;
create trigger invoice_lines_kept before insert or delete on invoice_lines
  for each row execute function keep_invoice_lines();
create trigger invoice_lines_kept_changes before update on invoice_lines
  for each row when (not is_erasure('invoice_lines', 'UPDATE', to_jsonb(old), to_jsonb(new)))
  execute function keep_invoice_lines();

-- As before; of an erasure nothing is noted: it would keep what goes.
create or replace function note_change() returns trigger language plpgsql as $$
declare
  untold text[] := coalesce(tg_argv, '{}');
  before jsonb  := case when tg_op <> 'INSERT' then to_jsonb(old) - untold end;
  after  jsonb  := case when tg_op <> 'DELETE' then to_jsonb(new) - untold end;
  told   jsonb  := coalesce(after, before);
  row_id text   := coalesce(told ->> 'id', told ->> 'customer_id');
  same   text[];
begin
  if coalesce(current_setting('tollgate.erasing', true), '') <> '' then
    return null;
  end if;
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

-- An event of Stripe's with nothing in it but which object it is about.
create function bare_event(payload jsonb) returns jsonb language sql immutable as $$
  select jsonb_build_object('id', payload -> 'id', 'type', payload -> 'type',
           'object', payload -> 'object', 'created', payload -> 'created',
           'livemode', payload -> 'livemode', 'data', jsonb_build_object('object',
             (select coalesce(jsonb_object_agg(key, value), '{}')
                from jsonb_each(case jsonb_typeof(payload #> '{data,object}') when 'object'
                                     then payload #> '{data,object}' else '{}' end)
               where key in ('id', 'object', 'customer', 'invoice', 'payment_intent', 'status')
                 and jsonb_typeof(value) = 'string')))
$$;

-- Whether an event is about a customer that Stripe has by this id, or something it has, or had: of
-- a card that was taken off the customer is only there before.
create function event_is_of(payload jsonb, wanted text) returns boolean
language sql stable as $$
  select payload #>> '{data,object,customer}' = payer.stripe_id
      or payload #>> '{data,previous_attributes,customer}' = payer.stripe_id
      or payload #>> '{data,object,id}' = payer.stripe_id
      or exists (select from stripe_invoices
                  where customer_id = wanted and stripe_id = any (array[
                    payload #>> '{data,object,id}', payload #>> '{data,object,invoice}']))
      or exists (select from stripe_disputes
                  where customer_id = wanted and stripe_id = payload #>> '{data,object,id}')
    from stripe_customers payer where payer.customer_id = wanted
$$;

-- What a dispute's event is kept as, whoever it is about: Stripe's form of it has the name and the
-- addresses of who paid, and it need not say which customer that is. Each is fetched anew.
create function dispute_event(payload jsonb) returns jsonb language sql immutable as $$
  select payload #- '{data,object,evidence}' #- '{data,object,billing_details}'
                 #- '{data,object,payment_method_details}' #- '{data,previous_attributes}'
$$;

-- What Stripe tells of somebody who was erased is kept bare: it tells for weeks after. Of any
-- dispute nothing is kept that says who paid.
create function keep_event_bare() returns trigger language plpgsql as $$
declare
  about text := new.payload #>> '{data,object,id}';
begin
  if exists (select from stripe_customers join erasures using (customer_id)
              where stripe_id = any (array[new.payload #>> '{data,object,customer}', about,
                                           new.payload #>> '{data,previous_attributes,customer}']))
     or exists (select from stripe_invoices join erasures using (customer_id)
                 where stripe_id = any (array[new.payload #>> '{data,object,invoice}', about]))
     or exists (select from stripe_disputes join erasures using (customer_id)
                 where stripe_id = about) then
    new.payload := bare_event(new.payload);
  elsif new.type like 'charge.dispute.%' then
    new.payload := dispute_event(new.payload);
  end if;
  return new;
end $$;
create trigger stripe_events_bare before insert on stripe_events
  for each row execute function keep_event_bare();
update stripe_events set payload = dispute_event(payload)
 where type like 'charge.dispute.%';

-- Replaces to whom documents were sent that became final before `since`, and what people wrote on
-- them. Out: how many invoices it changed.
create function erase_documents(wanted text, since timestamptz) returns integer
language plpgsql as $$
declare
  ids    text[];
  erased integer;
begin
  perform set_config('tollgate.erasing', wanted, true);
  select coalesce(array_agg(id), '{}') into ids from invoices
   where customer_id = wanted and state <> 'draft' and finalized_at < since
     and customer ->> 'name' is distinct from 'Erased customer';
  update invoices
     set note = '', customer = jsonb_build_object('id', wanted, 'name', 'Erased customer',
           'external_id', null, 'billing_address', '', 'tax_number', '')
   where id = any (ids);
  get diagnostics erased = row_count;
  update invoice_lines set description = 'By hand'
   where kind = 'manual' and invoice_id = any (ids);
  update credit_notes set reason = 'Erased' where invoice_id = any (ids);
  -- What names money at Stripe names nobody, and is needed to find it there.
  update payments set reference = ''
   where invoice_id = any (ids) and reference !~ '^[a-z]{2,4}_[A-Za-z0-9]+$';
  perform set_config('tollgate.erasing', '', true);
  return erased;
end $$;

-- Erases a customer in all tables, whatever its state is; whether it may be is for whoever asks.
-- Documents that became final at `since` or later keep to whom they were sent.
create function erase_customer(wanted text, since timestamptz) returns jsonb
language plpgsql as $$
declare
  counts  jsonb := '{}';
  gone    integer;
  leaving text[];
  emails  text[];
  ids     text[];
  letters text[];
begin
  perform from customers where id = wanted for update;
  counts := counts || jsonb_build_object('invoices', erase_documents(wanted, since));
  perform set_config('tollgate.erasing', wanted, true);

  -- Who belongs to nobody else goes with it; who is somebody elsewhere stays there.
  select coalesce(array_agg(users.id), '{}'), coalesce(array_agg(email), '{}')
    into leaving, emails
    from memberships join users on users.id = user_id
   where customer_id = wanted and users.role <> 'admin'
     and not exists (select from memberships other
                      where other.user_id = users.id and other.customer_id <> wanted);
  select array_agg(id) into ids from (
    select wanted as id union all select unnest(leaving)
    union all select id from api_keys where customer_id = wanted
    union all select id from subscriptions where customer_id = wanted
    union all select id from memberships where customer_id = wanted
    union all select id from invitations where customer_id = wanted
    union all select id from invoices where customer_id = wanted
    union all select id from credit_notes where customer_id = wanted
    union all select id from payments where customer_id = wanted
    union all select id from customer_balance_entries where customer_id = wanted
    union all select id from quota_requests where customer_id = wanted
    union all select id from quota_overrides where customer_id = wanted) subject;
  select coalesce(array_agg(letter.id), '{}') into letters
    from notices join notice_letters letter on letter.notice_id = notices.id
   where customer_id = wanted;

  update customers
     set name = 'Erased customer', external_id = null, billing_address = '', tax_number = '',
         metadata = '{}', state = 'archived', updated_at = now()
   where id = wanted;
  update api_keys set name = 'Erased key', ip_allow = '{}', ip_deny = '{}',
         revoked_at = coalesce(revoked_at, now())
   where customer_id = wanted;
  get diagnostics gone = row_count;
  counts := counts || jsonb_build_object('keys', gone);

  delete from notice_letters where id = any (letters);
  get diagnostics gone = row_count;
  counts := counts || jsonb_build_object('letters', gone);
  delete from notice_reads where notice_id in (select id from notices where customer_id = wanted);
  update notices set title = 'Erased', body = '', path = '', detail = '{}'
   where customer_id = wanted;
  get diagnostics gone = row_count;
  counts := counts || jsonb_build_object('notices', gone);
  delete from notice_settings where customer_id = wanted;
  delete from quota_alerts where customer_id = wanted;
  delete from notice_headrooms where customer_id = wanted;
  delete from notice_troubles where customer_id = wanted;
  update quota_requests set asked_by = null, reason = '', answer = '' where customer_id = wanted;
  update quota_overrides set reason = '' where customer_id = wanted;
  update customer_views set reason = '' where customer_id = wanted;
  update customer_balance_entries set reference = ''
   where customer_id = wanted and reference <> '';

  delete from logged_requests where customer_id = wanted;
  get diagnostics gone = row_count;
  counts := counts || jsonb_build_object('requests', gone);
  delete from skipped_requests where customer_id = wanted;

  delete from invitations where customer_id = wanted;
  get diagnostics gone = row_count;
  counts := counts || jsonb_build_object('invitations', gone);
  delete from memberships where customer_id = wanted;
  get diagnostics gone = row_count;
  counts := counts || jsonb_build_object('members', gone);
  select count(*) into gone from sessions where user_id = any (leaving);
  counts := counts || jsonb_build_object('sessions', gone);
  -- The whole address: another's may end in the same letters.
  delete from verifications where value = any (leaving || emails)
     or identifier = any (emails)
     or substr(identifier, position(':' in identifier) + 1) = any (emails);
  delete from rate_limits where substr(key, position('|' in key) + 1) = any (emails);
  delete from users where id = any (leaving);
  get diagnostics gone = row_count;
  counts := counts || jsonb_build_object('users', gone);

  update audit_entries set address = null, detail = '{"erased": true}'
   where subject_id = any (ids) or (actor_kind = 'user' and actor_id = any (leaving));
  get diagnostics gone = row_count;
  counts := counts || jsonb_build_object('audit_entries', gone);
  update audit_changes
     set before = case table_name when 'notice_settings' then '{}'
                    else before - untold end,
         after = case table_name when 'notice_settings' then '{}'
                   else after - untold end
    from (select array['name', 'external_id', 'billing_address', 'tax_number', 'metadata',
                       'customer', 'note', 'reason', 'answer', 'ip_allow', 'ip_deny'] as untold) of
   where row_id = any (ids);

  update stripe_customers
     set card = null,
         told = '{"name": "Erased customer", "email": "", "address": "", "taxNumber": ""}'
   where customer_id = wanted;
  update stripe_invoices set hosted_url = null, failure = '' where customer_id = wanted;
  update stripe_calls
     set params = params - array['name', 'email', 'address', 'description', 'custom_fields',
                                 'footer', 'memo', 'lines']
   where name = 'customer:' || wanted or split_part(name, ':', 2) = any (ids);
  update stripe_events set payload = bare_event(payload), said = ''
   where event_is_of(payload, wanted);
  if to_regclass('pgboss.job') is not null then
    update pgboss.job set output = null, source_output = null
     where data ->> 'customer_id' = wanted or data ->> 'letter_id' = any (letters)
        or data ->> 'invitation_id' = any (ids) or data ->> 'user_id' = any (leaving);
  end if;
  perform set_config('tollgate.erasing', '', true);
  return counts;
end $$;
