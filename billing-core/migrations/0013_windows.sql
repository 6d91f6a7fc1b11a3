-- One zone a customer: its days and months, of quotas and of billing periods alike.
alter table customers rename column time_zone to billing_zone;

-- Zones a customer had before, and until when: a window in force when the zone changed stays.
create table earlier_billing_zones (
  customer_id text        not null references customers,
  until       timestamptz not null,
  zone        text        not null,
  primary key (customer_id, until)
);

-- A quota may be each key's own, last for the subscription's billing period, or be unlimited.
alter table entitlements
  add column quota_scope text default 'customer' check (quota_scope in ('customer', 'key')),
  drop constraint entitlements_check1,
  drop constraint entitlements_quota_window_check,
  drop constraint entitlements_enforcement_check,
  drop constraint entitlements_plan_version_id_meter_id_quota_window_key,
  add check (quota_window in ('minute', 'hour', 'day', 'month', 'billing_period')),
  add check (enforcement in ('hard', 'soft', 'unlimited')),
  add check ((kind = 'quota') = (meter_id is not null and quota_window is not null
             and quota_scope is not null and enforcement is not null
             and on_unreachable is not null)),
  add check ((quota_limit is not null) = (kind = 'quota' and enforcement <> 'unlimited')),
  add unique (plan_version_id, meter_id, quota_window, quota_scope);

alter table quota_windows
  add column key_id text, -- null: of the whole customer
  drop constraint quota_windows_kind_check,
  add check (kind in ('minute', 'hour', 'day', 'month', 'billing_period'));
