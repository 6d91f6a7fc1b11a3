-- Feed, audit and idempotency: what every module writes beside its own facts.

-- Feed and outbox in one. The number is taken under one advisory transaction lock, as the
-- last lock of the transaction, so numbers commit in order and a reader by cursor skips none.
create table changes (
  number     bigint generated always as identity primary key,
  kind       text        not null,
  subject_id text        not null,
  at         timestamptz not null default clock_timestamp()
);

create table audit_entries (
  id         text        primary key,
  at         timestamptz not null default now(),
  actor_kind text        not null check (actor_kind in ('token', 'user', 'system')),
  actor_id   text        not null,
  action     text        not null,
  subject_id text        not null,
  request_id text,
  detail     jsonb       not null default '{}'
);
create index audit_entries_subject on audit_entries (subject_id, id desc);

-- The answer is encrypted under the client's own key, of which only a hash is kept: an answer
-- may hold a secret that is shown once.
create table idempotency_keys (
  key_hash    bytea       primary key,
  fingerprint bytea       not null,
  status      integer     not null,
  answer      bytea       not null,
  created_at  timestamptz not null default now()
);
create index idempotency_keys_created on idempotency_keys (created_at);
