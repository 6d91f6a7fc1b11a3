-- What was found when erasures met others, and were applied to what a backup brought back: two
-- customers who share somebody, drafts, and names that look like that of somebody who was erased.

-- Whether what a document has of its customer is what an erasure leaves.
create function names_nobody(customer jsonb) returns boolean language sql immutable as $$
  select customer ->> 'name' = 'Erased customer'
     and coalesce(customer ->> 'external_id', '') = ''
     and coalesce(customer ->> 'billing_address', '') = ''
     and coalesce(customer ->> 'tax_number', '') = ''
$$;

-- Replaces to whom documents were sent that became final before `since`, and what people wrote on
-- them; of drafts always, which a backup can have. Out: how many invoices it changed.
create or replace function erase_documents(wanted text, since timestamptz) returns integer
language plpgsql as $$
declare
  ids    text[];
  erased integer;
begin
  perform set_config('tollgate.erasing', wanted, true);
  -- The first time all: a name that only looks erased says nothing of notes and lines.
  select coalesce(array_agg(id), '{}') into ids from invoices
   where customer_id = wanted and (state = 'draft' or finalized_at < since)
     and (not names_nobody(customer)
          or not exists (select from erasures where customer_id = wanted));
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
   where invoice_id = any (ids) and reference !~ '^(pi|ch|py|re|pyr)_[A-Za-z0-9]+$';
  perform set_config('tollgate.erasing', '', true);
  return erased;
end $$;

-- Erases a customer in all tables, whatever its state is; whether it may be is for whoever asks.
-- Documents that became final at `since` or later keep to whom they were sent.
create or replace function erase_customer(wanted text, since timestamptz) returns jsonb
language plpgsql as $$
declare
  counts  jsonb := '{}';
  gone    integer;
  leaving text[];
  emails  text[];
  ids     text[];
  letters text[];
  events  text[];
begin
  perform from customers where id = wanted for update;
  counts := counts || jsonb_build_object('invoices', erase_documents(wanted, since));
  perform set_config('tollgate.erasing', wanted, true);

  -- Nobody of them joins or leaves another customer meanwhile, nor is erased with one: of two at
  -- once each would leave them to the other.
  perform from users
   where id in (select user_id from memberships where customer_id = wanted)
   order by id for update;
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
  update stripe_queue set said = '' where customer_id = erase_customer.wanted;
  with bared as (
    update stripe_events set payload = bare_event(payload), said = ''
     where event_is_of(payload, wanted)
    returning id)
  select coalesce(array_agg(id), '{}') into events from bared;
  if to_regclass('pgboss.job') is not null then
    update pgboss.job set output = null, source_output = null
     where data ->> 'customer_id' = wanted or data ->> 'letter_id' = any (letters)
        or data ->> 'invitation_id' = any (ids) or data ->> 'user_id' = any (leaving)
        or data ->> 'subscription_id' = any (ids) or data ->> 'event_id' = any (events);
  end if;
  perform set_config('tollgate.erasing', '', true);
  return counts;
end $$;
