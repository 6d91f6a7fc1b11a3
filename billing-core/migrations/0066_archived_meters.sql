-- Nothing new can name an archived meter; what named it goes on.
alter table meters add column archived_at timestamptz;

-- What names a meter is looked for by it.
create index prices_meter on prices (meter_id) where meter_id is not null;
create index entitlements_meter on entitlements (meter_id) where meter_id is not null;
create index usage_value_faults_meter on usage_value_faults (meter_id, hour);
