-- Shares of its quotas at which a customer wants to be told, in percent; without a row: 80 and 100.
create table quota_alerts (
  customer_id text      primary key references customers,
  percents    integer[] not null
);
create trigger quota_alerts_noted after insert or update or delete on quota_alerts
  for each row execute function note_change();
