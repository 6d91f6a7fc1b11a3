-- What customers have to their credit is set off against invoices that are final, too, and what is
-- left of it is paid out.

alter table invoices
  -- Taken from the customer's credit since it was finalised, beside from_balance.
  add column set_off numeric(30, 0) not null default 0 check (set_off >= 0);

-- Of an invoice (set_off) as often as somebody says; of none (payout, payout_return) with how the
-- money went out, or came back because it could not be paid out.
alter table customer_balance_entries
  alter column invoice_id drop not null,
  add column method    text,
  add column reference text,
  drop constraint customer_balance_entries_kind_check,
  add constraint customer_balance_entries_kind_check
    check (kind in ('grant', 'use', 'credit_note', 'void', 'overpaid', 'set_off', 'payout',
                    'payout_return')),
  drop constraint customer_balance_entries_check1,
  add constraint customer_balance_entries_sign_check
    check ((amount < 0) = (kind in ('use', 'set_off', 'payout'))),
  add constraint customer_balance_entries_payout_check
    check ((invoice_id is null) = (kind in ('payout', 'payout_return'))
       and (method is not null and reference is not null) = (invoice_id is null));
drop index customer_balance_entries_once;
create unique index customer_balance_entries_once on customer_balance_entries (invoice_id, kind)
  where kind not in ('credit_note', 'overpaid', 'set_off');

-- As before, with what was set off: it stays so, as what was given back does.
create or replace function keep_invoice() returns trigger language plpgsql as $$
declare
  fate constant text[] := array['state', 'credited', 'paid', 'set_off', 'to_balance', 'paid_at',
                                'ended_at'];
begin
  if old.state = 'draft' then
    if tg_op = 'UPDATE' and new.state not in ('draft', 'open', 'paid') then
      raise exception 'a draft is finalised first' using errcode = 'integrity_constraint_violation';
    end if;
    return coalesce(new, old);
  end if;
  if tg_op = 'DELETE' or (to_jsonb(new) - fate) <> (to_jsonb(old) - fate) then
    raise exception 'an invoice is kept as it was sent'
      using errcode = 'integrity_constraint_violation';
  end if;
  if new.state <> old.state and not (case old.state
       when 'open' then new.state in ('paid', 'void', 'uncollectible')
       when 'uncollectible' then new.state in ('paid', 'void')
       when 'paid' then new.state = 'open'
       else false end) then
    raise exception 'an invoice that is % does not become %', old.state, new.state
      using errcode = 'integrity_constraint_violation';
  end if;
  if new.credited < old.credited then
    raise exception 'a credit note is kept' using errcode = 'integrity_constraint_violation';
  end if;
  if new.to_balance < old.to_balance or new.set_off < old.set_off then
    raise exception 'what went to the balance, or came from it, is kept'
      using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;

-- As before; what an invoice holds of the balance is what was taken in all, less what went back.
create or replace function invoice_books_hold() returns trigger language plpgsql as $$
declare
  invoice invoices;
  wanted text := case tg_table_name when 'invoices' then to_jsonb(new) ->> 'id'
                                    else to_jsonb(new) ->> 'invoice_id' end;
  held numeric;
  fault text;
begin
  -- A payout is of no invoice.
  if wanted is null then
    return null;
  end if;
  select * into invoice from invoices where id = wanted for no key update;
  held := invoice.from_balance + invoice.set_off - invoice.to_balance;
  select case
    when invoice.state = 'draft' then 'a draft has no money'
    when exists (select customer_id, currency from payments where invoice_id = wanted
                 union select customer_id, currency from credit_notes where invoice_id = wanted
                 union select customer_id, currency from customer_balance_entries
                        where invoice_id = wanted
                 except select invoice.customer_id, invoice.currency)
      then 'money is of another customer or currency'
    when invoice.paid <> (select coalesce(sum(case kind when 'payment' then amount
                                                        else -amount end), 0)
                            from payments where invoice_id = wanted)
      then 'payments do not sum to what is paid'
    when invoice.credited <> (select coalesce(sum(total), 0) from credit_notes
                               where invoice_id = wanted)
      then 'credit notes do not sum to what is credited'
    when held <> (select -coalesce(sum(amount), 0) from customer_balance_entries
                   where invoice_id = wanted)
      then 'the balance does not agree with the invoice'
    when invoice.set_off <> (select -coalesce(sum(amount), 0) from customer_balance_entries
                              where invoice_id = wanted and kind = 'set_off')
      then 'what was set off does not agree with the balance'
    when invoice.credited > greatest(invoice.total, 0)
      then 'it is credited beyond its total'
    -- Money that is over can be given back; what was settled from the balance never is over.
    when invoice.total >= 0 and invoice.state <> 'void'
         and invoice.total - invoice.credited - held < 0
      then 'more of the balance is on it than it comes to'
    when invoice.total >= 0 and invoice.paid + least(held, 0) < 0
      then 'what became credit was refunded'
    when invoice.state = 'void' and (invoice.paid <> 0 or held <> 0)
      then 'a void invoice keeps money'
    when invoice.state = 'paid'
         and invoice.total - held - invoice.credited - invoice.paid > 0
      then 'it is not paid'
  end into fault;
  if fault is not null then
    raise exception 'invoice %: %', wanted, fault
      using errcode = 'integrity_constraint_violation';
  end if;
  return null;
end $$;
