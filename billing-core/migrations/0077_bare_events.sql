-- Of Stripe's events only which object each is about is kept: whatever is done about it goes by the
-- object as it is fetched then. They have names, addresses of mail and of computers, of people whom
-- nothing leads to: a refund or a review names no customer, an account has others' customers too,
-- and behind a restore Stripe tells of somebody whom this database never knew at Stripe.
create or replace function keep_event_bare() returns trigger language plpgsql as $$
begin
  new.payload := bare_event(new.payload);
  return new;
end $$;
drop function dispute_event(jsonb);
update stripe_events set payload = bare_event(payload)
 where payload is distinct from bare_event(payload);
