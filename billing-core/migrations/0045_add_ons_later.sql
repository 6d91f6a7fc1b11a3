-- Add-ons that begin or end with a period are dated ahead; somebody looks at the subscription then.
alter table subscriptions add column items_at timestamptz;
alter table subscriptions alter column due_at set expression as
  (case when canceled_at is null
        then least(pending_at, items_at, case when trial_settled_at is null then trial_ends_at end)
   end);
