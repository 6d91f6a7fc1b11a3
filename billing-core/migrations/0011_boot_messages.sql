-- A sync that comes twice, or behind a later one, must lend nothing: its till may never hear of it.
alter table boots add column last_message bigint not null default 0;
