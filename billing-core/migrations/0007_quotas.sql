-- A quota window is one customer x meter x window; a lease is what one boot holds of it.
-- Never keyed by plan: used units carry over a plan change.
create table quota_windows (
  id          text   primary key, -- customer|meter|kind|start minute
  customer_id text   not null,
  meter_id    text   not null,
  kind        text   not null check (kind in ('minute', 'hour', 'day', 'month')),
  starts_at   bigint not null,
  ends_at     bigint not null,
  -- Sum of (granted - returned) over boots, spent units included.
  lent        bigint not null default 0,
  -- Core time (ms) at which units were last asked back from the tills that hold them.
  recalled_at bigint not null default 0,
  check (lent >= 0)
);
create index quota_windows_customer on quota_windows (customer_id, ends_at);

-- Running totals per boot and window: G (core owns it), R (the till owns it), S (settled,
-- commits with its batch). Merged by maximum, so lost, doubled and reordered syncs are harmless.
create table leases (
  window_id  text   not null references quota_windows on delete cascade,
  gateway_id text   not null,
  boot_id    text   not null,
  granted    bigint not null default 0,
  returned   bigint not null default 0,
  -- A till that forgot a settled lease begins again at zero: totals on the wire are since then.
  generation bigint not null default 0,
  base       bigint not null default 0,
  base_returned bigint not null default 0,
  primary key (window_id, gateway_id, boot_id),
  check (returned <= granted)
);

-- S lives apart from G and R: settling never touches the window's row.
create table lease_settlements (
  window_id  text   not null,
  gateway_id text   not null,
  boot_id    text   not null,
  settled    bigint not null default 0,
  unleased   bigint not null default 0,
  overdrawn  bigint not null default 0,
  primary key (window_id, gateway_id, boot_id)
);
