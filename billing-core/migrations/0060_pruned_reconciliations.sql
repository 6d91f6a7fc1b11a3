-- What a comparison of the books found is kept for so long, and its stages for good.
alter table reconciliations
  -- When its totals and differences went; null: they are there.
  add column pruned_at timestamptz;
create index reconciliations_whole on reconciliations (id) where pruned_at is null;
