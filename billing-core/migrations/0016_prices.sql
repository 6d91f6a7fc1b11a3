-- Every kind of price: tiers, packages, percentages; minimum, maximum and discount of each.

-- How parts of a period count: time by time, or whole calendar days.
alter table plan_versions
  add column proration text not null default 'second' check (proration in ('second', 'day'));

alter table prices
  drop constraint prices_model_check,
  drop constraint prices_check,
  drop constraint prices_check1,
  add column billed           text          check (billed in ('in_advance', 'in_arrears')),
  add column minimum_amount   numeric(30, 0) check (minimum_amount >= 0),
  add column maximum_amount   numeric(30, 0) check (maximum_amount >= minimum_amount),
  add column discount_percent numeric(15, 12) not null default 0
                              check (discount_percent between 0 and 100),
  -- Of tiered prices: whether the first tier's flat amount is due when nothing is to be paid for.
  add column zero_usage_flat  text check (zero_usage_flat in ('due', 'waived')),
  add column package_size     numeric(30, 9) check (package_size > 0),
  add column package_amount   numeric(40, 12),
  add column package_rounding text check (package_rounding in ('up', 'down')),
  -- Percent of what the meter counts, which is money in major or minor units.
  add column rate             numeric(16, 12),
  add column fixed_amount     numeric(40, 12),
  add column free_events      integer check (free_events >= 0),
  add column free_amount      numeric(30, 9),
  add column event_minimum    numeric(40, 12),
  add column event_maximum    numeric(40, 12) check (event_maximum >= event_minimum),
  add column quantity_in      text check (quantity_in in ('major', 'minor')),
  add unique (id, plan_version_id);

-- What was sold as a flat price so far is a base fee. No amount changes, so a published version
-- stays what it was; only the new column gets its meaning.
alter table prices disable trigger prices_immutable;
update prices set billed = 'in_advance' where model = 'flat';
alter table prices enable trigger prices_immutable;

-- A price has what its model asks for and nothing of another.
alter table prices
  add constraint prices_model check (model in ('flat', 'per_unit', 'graduated', 'volume',
    'package', 'graduated_package', 'percentage', 'graduated_percentage')),
  add constraint prices_flat check (model <> 'flat'
    or num_nonnulls(minimum_amount, maximum_amount) = 0
       and included_units = 0 and discount_percent = 0),
  add constraint prices_amount check ((model = 'flat') = (amount is not null)),
  add constraint prices_billed check ((model = 'flat') = (billed is not null)),
  add constraint prices_meter check ((model = 'flat') = (meter_id is null)),
  add constraint prices_unit_amount check ((model = 'per_unit') = (unit_amount is not null)),
  add constraint prices_zero_usage_flat check (
    (model in ('graduated', 'volume', 'graduated_package', 'graduated_percentage'))
      = (zero_usage_flat is not null)),
  add constraint prices_package check (
    num_nonnulls(package_size, package_amount) = case when model = 'package' then 2 else 0 end),
  add constraint prices_package_rounding check (
    (model in ('package', 'graduated_package')) = (package_rounding is not null)),
  add constraint prices_rate check ((model = 'percentage') = (rate is not null)),
  add constraint prices_events check (
    num_nonnulls(fixed_amount, free_events, free_amount, quantity_in)
      = case when model in ('percentage', 'graduated_percentage') then 4 else 0 end),
  add constraint prices_event_bounds check (model in ('percentage', 'graduated_percentage')
    or num_nonnulls(event_minimum, event_maximum) = 0);

create table price_tiers (
  price_id        text    not null,
  plan_version_id text    not null,
  position        integer not null,
  -- The last unit of the tier; null where it has no end.
  up_to           numeric(30, 9)  check (up_to > 0),
  flat_amount     numeric(40, 12) not null,
  unit_amount     numeric(40, 12),
  package_size    numeric(30, 9)  check (package_size > 0),
  package_amount  numeric(40, 12),
  rate            numeric(16, 12),
  primary key (price_id, position),
  foreign key (price_id, plan_version_id) references prices (id, plan_version_id)
    on delete cascade,
  check (num_nonnulls(unit_amount, package_amount, rate) = 1),
  check ((package_size is null) = (package_amount is null))
);
create index price_tiers_version on price_tiers (plan_version_id);
create trigger price_tiers_immutable before insert or update or delete on price_tiers
  for each row execute function refuse_published_change();
create trigger price_tiers_no_truncate before truncate on price_tiers
  for each statement execute function refuse_truncate();
