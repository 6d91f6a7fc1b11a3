-- What a customer is told. `subject` names the window, the trial or the invoice that it is about: it
-- decides that a thing is told once, whichever core sees it, and however often.
create table notices (
  id          text        primary key,
  customer_id text        not null references customers,
  kind        text        not null check (kind in ('quota', 'included_units', 'trial_ending',
                            'payment_failed', 'payment_reminder', 'access_ended')),
  subject     text        not null,
  title       text        not null,
  body        text        not null,
  -- Where the portal has more of it, below the customer; empty: nowhere.
  path        text        not null,
  detail      jsonb       not null,
  at          timestamptz not null,
  constraint notices_once unique (customer_id, kind, subject)
);
create index notices_customer on notices (customer_id, id desc);
create trigger notices_grow before update or delete on notices
  for each row execute function refuse_any_change();
create trigger notices_no_truncate before truncate on notices
  for each statement execute function refuse_truncate();

-- One e-mail of a notice to one address; what is to be sent is written down with the notice itself.
create table notice_letters (
  id        text        primary key,
  notice_id text        not null references notices,
  address   text        not null,
  -- waiting: nobody was asked to send it yet. sending: a try began and its end is not known.
  state     text        not null default 'waiting'
                        check (state in ('waiting', 'asked', 'sending', 'sent', 'refused')),
  tries     integer     not null default 0,
  -- A try ended without a word, as when its core was killed: it may have been sent twice.
  unsure    boolean     not null default false,
  -- What the mail server said last.
  said      text,
  sent_at   timestamptz,
  unique (notice_id, address),
  check ((state = 'sent') = (sent_at is not null))
);
create index notice_letters_waiting on notice_letters (id) where state = 'waiting';

create table notice_reads (
  notice_id text        not null references notices,
  user_id   text        not null references users on delete cascade,
  read_at   timestamptz not null,
  primary key (notice_id, user_id)
);

-- Where a customer's e-mails go, and of what; a customer without a row gets all of them.
create table notice_settings (
  customer_id text   primary key references customers,
  -- Null: to its owners and those who see to its bills.
  addresses   text[],
  mailed      text[] not null
);
create trigger notice_settings_noted after insert or update or delete on notice_settings
  for each row execute function note_change();

-- How far the usage is looked through for what customers are to be told of.
create table notice_watch (
  one         boolean primary key default true check (one),
  roll        bigint  not null,
  -- Of the customers with usage in that roll, those up to this one.
  customer_id text    not null
);
insert into notice_watch (roll, customer_id)
select coalesce(max(roll_number), 0), '' from usage_batches;

create index subscriptions_trials on subscriptions (trial_ends_at) where canceled_at is null;
