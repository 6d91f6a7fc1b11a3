-- Rules that count what the response says: where they look, what is set aside until then, and
-- what is charged for a value that is missing or bad.
alter table route_meterings
  add column selector  text,
  add column max_cost  numeric(30, 9) check (max_cost >= 0),
  add column fallback  numeric(30, 9) check (fallback >= 0),
  add column max_value bigint check (max_value > 0),
  drop constraint route_meterings_source_check,
  add constraint route_meterings_source_check check (source in
    ('request', 'request_bytes', 'response_bytes', 'duration',
     'response_header', 'response_json', 'response_sse')),
  add constraint route_meterings_told check
    ((selector is not null and fallback is not null and max_value is not null)
      = (source in ('response_header', 'response_json', 'response_sse'))),
  drop constraint route_meterings_route_id_version_meter_id_source_key,
  add constraint route_meterings_rule
    unique nulls not distinct (route_id, version, meter_id, source, selector);

-- Billed requests whose value in the response was missing or bad; written with their batch.
create table usage_value_faults (
  route_id    text   not null,
  hour        bigint not null,
  meter_id    text   not null,
  fault       text   not null,
  customer_id text   not null,
  requests    bigint not null,
  primary key (route_id, hour, meter_id, fault, customer_id)
);
