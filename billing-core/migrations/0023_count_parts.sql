-- A gateway's running total of a customer may begin anew within a boot: it forgets those that did not
-- come for longest. A day's totals are then several rows, each counting from its own frame.
alter table gateway_counts add column since_frame bigint not null default 0;
alter table gateway_counts drop constraint gateway_counts_pkey;
alter table gateway_counts
  add primary key (gateway_id, boot_id, customer_id, meter_id, day, since_frame);
