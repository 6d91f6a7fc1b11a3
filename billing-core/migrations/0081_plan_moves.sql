-- Everybody on one plan version moved to another, one subscription after the other: what was asked,
-- and what became of each. Which those are is written down with the asking.
create table plan_moves (
  id           text        primary key,
  from_version text        not null references plan_versions,
  to_version   text        not null references plan_versions,
  -- As it was asked: 'now', 'period_end', or a time to come.
  at           text        not null,
  state        text        not null default 'running'
                           check (state in ('running', 'done', 'canceled')),
  -- Who asked, or asked again: each step is theirs.
  actor_kind   text        not null,
  actor_id     text        not null,
  created_at   timestamptz not null,
  ended_at     timestamptz,
  check (from_version <> to_version),
  check ((state = 'running') = (ended_at is null))
);
-- Two at once would take subscriptions from each other.
create unique index plan_moves_running on plan_moves (from_version) where state = 'running';
create index plan_moves_from on plan_moves (from_version, id);

create table plan_move_subscriptions (
  move_id         text        not null references plan_moves,
  subscription_id text        not null references subscriptions,
  -- Passed over: by its turn it was canceled, elsewhere, or to be moved there already.
  state           text        not null default 'waiting'
                              check (state in ('waiting', 'moved', 'passed_over', 'failed')),
  -- Of one that failed: the problem that its own step would have been answered with.
  code            text,
  detail          text,
  at              timestamptz,
  primary key (move_id, subscription_id),
  check ((state = 'waiting') = (at is null)),
  check ((state = 'failed') = (code is not null))
);
create index plan_move_subscriptions_by_state
  on plan_move_subscriptions (move_id, state, subscription_id);
