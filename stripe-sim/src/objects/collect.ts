import { moveCustomerBalance } from './balance.ts';
import { change, emit } from '../world/events.ts';
import type { KeptInvoice, Kinds } from '../world/kinds.ts';
import { clearTimers, setTimer } from '../world/timers.ts';
import { clockOf, timeFor, type World } from '../world/world.ts';
import { invalid, StripeFault } from '../wire/fault.ts';
import { cardOf } from './cards.ts';
import { CHARGE_TASK, OVERDUE_TASK, settle } from './finalize.ts';
import {
  cancelInvoicePayment,
  defaultPayment,
  invoiceOfIntent,
  payPayment,
} from './invoice-payment.ts';
import {
  cancelPayment,
  failPayment,
  NOT_AUTHENTICATED,
  type Outcome,
  succeedPayment,
  tryPayment,
} from './payment-intent.ts';

type PaymentMethod = Kinds['payment_method'];

const DAY_SECONDS = 24 * 3600;
/** Declines after which the same card is not tried again. https://docs.stripe.com/declines/codes */
const HARD_DECLINES = ['lost_card', 'stolen_card'];

/** Out: what an invoice is charged to: its own method, else its customer's default. */
export function methodFor(world: World, invoice: KeptInvoice): PaymentMethod | undefined {
  const customer = world.tables.customer.get(invoice.customer ?? '');
  const id =
    invoice.default_payment_method ?? customer?.invoice_settings?.default_payment_method ?? '';
  return world.tables.payment_method.get(id);
}

/**
 * Tries to collect an open invoice. Any first attempt counts; later ones only when Stripe makes
 * them by itself. https://docs.stripe.com/api/invoices/object#invoice_object-attempt_count
 */
export function attempt(
  world: World,
  invoice: KeptInvoice,
  { method, isAutomatic }: { method: PaymentMethod | undefined; isAutomatic: boolean },
): Outcome | { is: 'no_method' } {
  const found = defaultPayment(world, invoice.id);
  if (!found) throw new Error(`${invoice.id} waits for no payment`);
  if (isAutomatic || invoice.attempt_count === 0) invoice.attempt_count += 1;
  invoice.attempted = true;
  const outcome: Outcome | { is: 'no_method' } = method
    ? tryPayment(world, found.intent, { method })
    : { is: 'no_method' };
  if (outcome.is === 'succeeded') {
    payPayment(world, found.payment, found.intent.amount);
    settle(world, invoice, found.intent.amount);
    return outcome;
  }
  if (outcome.is === 'requires_action') {
    emit(world, 'invoice.payment_action_required', { object: invoice });
  }
  scheduleRetry(world, invoice);
  emit(world, 'invoice.payment_failed', { object: invoice });
  return outcome;
}

/**
 * The retry schedule: some days after each failed attempt, and then what the settings say.
 * https://docs.stripe.com/billing/revenue-recovery/smart-retries
 */
function scheduleRetry(world: World, invoice: KeptInvoice): void {
  const customer = world.tables.customer.get(invoice.customer ?? '');
  if (customer) customer.delinquent = true;
  if (invoice.auto_advance !== true) return;
  clearTimers(world, CHARGE_TASK, invoice.id);
  const days = world.dunning.afterDays[invoice.attempt_count - 1];
  invoice.next_payment_attempt = null;
  if (days === undefined) {
    invoice.auto_advance = false;
    if (world.dunning.last === 'mark_uncollectible') {
      writeOff(world, invoice, 'max_payment_attempts');
    }
    return;
  }
  const at = timeFor(world, invoice.customer) + days * DAY_SECONDS;
  invoice.next_payment_attempt = at;
  const clock = clockOf(world, invoice.customer);
  setTimer(world, { at, task: CHARGE_TASK, subject: invoice.id, clock });
}

/** The attempt that a timer makes. */
export function automaticAttempt(world: World, id: string): void {
  const invoice = world.tables.invoice.get(id);
  if (invoice?.status !== 'open' || invoice.auto_advance !== true) return;
  const method = methodFor(world, invoice);
  if (method && isHard(world, invoice, method)) {
    invoice.attempt_count += 1;
    scheduleRetry(world, invoice);
    return;
  }
  attempt(world, invoice, { method, isAutomatic: true });
}

function isHard(world: World, invoice: KeptInvoice, method: PaymentMethod): boolean {
  const last = defaultPayment(world, invoice.id)?.intent.last_payment_error;
  const code = cardOf(world.cards.get(method.id)).declineCode;
  return last?.payment_method?.id === method.id && HARD_DECLINES.includes(code ?? '');
}

/**
 * Pays an invoice because somebody asked for it. Throws 402 when the card is declined or wants its
 * holder, 400 when there is no card. https://docs.stripe.com/api/invoices/pay
 */
export function pay(
  world: World,
  invoice: KeptInvoice,
  asked: { method?: PaymentMethod | undefined; isOutOfBand: boolean },
): KeptInvoice {
  if (invoice.status === 'paid') throw invalid('Invoice is already paid');
  if (invoice.status === 'void') throw invalid('Invoice is voided and cannot be paid');
  if (asked.isOutOfBand) return payOutOfBand(world, invoice);
  const method = asked.method ?? methodFor(world, invoice);
  if (!method) {
    throw invalid(
      'There is no `default_payment_method` set on this Customer or Invoice. Please set either ' +
        'an `invoice.default_payment_method` or a ' +
        '`customer.invoice_settings.default_payment_method` and try again.',
    );
  }
  const outcome = attempt(world, invoice, { method, isAutomatic: false });
  if (outcome.is === 'succeeded') return invoice;
  const intent = structuredClone(defaultPayment(world, invoice.id)?.intent);
  if (outcome.is === 'failed') {
    throw new StripeFault(402, { ...outcome.error, payment_intent: intent });
  }
  throw new StripeFault(402, {
    type: 'card_error',
    code: 'invoice_payment_intent_requires_action',
    message:
      'This payment requires additional user action before it can be completed successfully. ' +
      'Payment can be completed using the PaymentIntent associated with the invoice.',
    payment_intent: intent,
  });
}

