-- Off until it is switched on again; revoked is for ever.
alter table api_keys add column disabled_at timestamptz;
