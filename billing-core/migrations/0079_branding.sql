-- What the business that runs this is called and looks like, to those who use its portal.
create table branding (
  one     boolean primary key default true check (one),
  -- Null: the product's own name.
  name    text    check (char_length(name) between 1 and 60),
  -- A colour as CSS writes it; the portal takes a lightness of it that can be read.
  accent  text    check (accent ~ '^#[0-9a-f]{6}$'),
  -- Where people turn for help: an e-mail address or an https URL.
  support text    check (char_length(support) between 1 and 300)
);
insert into branding default values;
