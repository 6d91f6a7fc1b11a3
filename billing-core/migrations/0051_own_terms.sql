-- A version of a plan can be one customer's own: other prices and limits than everybody's.
alter table plan_versions add column customer_id text references customers;
create index plan_versions_customer on plan_versions (customer_id) where customer_id is not null;
