-- The last frame that a batch of this boot holds. It moves with the boot's next sequence, so that a
-- process whose boot was ended by another one knows which of its frames are in the ledger.
alter table boots add column last_frame bigint not null default 0;
update boots b set last_frame = coalesce(
  (select max(u.last_frame) from usage_batches u
    where u.gateway_id = b.gateway_id and u.boot_id = b.boot_id), 0);
