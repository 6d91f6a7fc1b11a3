-- Where a customer's invoices go, and its number for tax; invoices keep a copy of both.
alter table customers
  add column billing_address text not null default ''
    check (char_length(billing_address) <= 1000),
  add column tax_number      text not null default '' check (char_length(tax_number) <= 60);
