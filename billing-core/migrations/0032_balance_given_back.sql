-- What an invoice took of a customer's credit comes back when it is voided or credited, and the
-- database itself holds invoices, credit notes, payments and credit to one another.

alter table invoices
  -- Of what is settled, how much went to the customer's credit since it was finalised.
  add column to_balance numeric(30, 0) not null default 0 check (to_balance >= 0);

-- Where a credit note went: off what was still to be paid, to the customer's credit, and what was
-- paid in money and can go back. Those of before went off what was to be paid first, too.
alter table credit_notes
  add column off_due    numeric(30, 0) not null default 0 check (off_due >= 0),
  add column to_balance numeric(30, 0) not null default 0 check (to_balance >= 0),
  add column refundable numeric(30, 0) not null default 0 check (refundable >= 0);

-- Why: a negative invoice gave it, an invoice used it, or a credit note or a void gave it back.
alter table customer_balance_entries
  add column kind text not null default 'use'
    check (kind in ('grant', 'use', 'credit_note', 'void')),
  add column credit_note_id text unique references credit_notes,
  drop constraint customer_balance_entries_invoice_id_key;
alter table customer_balance_entries disable trigger customer_balance_entries_kept;
update customer_balance_entries set kind = 'grant' where amount > 0;
alter table customer_balance_entries enable trigger customer_balance_entries_kept;
alter table customer_balance_entries
  alter column kind drop default,
  add check ((credit_note_id is not null) = (kind = 'credit_note')),
  add check ((amount < 0) = (kind = 'use'));
create unique index customer_balance_entries_once on customer_balance_entries (invoice_id, kind)
  where kind <> 'credit_note';
create trigger customer_balance_entries_no_truncate before truncate on customer_balance_entries
  for each statement execute function refuse_truncate();

-- What becomes of an invoice that was sent; what it gave back stays given.
create or replace function keep_invoice() returns trigger language plpgsql as $$
declare
  fate constant text[] := array['state', 'credited', 'paid', 'to_balance', 'paid_at', 'ended_at'];
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
  if new.to_balance < old.to_balance then
    raise exception 'what went to the balance is kept'
      using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;

-- Until now none of it came back. What void invoices took is given back here, and of credited ones
-- what is credited beyond what was to be paid in money, the newest credit notes first.
create temporary table owed_back on commit drop as
  select id as invoice_id, customer_id, currency, null as credit_note_id, from_balance as amount
    from invoices where state = 'void' and from_balance > 0
  union all
  select invoice_id, customer_id, currency, id, least(total, over - newer)
    from (select note.invoice_id, note.customer_id, note.currency, note.id, note.total,
                 credited - (invoices.total - from_balance) as over,
                 coalesce(sum(note.total) over (partition by note.invoice_id
                   order by note.number desc rows between unbounded preceding and 1 preceding),
                          0) as newer
            from credit_notes note join invoices on invoices.id = note.invoice_id
           where from_balance > 0 and state not in ('draft', 'void')) shared
   where over > newer;
update invoices set to_balance = owed.amount
  from (select invoice_id, sum(amount) as amount from owed_back group by 1) owed
 where id = owed.invoice_id;
insert into customer_balance_entries (id, customer_id, currency, invoice_id, kind, amount,
                                      credit_note_id, created_at)
select 'bal_' || substr(coalesce(credit_note_id, invoice_id), 5), customer_id, currency, invoice_id,
       case when credit_note_id is null then 'void' else 'credit_note' end, amount, credit_note_id,
       now()
  from owed_back;
alter table credit_notes disable trigger credit_notes_kept;
update credit_notes set to_balance = owed_back.amount
  from owed_back where credit_note_id = credit_notes.id;
update credit_notes set off_due = total - to_balance;
alter table credit_notes enable trigger credit_notes_kept;
alter table credit_notes
  alter column off_due drop default,
  alter column to_balance drop default,
  alter column refundable drop default;

