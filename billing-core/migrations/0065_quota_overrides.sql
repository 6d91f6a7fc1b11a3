-- A quota of one customer that an admin raised beyond its plan, for a time or until it is ended. A row
-- says what held when; another limit or another end is another row.
create table quota_overrides (
  id            text        primary key,
  customer_id   text        not null references customers,
  meter_id      text        not null references meters,
  quota_window  text        not null,
  quota_scope   text        not null,
  -- Scaled units of the meter: at least so much, whatever the plan and add-ons come to.
  quota_limit   bigint      not null check (quota_limit > 0),
  -- For admins.
  reason        text        not null,
  -- What the customer had asked for.
  request_id    text        references quota_requests,
  starts_at     timestamptz not null,
  -- Null: until somebody ends it.
  ends_at       timestamptz check (ends_at > starts_at),
  -- When it ended: by hand, by another one, or at `ends_at`, once gateways and the customer were told.
  ended_at      timestamptz check (ended_at >= starts_at)
);
-- One at a time for each quota; limits are read by it.
create unique index quota_overrides_active
  on quota_overrides (customer_id, meter_id, quota_window, quota_scope) where ended_at is null;
create index quota_overrides_due on quota_overrides (ends_at) where ended_at is null;
create index quota_overrides_of_customer on quota_overrides (customer_id, id);
create unique index quota_overrides_of_request on quota_overrides (request_id)
  where request_id is not null;
create trigger quota_overrides_noted after insert or update or delete on quota_overrides
  for each row execute function note_change();

alter table notices drop constraint notices_kind_check;
alter table notices add constraint notices_kind_check
  check (kind in ('quota', 'included_units', 'trial_ending', 'payment_failed', 'payment_reminder',
                  'access_ended', 'quota_change')) not valid;

-- Admins look through the windows that are open now, of all customers.
create index quota_windows_open on quota_windows (ends_at);
