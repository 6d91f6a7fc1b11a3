-- Usage of a period that goes on is billed as soon as it comes to an amount, where a plan says so.
alter table plan_versions
  -- Minor units: what is used and not billed yet of a running period, before coupons and taxes.
  add column threshold_amount numeric(30, 0) check (threshold_amount > 0);

alter table billing_cycles
  -- Usage of the running period is looked through up to this roll; null: never was.
  add column threshold_roll bigint;

alter table invoices
  drop constraint invoices_reason_check,
  add constraint invoices_reason_check
    check (reason in ('period', 'fees', 'late', 'threshold', 'manual'));

-- A last part to which no batch came bills no range: it has what a minimum or the end makes due.
drop index invoice_lines_ledger;
create unique index invoice_lines_ledger
  on invoice_lines (subscription_id, price_id, from_minute, to_minute, roll_after)
  where meter_id is not null and roll_after < roll_until;
