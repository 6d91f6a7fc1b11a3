-- What customers ask for beyond their quotas, and what they are answered.
create table quota_requests (
  id            text        primary key,
  customer_id   text        not null references customers,
  -- Null: who asked is no user any more.
  asked_by      text        references users on delete set null,
  meter_id      text        not null references meters,
  quota_window  text        not null,
  quota_scope   text        not null,
  -- Scaled units of the meter: what held when it was asked, and what is asked for.
  limit_then    bigint      not null check (limit_then >= 0),
  limit_asked   bigint      not null check (limit_asked > limit_then),
  reason        text        not null,
  state         text        not null default 'open'
                check (state in ('open', 'granted', 'declined', 'withdrawn')),
  answer        text        not null default '',
  answered_at   timestamptz check ((answered_at is null) = (state = 'open')),
  created_at    timestamptz not null
);
-- One at a time for each quota: a second one says nothing new.
create unique index quota_requests_open
  on quota_requests (customer_id, meter_id, quota_window, quota_scope) where state = 'open';
create index quota_requests_of_customer on quota_requests (customer_id, id);
create index quota_requests_of_state on quota_requests (state, id);
create trigger quota_requests_noted after insert or update or delete on quota_requests
  for each row execute function note_change();
