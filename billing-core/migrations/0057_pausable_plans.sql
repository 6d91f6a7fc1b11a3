-- Whether customers may pause their own subscriptions to a plan; admins may always.
alter table plans add column pausable boolean not null default false;
