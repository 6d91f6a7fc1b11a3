-- An add-on is bought beside a plan: a flat price, and what it raises of the plan's quotas.
alter table plans
  add column kind text not null default 'plan' check (kind in ('plan', 'add_on')),
  add constraint plans_offered check (kind = 'plan' or not (self_serve or self_serve_default));
alter table plan_versions
  -- Of an add-on: due once for each period, or once.
  add column charged text not null default 'recurring' check (charged in ('recurring', 'once'));

-- Add-ons of a subscription, each from then until then; another quantity is another row.
create table subscription_items (
  id              text        primary key,
  subscription_id text        not null references subscriptions,
  plan_version_id text        not null references plan_versions,
  quantity        integer     not null check (quantity between 1 and 1000000),
  starts_at       timestamptz not null,
  ends_at         timestamptz,
  check (ends_at >= starts_at)
);
create unique index subscription_items_one on subscription_items (subscription_id, plan_version_id)
  where ends_at is null;
create trigger subscription_items_no_truncate before truncate on subscription_items
  for each statement execute function refuse_truncate();
create trigger subscription_items_noted after insert or update or delete on subscription_items
  for each row execute function note_change();

alter table subscription_charges
  drop constraint subscription_charges_cause_check,
  add constraint subscription_charges_cause_check check (cause in
    ('start', 'trial_end', 'change', 'pause', 'resume', 'cancel', 'add_on'));
