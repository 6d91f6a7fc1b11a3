-- A version of a plan can be one customer's own: other prices and limits than everybody's.
alter table plan_versions add column for_customer text references customers;
create index plan_versions_own on plan_versions (for_customer) where for_customer is not null;
