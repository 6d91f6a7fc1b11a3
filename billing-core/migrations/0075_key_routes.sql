-- Which routes a key may be used for; without any, for all. Of no table: one that is deleted stays
-- named, so that a key of which no route is left may be used for none.
alter table api_keys add column route_ids text[] not null default '{}';
