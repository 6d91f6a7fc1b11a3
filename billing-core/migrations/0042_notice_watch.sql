-- Who is looked at for what customers are to be told of. What a customer used in all, of whatever
-- meter, only grows: as long as it has not grown by what is left to the next thing to be told of,
-- its windows need not be read.
alter table usage_last_rolls
  -- Billable, in the smallest parts of each meter; what a correction takes away is not taken off.
  add column used numeric(40, 0) not null default 0;

-- Trials that ended up to then were looked at; who was not told of one before is told late.
alter table notice_watch add column trials_until timestamptz;

-- Customers about whom looking failed: a job of its own tries again, and nobody waits for it.
create table notice_troubles (
  customer_id text        primary key references customers,
  since       timestamptz not null,
  said        text        not null
);

-- How many letters went to an address of late.
create index notice_letters_address on notice_letters (address, id);
