-- The hours without key and route: the totals of a period read a few rows an hour, however many
-- keys and routes a customer has. Written with the hours, from the same folds.
create table usage_totals (
  customer_id text           not null,
  hour        bigint         not null,
  meter_id    text           not null,
  outcome     text           not null,
  billable    boolean        not null,
  requests    numeric(30, 0) not null,
  quantity    numeric(30, 0) not null,
  primary key (customer_id, hour, meter_id, outcome, billable)
) with (fillfactor = 50);
create index usage_totals_hour on usage_totals (hour);

insert into usage_totals
select customer_id, hour, meter_id, outcome, billable, sum(requests), sum(quantity)
  from usage_hours group by 1, 2, 3, 4, 5;
