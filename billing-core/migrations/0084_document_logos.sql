-- Logos that stand on documents, by what is in them: an invoice keeps the one that it was sent with.
create table document_logos (
  digest text  primary key check (digest ~ '^[0-9a-f]{64}$'),
  bytes  bytea not null check (octet_length(bytes) between 1 and 32768),
  type   text  not null check (type in ('image/png', 'image/jpeg', 'image/webp'))
);
-- Null: there was none when it became final.
alter table invoices add column logo text references document_logos;
