-- Beside what gateways follow, the feed carries what became of invoices and payments, for whoever
-- passes it on. Each reader has a feed of its own and is not woken by the other's: closing a month
-- writes a hundred thousand rows that are no gateway's business.
alter table changes add column feed text not null default 'facts'
  check (feed in ('facts', 'money'));
create index changes_feed on changes (feed, number);
