-- Writing every roll into the hours too was half of the roller's work, again and again for the same
-- rows. A minute is now folded into its hour once, when it is over; later usage of a folded minute
-- goes to both at once. Exactly: the hours hold the usage of the minutes before this one.
create table hour_folds (
  one    boolean primary key default true check (one),
  minute bigint  not null
);
insert into hour_folds (minute)
select greatest(floor(extract(epoch from now()) / 60)::bigint, max(minute) + 1)
  from usage_rollups;
