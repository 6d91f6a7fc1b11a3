-- An add-on puts units on top of those that a price of the plan includes.
alter table entitlements
  -- Units x 10^scale of the meter, of each one of the add-on.
  add column included_units bigint check (included_units > 0),
  drop constraint entitlements_kind_check,
  add constraint entitlements_kind_check
    check (kind in ('quota', 'rate_limit', 'feature', 'included_units')),
  add constraint entitlements_included_units
    check ((kind = 'included_units') = (included_units is not null)),
  add constraint entitlements_included_of_meter
    check (kind <> 'included_units' or meter_id is not null);
create unique index entitlements_included_once on entitlements (plan_version_id, meter_id)
  where kind = 'included_units';
