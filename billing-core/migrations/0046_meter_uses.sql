-- What a customer used of each meter in all, by its newest roll: who may have passed something is found
-- by meter. A sum over all meters grew by bytes where requests were what is told of.
create table usage_meter_uses (
  customer_id text           not null,
  meter_id    text           not null,
  last_roll   bigint         not null,
  -- Billable, in the meter's smallest parts; what a correction takes away is not taken off.
  used        numeric(40, 0) not null,
  primary key (customer_id, meter_id)
) with (fillfactor = 50);

-- Whoever is not looked at again by its next use was looked at before.
alter table usage_last_rolls drop column used;
