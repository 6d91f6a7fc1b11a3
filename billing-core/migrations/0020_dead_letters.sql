-- A dead letter keeps what its header said, so that it can be recorded after all by a core that can
-- read it; and what became of it.
alter table usage_dead_letters
  add column first_frame bigint,
  add column last_frame  bigint,
  add column entries     bigint,
  add column watermark   bigint,
  add column resolution  text check (resolution in ('recorded', 'discarded')),
  add column note        text,
  add constraint usage_dead_letters_resolved
    check ((resolved_at is null) = (resolution is null));
