-- What a repair came to, where it changed nothing, and credit of what was paid too much.
alter table reconciliation_differences
  -- Why the repair that was confirmed last did not do away with it; empty: it did, or none was.
  add column repair_said text    not null default '',
  -- One was confirmed, and nobody knows yet what came of it.
  add column repairing   boolean not null default false;

-- Money that came beyond what an invoice says can be the customer's credit, more than once.
alter table customer_balance_entries
  drop constraint customer_balance_entries_kind_check,
  add constraint customer_balance_entries_kind_check
    check (kind in ('grant', 'use', 'credit_note', 'void', 'overpaid'));
drop index customer_balance_entries_once;
create unique index customer_balance_entries_once on customer_balance_entries (invoice_id, kind)
  where kind not in ('credit_note', 'overpaid');