function payOutOfBand(world: World, invoice: KeptInvoice): KeptInvoice {
  const amount = invoice.amount_remaining;
  dropPayment(world, invoice, 'automatic');
  invoice.amount_paid_off_stripe = amount;
  settle(world, invoice, amount);
  return invoice;
}

/** Ends 3D Secure, as the customer did it or did not. */
export function authenticatePayment(
  world: World,
  intent: Kinds['payment_intent'],
  isDone: boolean,
): void {
  if (intent.status !== 'requires_action') throw invalid('This PaymentIntent needs no action.');
  const method = world.tables.payment_method.get(intent.payment_method ?? '');
  if (!method) throw new Error(`${intent.id} has no payment method`);
  const outcome = isDone
    ? succeedPayment(world, intent, method)
    : failPayment(world, intent, { method, error: NOT_AUTHENTICATED });
  const invoice = invoiceOfIntent(world, intent.id);
  if (!invoice) return;
  if (outcome.is !== 'succeeded') {
    emit(world, 'invoice.payment_failed', { object: invoice });
    return;
  }
  const payment = defaultPayment(world, invoice.id)?.payment;
  if (payment) payPayment(world, payment, intent.amount);
  settle(world, invoice, intent.amount);
}

/**
 * Voids an invoice: it is as if it had never been owed.
 * https://docs.stripe.com/api/invoices/void
 */
export function voidInvoice(world: World, invoice: KeptInvoice): KeptInvoice {
  if (invoice.status !== 'open' && invoice.status !== 'uncollectible') {
    throw invalid(`You can only void an invoice that is open or uncollectible: ${invoice.status}`);
  }
  dropPayment(world, invoice, 'void_invoice');
  stop(world, invoice);
  giveBalanceBack(world, invoice);
  invoice.status = 'void';
  invoice.status_transitions.voided_at = timeFor(world, invoice.customer);
  emit(world, 'invoice.voided', { object: invoice });
  return invoice;
}

// https://docs.stripe.com/changelog/2019-12-03/customer-balances-returned-voided-invoices
function giveBalanceBack(world: World, invoice: KeptInvoice): void {
  const { customer, currency, id, starting_balance, ending_balance } = invoice;
  const amount = starting_balance - (ending_balance ?? starting_balance);
  if (amount === 0 || !customer) return;
  moveCustomerBalance(world, customer, {
    amount,
    currency,
    type: 'unapplied_from_invoice',
    invoice: id,
  });
}

/**
 * Writes an invoice off; it can still be paid.
 * https://docs.stripe.com/api/invoices/mark_uncollectible
 */
export function writeOff(
  world: World,
  invoice: KeptInvoice,
  reason: 'max_payment_attempts' | 'user_forgiven',
): KeptInvoice {
  if (invoice.status !== 'open') {
    throw invalid(`You can only mark an open invoice as uncollectible: ${invoice.status}`);
  }
  stop(world, invoice);
  invoice.status = 'uncollectible';
  invoice.status_details = { uncollectible: { reason } };
  invoice.status_transitions.marked_uncollectible_at = timeFor(world, invoice.customer);
  emit(world, 'invoice.marked_uncollectible', { object: invoice });
  return invoice;
}

function stop(world: World, invoice: KeptInvoice): void {
  for (const task of [CHARGE_TASK, OVERDUE_TASK]) clearTimers(world, task, invoice.id);
  invoice.auto_advance = false;
  invoice.next_payment_attempt = null;
}

/** Gives up the payment that an invoice waits for. */
export function dropPayment(
  world: World,
  invoice: KeptInvoice,
  reason: 'automatic' | 'void_invoice',
): void {
  const found = defaultPayment(world, invoice.id);
  if (found?.payment.status !== 'open') return;
  cancelPayment(world, found.intent, reason);
  cancelInvoicePayment(world, found.payment);
}

/** What a timer does when an invoice is due. */
export function overdue(world: World, id: string): void {
  const invoice = world.tables.invoice.get(id);
  if (invoice?.status === 'open') emit(world, 'invoice.overdue', { object: invoice });
}

/** Lets the amount of the payment that an invoice waits for follow what is left to pay. */
export function followRemaining(world: World, invoice: KeptInvoice): void {
  const found = defaultPayment(world, invoice.id);
  if (found?.payment.status !== 'open') return;
  if (invoice.amount_remaining === 0) {
    dropPayment(world, invoice, 'automatic');
    settle(world, invoice, 0);
    return;
  }
  found.payment.amount_requested = invoice.amount_remaining;
  found.intent.amount = invoice.amount_remaining;
}

/** Changes what may be changed of a finalized invoice. */
export function advanceFurther(world: World, invoice: KeptInvoice, auto: boolean): void {
  if (invoice.auto_advance === auto) return;
  const at = timeFor(world, invoice.customer);
  const isCharged = auto && invoice.status === 'open';
  if (!auto) stop(world, invoice);
  if (isCharged && invoice.collection_method === 'charge_automatically') {
    const clock = clockOf(world, invoice.customer);
    setTimer(world, { at, task: CHARGE_TASK, subject: invoice.id, clock });
  }
  const patch: Partial<KeptInvoice> = {
    auto_advance: auto,
    ...(isCharged && { next_payment_attempt: at }),
  };
  change(world, invoice, { patch, type: 'invoice.updated' });
}
