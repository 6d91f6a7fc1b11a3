-- What whoever collects cannot take is known when an invoice becomes final, and kept with it.
alter table invoices
  -- Why it is not collected, and is to be paid another way; null: it is.
  add column not_collected text check (not_collected <> '');
create index invoices_not_collected on invoices (id desc) where not_collected is not null;
