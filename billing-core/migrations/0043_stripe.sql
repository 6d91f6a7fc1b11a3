-- What Stripe has of what is ours, what it is still to be told, and what it told.

-- How far Stripe was told of the changes, and of its events were asked for. Invoices of before
-- Stripe collected are none of its business.
create table stripe_feed (
  one          boolean     primary key default true check (one),
  cursor       bigint      not null,
  began_at     timestamptz not null,
  -- Stripe's time: all of its events until then are here.
  events_until timestamptz not null
);

-- Customers of whom Stripe is to be told something.
create sequence stripe_wants;
create table stripe_queue (
  customer_id   text        primary key references customers,
  -- Which asking it is: told of is what was asked by then, and a later one comes again.
  wanted        bigint      not null default nextval('stripe_wants'),
  -- One core at a time tells of a customer, to spare effort: two do no harm. And a try that Stripe
  -- was not there for waits until then.
  claimed_until timestamptz not null default '-infinity',
  tries         integer     not null default 0,
  -- Why the last try failed.
  said          text        not null default '',
  -- It could not be told, and is left to a job of its own.
  is_stuck      boolean     not null default false
);
create index stripe_queue_claimed on stripe_queue (claimed_until) where not is_stuck;

-- What makes something at Stripe, written down before it is asked for the first time: so that what
-- is asked again is the same, under the same key, whoever asks.
create table stripe_calls (
  -- What for, and of what of ours: invoice:inv_…
  name         text        primary key,
  params       jsonb       not null,
  -- Part of the key. Another one once it is known that the one before made nothing.
  attempt      integer     not null default 1,
  -- trying: the answer is not known. spent: nor will the key tell. refused: nothing was made.
  state        text        not null default 'trying'
                           check (state in ('trying', 'spent', 'refused', 'done')),
  -- When this attempt began: Stripe forgets keys.
  attempted_at timestamptz not null,
  first_at     timestamptz not null,
  stripe_id    text,
  check ((state = 'done') = (stripe_id is not null))
);
create unique index stripe_calls_made on stripe_calls (stripe_id) where name not like 'lines:%';

create table stripe_customers (
  customer_id text        primary key references customers,
  stripe_id   text        not null unique,
  -- What Stripe was told of it last.
  told        jsonb       not null,
  -- The card that is charged: brand, last4, and when it expires.
  card        jsonb,
  is_deleted  boolean     not null default false
);

create table stripe_invoices (
  invoice_id  text        primary key references invoices,
  customer_id text        not null references customers,
  stripe_id   text        not null unique,
  -- Stripe's, as it was seen last. Paid and void are the last ones.
  status      text        not null default 'draft',
  -- Our state and what of it Stripe was told.
  told        text        not null default '',
  hosted_url  text,
  -- Why it was not paid, in Stripe's words; empty: nothing went wrong.
  failure     text        not null default ''
);
create index stripe_invoices_customer on stripe_invoices (customer_id);

-- Money that came or went back through Stripe, and the row in which we have it.
create table stripe_money (
  stripe_id  text primary key,
  payment_id text not null unique references payments,
  invoice_id text not null references invoices,
  intent     text
);
create index stripe_money_invoice on stripe_money (invoice_id);
create index stripe_money_intent on stripe_money (intent);

-- What Stripe told, each once, stored before it is acted on.
create table stripe_events (
  id          text        primary key,
  type        text        not null,
  -- The object that it is about, which is fetched anew.
  object_id   text,
  payload     jsonb       not null,
  -- Stripe's time.
  created_at  timestamptz not null,
  received_at timestamptz not null,
  source      text        not null check (source in ('webhook', 'list')),
  applied_at  timestamptz,
  claimed_until timestamptz not null default '-infinity',
  tries       integer     not null default 0,
  is_stuck    boolean     not null default false
);
create index stripe_events_waiting on stripe_events (created_at, id) where applied_at is null;
create index stripe_events_newest on stripe_events (created_at desc, id desc);
