-- Somebody was asked to become a member of a customer, by a letter to an address.
create table invitations (
  id          text        primary key,
  customer_id text        not null references customers,
  email       text        not null check (email = lower(email)),
  role        text        not null check (role in ('owner', 'billing', 'developer', 'viewer')),
  -- The link of the letter; sent again it is another one, and the one before opens nothing.
  token_hash  bytea       not null unique check (octet_length(token_hash) = 32),
  round       integer     not null default 1 check (round > 0),
  -- Without a reference: who invited may leave.
  invited_by  text        not null,
  created_at  timestamptz not null,
  expires_at  timestamptz not null check (expires_at > created_at),
  -- What became of the letter of this round.
  sent_at     timestamptz,
  refused_at  timestamptz,
  said        text,
  accepted_at timestamptz,
  accepted_by text,
  revoked_at  timestamptz,
  check ((accepted_at is null) = (accepted_by is null)),
  check (accepted_at is null or revoked_at is null)
);
create unique index invitations_one_open on invitations (customer_id, email)
  where accepted_at is null and revoked_at is null;
create index invitations_customer on invitations (customer_id, id desc);