-- Sums over tables, looked at when a transaction commits: whoever wrote which part of them, and
-- one after the other, because the invoice is locked first.
create function invoice_books_hold() returns trigger language plpgsql as $$
declare
  invoice invoices;
  wanted text := case tg_table_name when 'invoices' then to_jsonb(new) ->> 'id'
                                    else to_jsonb(new) ->> 'invoice_id' end;
  fault text;
begin
  select * into invoice from invoices where id = wanted for no key update;
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
    when invoice.from_balance - invoice.to_balance
         <> (select -coalesce(sum(amount), 0) from customer_balance_entries
              where invoice_id = wanted)
      then 'the balance does not agree with the invoice'
    when invoice.credited > greatest(invoice.total, 0)
      then 'it is credited beyond its total'
    -- Money that is over can be given back; what was settled from the balance never is over.
    when invoice.total >= 0 and invoice.state <> 'void'
         and invoice.total - invoice.credited - invoice.from_balance + invoice.to_balance < 0
      then 'more of the balance is on it than it comes to'
    when invoice.total >= 0 and invoice.paid + least(invoice.from_balance - invoice.to_balance, 0) < 0
      then 'what became credit was refunded'
    when invoice.state = 'void'
         and (invoice.paid <> 0 or invoice.from_balance <> invoice.to_balance)
      then 'a void invoice keeps money'
    when invoice.state = 'paid' and invoice.total - invoice.from_balance + invoice.to_balance
                                    - invoice.credited - invoice.paid > 0
      then 'it is not paid'
  end into fault;
  if fault is not null then
    raise exception 'invoice %: %', wanted, fault
      using errcode = 'integrity_constraint_violation';
  end if;
  return null;
end $$;
create constraint trigger invoices_books after insert or update on invoices
  deferrable initially deferred for each row when (new.state <> 'draft')
  execute function invoice_books_hold();
create constraint trigger payments_books after insert on payments
  deferrable initially deferred for each row execute function invoice_books_hold();
create constraint trigger credit_notes_books after insert on credit_notes
  deferrable initially deferred for each row execute function invoice_books_hold();
create constraint trigger customer_balance_entries_books after insert on customer_balance_entries
  deferrable initially deferred for each row execute function invoice_books_hold();

-- What customers have to their credit is never below zero.
create function balance_is_there() returns trigger language plpgsql as $$
begin
  perform from customers where id = new.customer_id for no key update;
  if (select sum(amount) from customer_balance_entries
       where customer_id = new.customer_id and currency = new.currency) < 0 then
    raise exception 'customer % has not so much to its credit', new.customer_id
      using errcode = 'integrity_constraint_violation';
  end if;
  return null;
end $$;
create constraint trigger customer_balance_entries_there after insert on customer_balance_entries
  deferrable initially deferred for each row when (new.amount < 0)
  execute function balance_is_there();

-- A credit note is its lines, and went somewhere to the cent.
alter table credit_notes add check (off_due + to_balance + refundable = total);
create function credit_note_is_its_lines() returns trigger language plpgsql as $$
declare
  wanted text := case tg_table_name when 'credit_notes' then to_jsonb(new) ->> 'id'
                                    else to_jsonb(new) ->> 'credit_note_id' end;
begin
  if exists (select from credit_notes note
              where id = wanted
                and (total, note.tax) <>
                    (select coalesce(sum(amount), 0), coalesce(sum(line.tax), 0)
                       from credit_note_lines line
                      where credit_note_id = wanted)) then
    raise exception 'credit note % is not what its lines sum to', wanted
      using errcode = 'integrity_constraint_violation';
  end if;
  return null;
end $$;
create constraint trigger credit_notes_lines after insert on credit_notes
  deferrable initially deferred for each row execute function credit_note_is_its_lines();
create constraint trigger credit_note_lines_sum after insert on credit_note_lines
  deferrable initially deferred for each row execute function credit_note_is_its_lines();
