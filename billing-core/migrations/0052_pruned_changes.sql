-- Changes are kept for a while, and for whoever has not read them; the rest is pruned. How far, by
-- feed: who read no further than that is told to read all anew. The newest one of a feed stays.
create table change_floors (
  feed         text   primary key check (feed in ('facts', 'money')),
  pruned_until bigint not null default 0
);
insert into change_floors (feed) values ('facts'), ('money');
