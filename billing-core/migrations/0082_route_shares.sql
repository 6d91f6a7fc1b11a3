-- What final documents come to by the routes that brought the usage, as the ledger has it: revenue
-- by route divided every line by the hours of the ledger each time it was asked for, 6.8 s for a
-- year of 4,000 customers. A document without a row, or one into whose time usage came since, is
-- divided as before.
create table route_shares (
  -- An invoice, or a credit note.
  document_id text      primary key,
  invoice_id  text      not null references invoices on delete cascade,
  groups      text[]    not null,
  amounts     numeric[] not null,
  check (cardinality(groups) = cardinality(amounts))
);
create index route_shares_invoice on route_shares (invoice_id);

create table route_shares_mark (
  one      boolean     primary key default true check (one),
  -- All shares have what came into their time by this roll; what came later is looked up.
  roll     bigint      not null default 0,
  -- When all documents there are were gone through last.
  whole_at timestamptz
);
insert into route_shares_mark default values;

create index usage_late_hours_roll on usage_late_hours (last_roll);

-- With what is asked of each: without it every invoice is read for the name and address on it.
create index invoices_final on invoices (finalized_at) include (id, state, currency)
  where finalized_at is not null;
drop index invoices_finalized;
