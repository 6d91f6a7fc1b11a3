-- What a customer's keys may be given, what each has of it, and from where it may be used.
alter table customers add column key_scopes text[] not null default '{}';
alter table api_keys
  add column scopes   text[] not null default '{}',
  add column ip_allow text[] not null default '{}',
  add column ip_deny  text[] not null default '{}';
