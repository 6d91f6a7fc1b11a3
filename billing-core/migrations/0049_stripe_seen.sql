-- What an admin is shown of the way to Stripe and back.

-- Since when something of the customer is to be told.
alter table stripe_queue add column since timestamptz not null default now();

alter table stripe_events
  -- Nothing here follows events of this type; they are kept.
  add column unknown boolean not null default false,
  -- Why the last try to follow it failed.
  add column said    text    not null default '';

alter table stripe_feed
  -- When Stripe was last asked for all of its events.
  add column caught_up_at        timestamptz,
  -- When a delivery was last refused, told at most once a minute.
  add column delivery_refused_at timestamptz,
  -- That Stripe refuses the key, for what, and since when; null while it takes it.
  add column key_refused         jsonb;

create index stripe_events_delivered on stripe_events (received_at desc) where source = 'webhook';
