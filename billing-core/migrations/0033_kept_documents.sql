-- Documents are kept and their numbers have no hole, whoever writes to the database.

-- A series only goes forward, and where it is there is a document.
create function keep_series() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' or (new.id, new.kind) <> (old.id, old.kind)
     or new.last_number < old.last_number then
    raise exception 'series % only goes forward', old.id
      using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;
create trigger document_series_kept before update or delete on document_series
  for each row execute function keep_series();
create trigger document_series_no_truncate before truncate on document_series
  for each statement execute function refuse_truncate();

-- Looked at when the transaction commits: by then whoever took the number before has used it or
-- given it back, because the series' row is locked that long.
create function series_is_used() returns trigger language plpgsql as $$
begin
  if not exists (select from invoices where series = new.id and number = new.last_number
                 union all
                 select from credit_notes where series = new.id and number = new.last_number) then
    raise exception 'number % of series % is not used', new.last_number, new.id
      using errcode = 'integrity_constraint_violation';
  end if;
  return null;
end $$;
create constraint trigger document_series_used after update on document_series
  deferrable initially deferred for each row when (new.last_number > 0)
  execute function series_is_used();

create function number_follows() returns trigger language plpgsql as $$
declare
  is_next boolean;
begin
  if tg_table_name = 'invoices' then
    is_next := new.number = 1 or exists
      (select from invoices where series = new.series and number = new.number - 1);
  else
    is_next := new.number = 1 or exists
      (select from credit_notes where series = new.series and number = new.number - 1);
  end if;
  if not is_next or not exists (select from document_series
                                 where id = new.series and last_number >= new.number) then
    raise exception 'number % of series % leaves a hole', new.number, new.series
      using errcode = 'integrity_constraint_violation';
  end if;
  return null;
end $$;
create constraint trigger invoices_numbers after insert or update of number on invoices
  deferrable initially deferred for each row when (new.number is not null)
  execute function number_follows();
create constraint trigger credit_notes_numbers after insert on credit_notes
  deferrable initially deferred for each row execute function number_follows();

-- What is sent is its lines.
create function invoice_is_its_lines() returns trigger language plpgsql as $$
begin
  if (new.subtotal, new.discount, new.tax, new.total) <>
     (select coalesce(sum(amount), 0), coalesce(sum(discount), 0), coalesce(sum(tax), 0),
              coalesce(sum(gross), 0) from invoice_lines where invoice_id = new.id) then
    raise exception 'invoice % is not what its lines sum to', new.id
      using errcode = 'integrity_constraint_violation';
  end if;
  return null;
end $$;
create constraint trigger invoices_lines_inserted after insert on invoices
  deferrable initially deferred for each row when (new.state <> 'draft')
  execute function invoice_is_its_lines();
create constraint trigger invoices_lines_finalised after update on invoices
  deferrable initially deferred for each row when (old.state = 'draft' and new.state <> 'draft')
  execute function invoice_is_its_lines();

-- No line is credited beyond what it came to, whatever the note says.
create function line_is_credited_once() returns trigger language plpgsql as $$
begin
  perform from invoices where id = new.invoice_id for no key update;
  if exists (select from invoice_lines line
              where invoice_id = new.invoice_id and position = new.position
                and (select case when gross < 0 then sum(amount) < gross or sum(amount) > 0
                                 else sum(amount) > gross or sum(amount) < 0 end
                       from credit_note_lines credit
                      where credit.invoice_id = line.invoice_id
                        and credit.position = line.position)) then
    raise exception 'line % of invoice % is credited beyond what it comes to', new.position,
      new.invoice_id using errcode = 'integrity_constraint_violation';
  end if;
  if not exists (select from credit_notes
                  where id = new.credit_note_id and invoice_id = new.invoice_id) then
    raise exception 'the note is of another invoice'
      using errcode = 'integrity_constraint_violation';
  end if;
  return null;
end $$;
create constraint trigger credit_note_lines_once after insert on credit_note_lines
  deferrable initially deferred for each row execute function line_is_credited_once();
