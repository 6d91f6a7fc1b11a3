import type Stripe from 'stripe';

/**
 * What Stripe sends and the simulator keeps for an object of the SDK: decimals as strings, and ids
 * where the SDK's type also allows the expanded object.
 */
export type Wire<V> = string extends V
  ? Exclude<V, object>
  : V extends Stripe.Decimal
    ? string
    : V extends (infer Item)[]
      ? Wire<Item>[]
      : V extends object
        ? { [Key in keyof V]: Wire<V[Key]> }
        : V;

/** An invoice as kept: its lines are objects of their own. */
export type KeptInvoice = Omit<Wire<Stripe.Invoice>, 'lines' | 'payments' | 'confirmation_secret'>;
export type KeptCreditNote = Omit<Wire<Stripe.CreditNote>, 'lines'>;
export type KeptEvent = Omit<Wire<Stripe.EventBase>, 'data'> & {
  data: { object: Record<string, unknown>; previous_attributes?: Record<string, unknown> };
};
export type EventType = KeptEvent['type'];

/** Every kind of object, by what its `object` says. */
export interface Kinds {
  'billing_portal.configuration': Wire<Stripe.BillingPortal.Configuration>;
  'billing_portal.session': Wire<Stripe.BillingPortal.Session>;
  'checkout.session': Wire<Stripe.Checkout.Session>;
  'test_helpers.test_clock': Wire<Stripe.TestHelpers.TestClock>;
  balance_transaction: Wire<Stripe.BalanceTransaction>;
  charge: Wire<Stripe.Charge>;
  coupon: Wire<Stripe.Coupon>;
  credit_note: KeptCreditNote;
  credit_note_line_item: Wire<Stripe.CreditNoteLineItem>;
  customer: Wire<Stripe.Customer>;
  customer_balance_transaction: Wire<Stripe.CustomerBalanceTransaction>;
  discount: Wire<Stripe.Discount>;
  dispute: Wire<Stripe.Dispute>;
  event: KeptEvent;
  invoice: KeptInvoice;
  invoice_payment: Wire<Stripe.InvoicePayment>;
  invoiceitem: Wire<Stripe.InvoiceItem>;
  line_item: Wire<Stripe.InvoiceLineItem>;
  payment_intent: Wire<Stripe.PaymentIntent>;
  payment_method: Wire<Stripe.PaymentMethod>;
  price: Wire<Stripe.Price>;
  product: Wire<Stripe.Product>;
  refund: Wire<Stripe.Refund>;
  setup_intent: Wire<Stripe.SetupIntent>;
  tax_id: Wire<Stripe.TaxId>;
  tax_rate: Wire<Stripe.TaxRate>;
  webhook_endpoint: Wire<Stripe.WebhookEndpoint>;
}

export type Kind = keyof Kinds;

/** How ids of each kind begin; a coupon's id is what its maker chose. */
export const PREFIXES: Record<Kind, string> = {
  'billing_portal.configuration': 'bpc_',
  'billing_portal.session': 'bps_',
  'checkout.session': 'cs_test_',
  'test_helpers.test_clock': 'clock_',
  balance_transaction: 'txn_',
  charge: 'ch_',
  coupon: 'coupon_',
  credit_note: 'cn_',
  credit_note_line_item: 'cnli_',
  customer: 'cus_',
  customer_balance_transaction: 'cbtxn_',
  discount: 'di_',
  dispute: 'du_',
  event: 'evt_',
  invoice: 'in_',
  invoice_payment: 'inpay_',
  invoiceitem: 'ii_',
  line_item: 'il_',
  payment_intent: 'pi_',
  payment_method: 'pm_',
  price: 'price_',
  product: 'prod_',
  refund: 're_',
  setup_intent: 'seti_',
  tax_id: 'txi_',
  tax_rate: 'txr_',
  webhook_endpoint: 'we_',
};

export const KINDS = Object.keys(PREFIXES) as Kind[];
