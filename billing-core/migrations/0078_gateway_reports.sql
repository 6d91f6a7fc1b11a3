-- What each boot told of itself last, beside its syncs: for people who look, and for nothing else.
-- Without a reference to boots: a report waits for no sync, and no sync for a report.
create table gateway_reports (
  gateway_id text        not null,
  boot_id    text        not null,
  told_at    timestamptz not null,
  -- Null: it has none.
  spool      jsonb,
  upstreams  jsonb       not null,
  primary key (gateway_id, boot_id)
);
