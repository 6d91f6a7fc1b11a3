-- What the books said when they were compared, and where they differed. Kept: what was repaired is
-- written beside it.
create table reconciliations (
  id           text        primary key,
  state        text        not null default 'running'
                           check (state in ('running', 'clean', 'different', 'failed')),
  requested_by text        not null,
  since        timestamptz not null,
  began_at     timestamptz not null,
  ended_at     timestamptz,
  said         text        not null default '',
  stages       jsonb       not null default '[]',
  check ((state = 'running') = (ended_at is null))
);
create table reconciliation_differences (
  reconciliation_id text    not null references reconciliations,
  position          integer not null,
  stage             text    not null,
  kind              text    not null,
  customer_id       text    references customers,
  subject_id        text    not null,
  here              text    not null,
  there             text    not null,
  detail            jsonb   not null,
  repaired_at       timestamptz,
  primary key (reconciliation_id, position)
);
