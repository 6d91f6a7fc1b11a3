-- What looks at customers have found, for a core that starts: read anew, the windows of 10,000 customers
-- took over ten seconds, by which notices were late after each restart.
create table notice_headrooms (
  customer_id text        primary key references customers,
  -- By meter: what the customer had used in all, and up to which total there is nothing to be told.
  meters      jsonb       not null,
  -- Nothing is known from then on.
  until       timestamptz not null,
  -- Of later changes in the feed it knows nothing.
  change      bigint      not null
);
create index notice_headrooms_until on notice_headrooms (until);
