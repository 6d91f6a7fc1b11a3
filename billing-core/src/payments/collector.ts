import type { Query } from '../kit/database.ts';
import type { Collection, CollectorState, PaymentPageWanted } from '../contract/collector.ts';
import { noObjection, type Objection } from '../invoicing/collectable.ts';
import { Fault } from '../kit/fault.ts';

/**
 * Who collects what invoices say. What opens a page or charges may talk to somebody else: not to be
 * called in a transaction.
 */
export type Collector = {
  /** Why it could not collect such an invoice, asked before that is final. */
  objectionTo: Objection;
  stateOf(customerId: string): Promise<CollectorState>;
  /** What came of collecting this invoice so far; of one that it was not told of, nothing. */
  collectionOf(customerId: string, invoiceId: string): Promise<Collection>;
  /** The address of a page of the collector's own. Throws `state_conflict` where there is none. */
  pageFor(customerId: string, wanted: PaymentPageWanted): Promise<string>;
  /** Charges the customer's card for this invoice now. Throws `state_conflict` saying why not. */
  charge(customerId: string, invoiceId: string): Promise<void>;
  /** By which method of a refund its money goes back through the collector, and how much of it. */
  refunds?: {
    method: string;
    /** In: the transaction in which it is ordered, the invoice's customer locked. Minor units. */
    refundable(sql: Query, invoiceId: string): Promise<bigint>;
  };
};

const byHand = (): Fault =>
  new Fault('state_conflict', { detail: 'Invoices are not paid by card here' });

/** Somebody writes down what came: `recordPayment`. */
export const manualCollector: Collector = {
  objectionTo: noObjection,
  stateOf: async () => ({ kind: 'manual', is_test: false, is_simulated: false, card: null }),
  collectionOf: async () => ({ failure: null }),
  pageFor: async () => {
    throw byHand();
  },
  charge: async () => {
    throw byHand();
  },
};
