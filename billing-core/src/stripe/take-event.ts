import type { StripeKit } from './kit.ts';
import { takePayer } from './payer.ts';
import { invoicePaidBy, linkOf, payerAt } from './store.ts';
import { takeDispute } from './take-dispute.ts';
import { takeInvoice } from './take-invoice.ts';
import { takeSession } from './take-session.ts';

/** What an event is about: what is fetched anew, whatever the event itself says of it. */
export type Subject = {
  kind: 'invoice' | 'payer' | 'intent' | 'session' | 'dispute';
  id: string;
};

const idOf = (value: unknown): string | undefined => {
  if (typeof value === 'string') return value;
  const { id } = (value ?? {}) as { id?: unknown };
  return typeof id === 'string' ? id : undefined;
};

type Told = { id?: unknown; object?: unknown; [field: string]: unknown };

const named = (kind: Subject['kind'], value: unknown): Subject[] => {
  const id = idOf(value);
  return id === undefined ? [] : [{ kind, id }];
};

/** By the type of the object in it; of a type that nobody knows there is nothing to fetch. */
export function subjectsOf(object: unknown): Subject[] {
  const told = (object ?? {}) as Told;
  switch (told.object) {
    case 'invoice':
      return named('invoice', told.id);
    case 'invoice_payment':
    case 'credit_note':
      return named('invoice', told['invoice']);
    case 'charge':
    case 'refund':
      return named('intent', told['payment_intent']);
    case 'dispute':
      return named('dispute', told.id);
    case 'checkout.session':
      return named('session', told.id);
    case 'customer':
      return named('payer', told.id);
    case 'payment_method':
    case 'setup_intent':
      return named('payer', told['customer']);
    default:
      return [];
  }
}

/** Takes over what a subject is at Stripe now. What is not ours is left alone. */
export async function takeSubject(kit: StripeKit, { kind, id }: Subject): Promise<void> {
  if (kind === 'invoice') return takeInvoice(kit, id);
  if (kind === 'session') return takeSession(kit, id);
  if (kind === 'dispute') return takeDispute(kit, id);
  if (kind === 'payer') {
    return (await payerAt(kit.sql, id)) === undefined ? undefined : takePayer(kit, id);
  }
  const invoice = await invoicePaidBy(kit.sql, id);
  const link = invoice === undefined ? undefined : await linkOf(kit.sql, invoice);
  return link === undefined ? undefined : takeInvoice(kit, link.stripe_id);
}
