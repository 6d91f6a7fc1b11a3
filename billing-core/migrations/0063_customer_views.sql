-- An admin looks at the customer side as a customer: with one session at one customer, for a while,
-- and that session changes nothing meanwhile. Rows stay: they say who looked, when and why.
create table customer_views (
  id          text        primary key,
  -- Without a reference: who signs out has no session any more, and has looked all the same.
  session_id  text        not null,
  user_id     text        not null,
  customer_id text        not null references customers,
  reason      text        not null,
  began_at    timestamptz not null,
  ends_at     timestamptz not null,
  ended_at    timestamptz,
  check (began_at < ends_at)
);
create unique index customer_views_session on customer_views (session_id) where ended_at is null;
create index customer_views_customer on customer_views (customer_id, id desc);
