-- Plans and prices as Stripe has them, where it is told of them: for its reports alone.
create table stripe_catalog (
  -- A plan's, or a price's.
  id        text  primary key,
  stripe_id text  not null unique,
  -- What Stripe was told of it last, of what can change.
  told      jsonb not null
);
