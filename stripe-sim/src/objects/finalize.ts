import { emit } from '../world/events.ts';
import type { KeptInvoice } from '../world/kinds.ts';
import { clearTimers, setTimer } from '../world/timers.ts';
import { clockOf, timeFor, type World } from '../world/world.ts';
import { invalid } from '../wire/fault.ts';
import { moveCustomerBalance } from './balance.ts';
import { awaitPayment } from './invoice-payment.ts';
import { smallestCharge } from './money.ts';
import { taxIdsOf } from './tax-id.ts';
import { computeTotals } from './totals.ts';

export const ADVANCE_TASK = 'invoice.advance';
export const CHARGE_TASK = 'invoice.charge';
export const OVERDUE_TASK = 'invoice.overdue';

/** How long a draft waits, and an invoice that was finalized by hand. */
export const GRACE_SECONDS = 3600;

/**
 * Makes an invoice of a draft: it gets its number, its customer's data as they are now, its sums
 * and what is to the customer's credit; then it waits for a payment. One of nothing is paid.
 * https://docs.stripe.com/invoicing/integration/workflow-transitions
 */
export function finalize(
  world: World,
  invoice: KeptInvoice,
  { waitSeconds }: { waitSeconds: number },
): KeptInvoice {
  if (invoice.status !== 'draft') {
    throw invalid("This invoice is already finalized, you can't re-finalize a non-draft invoice.", {
      code: 'invoice_not_editable',
    });
  }
  failIfTold(world, invoice);
  clearTimers(world, ADVANCE_TASK, invoice.id);
  const now = timeFor(world, invoice.customer);
  computeTotals(world, invoice);
  copyCustomer(world, invoice);
  giveNumber(world, invoice);
  applyBalance(world, invoice);
  invoice.status = 'open';
  invoice.automatically_finalizes_at = null;
  invoice.effective_at ??= now;
  invoice.status_transitions.finalized_at = now;
  invoice.hosted_invoice_url = `${world.baseUrl}/i/${invoice.id}`;
  invoice.invoice_pdf = `${world.baseUrl}/i/${invoice.id}/pdf`;
  if (invoice.amount_due > 0) awaitPayment(world, invoice);
  emit(world, 'invoice.finalized', { object: invoice });
  if (invoice.amount_due === 0) {
    settle(world, invoice, 0);
    return invoice;
  }
  schedule(world, invoice, now + waitSeconds);
  return invoice;
}

function schedule(world: World, invoice: KeptInvoice, chargeAt: number): void {
  const clock = clockOf(world, invoice.customer);
  if (invoice.due_date !== null) {
    const at = Math.max(invoice.due_date, chargeAt);
    setTimer(world, { at, task: OVERDUE_TASK, subject: invoice.id, clock });
  }
  if (invoice.auto_advance !== true) return;
  if (invoice.collection_method === 'send_invoice') {
    emit(world, 'invoice.sent', { object: invoice });
    return;
  }
  invoice.next_payment_attempt = chargeAt;
  setTimer(world, { at: chargeAt, task: CHARGE_TASK, subject: invoice.id, clock });
}

// https://docs.stripe.com/api/events/types#event_types-invoice.finalization_failed
function failIfTold(world: World, invoice: KeptInvoice): void {
  if (world.finalizationFailures <= 0) return;
  world.finalizationFailures -= 1;
  const message = 'The tax location of the customer could not be determined.';
  invoice.last_finalization_error = {
    code: 'customer_tax_location_invalid',
    message,
    type: 'invalid_request_error',
  };
  emit(world, 'invoice.finalization_failed', { object: invoice });
  throw invalid(message, { code: 'customer_tax_location_invalid' });
}

/** Copies what an invoice shows of its customer. */
export function copyCustomer(world: World, invoice: KeptInvoice): void {
  const customer = world.tables.customer.get(invoice.customer ?? '');
  if (!customer) return;
  invoice.customer_address = customer.address ?? null;
  invoice.customer_email = customer.email;
  invoice.customer_name = customer.name ?? null;
  invoice.customer_phone = customer.phone ?? null;
  invoice.customer_shipping = customer.shipping;
  invoice.customer_tax_exempt = customer.tax_exempt ?? 'none';
  invoice.customer_tax_ids = taxIdsOf(world, customer.id).map(({ type, value }) => ({
    type,
    value,
  }));
}

// Numbers run per customer. https://docs.stripe.com/invoicing/customize#invoice-numbering-schemes
function giveNumber(world: World, invoice: KeptInvoice): void {
  const customer = world.tables.customer.get(invoice.customer ?? '');
  if (!customer || invoice.number !== null) return;
  const sequence = customer.next_invoice_sequence ?? 1;
  customer.next_invoice_sequence = sequence + 1;
  invoice.number = `${customer.invoice_prefix}-${String(sequence).padStart(4, '0')}`;
}

// https://docs.stripe.com/billing/customer/balance: an amount below the smallest charge is left for
// the next invoice.
function applyBalance(world: World, invoice: KeptInvoice): void {
  const customer = world.tables.customer.get(invoice.customer ?? '');
  const before = customer?.balance ?? 0;
  const owed = invoice.total + before;
  const isTooSmall = owed > 0 && owed < smallestCharge(invoice.currency);
  invoice.starting_balance = before;
  invoice.amount_due = isTooSmall ? 0 : Math.max(0, owed);
  invoice.amount_remaining = invoice.amount_due;
  invoice.ending_balance = owed - invoice.amount_due;
  const moved = invoice.ending_balance - before;
  if (!customer || moved === 0) return;
  moveCustomerBalance(world, customer.id, {
    amount: moved,
    currency: invoice.currency,
    type: isTooSmall ? 'invoice_too_small' : 'applied_to_invoice',
    invoice: invoice.id,
  });
}

/** Writes down that an invoice is paid. */
export function settle(world: World, invoice: KeptInvoice, paid: number): void {
  for (const task of [CHARGE_TASK, OVERDUE_TASK]) clearTimers(world, task, invoice.id);
  invoice.amount_paid += paid;
  invoice.amount_remaining = 0;
  invoice.attempted = true;
  invoice.auto_advance = false;
  invoice.next_payment_attempt = null;
  invoice.status = 'paid';
  invoice.status_transitions.paid_at = timeFor(world, invoice.customer);
  const customer = world.tables.customer.get(invoice.customer ?? '');
  if (customer) customer.delinquent = false;
  emit(world, 'invoice.paid', { object: invoice });
  emit(world, 'invoice.payment_succeeded', { object: invoice });
}
