-- How money came or went is what somebody typed, up to 60 characters: an erasure leaves no words of
-- theirs there either. What programs write, and what names a kind of money, names nobody.
create function is_known_method(method text) returns boolean language sql immutable as $$
  select lower(trim(method)) in (
    'manual', 'other', 'stripe', 'beside stripe', 'carried at stripe', 'dispute',
    'ach', 'bank', 'bank transfer', 'bank_transfer', 'card', 'cash', 'check', 'cheque',
    'credit card', 'debit', 'direct debit', 'direct_debit', 'invoice', 'paypal', 'sepa', 'swift',
    'transfer', 'wire', 'wire transfer', 'wire_transfer')
$$;

-- As before, with how money came and went.
create or replace function is_erasure(tg_table text, operation text, old_row jsonb, new_row jsonb)
returns boolean language sql stable as $$
  select operation = 'UPDATE' and coalesce(current_setting('tollgate.erasing', true), '') <> ''
     and (old_row - fields) = (new_row - fields)
    from (select case tg_table
            when 'invoices' then array['customer', 'note']
            when 'invoice_lines' then array['description']
            when 'credit_notes' then array['reason']
            when 'payments' then array['reference', 'method']
            when 'customer_balance_entries' then array['reference', 'method']
            when 'notices' then array['title', 'body', 'path', 'detail']
            when 'audit_entries' then array['address', 'detail']
            when 'audit_changes' then array['before', 'after']
            else '{}' end as fields) may
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
  update payments set method = 'other'
   where invoice_id = any (ids) and not is_known_method(method);
  -- Money that went out for no invoice is on no document, and waits for none.
  update customer_balance_entries set method = 'other'
   where customer_id = wanted and not is_known_method(method);
  perform set_config('tollgate.erasing', '', true);
  return erased;
end $$;

-- Of who was erased before: what documents that have lost their name have of them.
do $$
begin
  perform set_config('tollgate.erasing', 'methods', true);
  update payments set method = 'other'
    from invoices join erasures using (customer_id)
   where invoices.id = payments.invoice_id and names_nobody(invoices.customer)
     and not is_known_method(method);
  update customer_balance_entries entry set method = 'other'
    from erasures
   where erasures.customer_id = entry.customer_id and not is_known_method(method);
  perform set_config('tollgate.erasing', '', true);
end $$;
