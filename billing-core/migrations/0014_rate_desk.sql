-- Which core divides the rate limits, for the others to ask it. Whoever holds the advisory lock
-- writes this row, and renews it every second: a holder that stopped without dying is seen by it.
create table rate_desk (
  one        boolean     primary key default true check (one),
  -- Of the present term; each term has a larger one, also after a restore.
  number     bigint      not null default 0,
  -- Where its core answers other cores.
  address    text        not null default '',
  renewed_at timestamptz not null default now()
);
insert into rate_desk default values;
