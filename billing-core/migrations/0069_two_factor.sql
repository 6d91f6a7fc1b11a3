-- A second factor of sign-in: codes of an authenticator app, and recovery codes. Both are sealed
-- with AUTH_SECRET; in the shape better-auth asks for, with our names.
alter table users add column two_factor_enabled boolean not null default false;

create table two_factors (
  id                        text        primary key,
  user_id                   text        not null unique references users on delete cascade,
  secret                    text        not null,
  backup_codes              text        not null,
  -- False while it is being set up: nothing asks for a code yet.
  verified                  boolean     not null default false,
  -- Wrong codes at sign-in one after the other, over all tries: past ten it waits.
  failed_verification_count integer     not null default 0,
  locked_until              timestamptz
);
