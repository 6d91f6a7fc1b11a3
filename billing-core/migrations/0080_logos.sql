-- A small picture beside the name; what it is is told by its first bytes, not by who sent it.
alter table branding
  add column logo      bytea check (octet_length(logo) between 1 and 32768),
  add column logo_type text  check (logo_type in ('image/png', 'image/jpeg', 'image/webp')),
  add constraint branding_logo check ((logo is null) = (logo_type is null));
