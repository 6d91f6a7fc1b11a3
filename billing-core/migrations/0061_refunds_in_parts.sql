-- A refund goes against each of the payments that it gives back: one entry, made at Stripe in parts.
alter table stripe_money
  drop constraint stripe_money_payment_id_key,
  -- What of its entry this is; null: all of it.
  add column part numeric(30, 0) check (part > 0);
create index stripe_money_payment on stripe_money (payment_id);
