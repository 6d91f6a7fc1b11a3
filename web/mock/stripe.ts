import type { Hono } from 'hono';
import type { Collection, Dispute } from '@tollgate/billing-core/contract/dispute.ts';
import type {
  StripeEvent,
  StripeQueued,
  StripeState,
} from '@tollgate/billing-core/contract/stripe.ts';
import { found, page } from './http.ts';
import { ago, type MockState } from './state.ts';

export interface MockStripe {
  state: StripeState;
  events: StripeEvent[];
  queue: StripeQueued[];
  disputes: Dispute[];
  /** What of each invoice is at Stripe. */
  collection: Omit<Collection, 'disputes'>;
}

const NOTHING = { stripe: null, refundable: '0', refunds: [], trouble: '' };

/** Somebody writes down what comes. */
export const noStripe = (): MockStripe => ({
  state: {
    mode: null,
    api_version: null,
    api_base: null,
    began_at: null,
    key_refused: null,
    webhook: {
      url: 'http://localhost/api/webhooks/stripe',
      secrets: 0,
      last_received_at: null,
      last_refused_at: null,
    },
    catch_up: {
      last_at: null,
      until: null,
    },
    queue: {
      waiting: 0,
      stuck: 0,
      oldest_since: null,
    },
    events: {
      waiting: 0,
      failed: 0,
    },
  },
  events: [],
  queue: [],
  disputes: [],
  collection: { ...NOTHING },
});

const HOUR_MS = 3_600_000;

/** One that works, with a customer that is stuck and an event that failed. */
const localStripe = (): StripeState => ({
  mode: 'local',
  api_version: '2026-10-28.endive',
  api_base: 'http://127.0.0.1:4006',
  began_at: ago(100 * HOUR_MS),
  key_refused: null,
  webhook: {
    url: 'http://localhost/api/webhooks/stripe',
    secrets: 1,
    last_received_at: ago(60_000),
    last_refused_at: null,
  },
  catch_up: {
    last_at: ago(30_000),
    until: ago(30_000),
  },
  queue: {
    waiting: 0,
    stuck: 1,
    oldest_since: ago(3 * HOUR_MS),
  },
  events: {
    waiting: 0,
    failed: 1,
  },
});

type Named = { id: string; name: string };
type Numbered = { id: string; number: string };

const disputed = (customer: Named, invoice: Numbered): Dispute => ({
  id: 'du_1',
  customer,
  invoice,
  currency: 'USD',
  amount: '7697',
  reason: 'fraudulent',
  state: 'open',
  status: 'needs_response',
  closed_at: null,
  evidence_due_by: ago(-200 * HOUR_MS),
  has_evidence: false,
  payment_id: null,
  opened_at: ago(HOUR_MS),
  url: 'https://dashboard.stripe.com/test/disputes/du_1',
});

/** A local Stripe with a customer that is stuck, and events of each state. */
export function someStripe(customer: Named, invoice: Numbered): MockStripe {
  const event = (at: number, more: Partial<StripeEvent>): StripeEvent => ({
    id: `evt_${at}`,
    type: 'invoice.paid',
    object_id: `in_${at}`,
    state: 'taken',
    source: 'webhook',
    created_at: ago(at * HOUR_MS),
    received_at: ago(at * HOUR_MS),
    tries: 0,
    said: '',
    taken_at: ago(at * HOUR_MS),
    customer,
    invoice,
    ...more,
  });
  const said = 'in_7 comes to 1001 at Stripe, and to 1000 here';
  const queued = { customer, state: 'stuck', since: ago(3 * HOUR_MS), tries: 1 } as const;
  return {
    state: localStripe(),
    events: [
      event(1, { type: 'invoice.payment_failed' }),
      event(2, { state: 'failed', taken_at: null, tries: 8, said: 'No such invoice' }),
      event(3, {
        type: 'capability.updated',
        state: 'unknown',
        source: 'list',
        customer: null,
        invoice: null,
      }),
    ],
    queue: [{ ...queued, next_at: null, said, invoices: [invoice], refunds: 1 }],
    disputes: [disputed(customer, invoice)],
    collection: { ...NOTHING },
  };
}

/** The way to Stripe and back, as admins have it. */
export function stripe(app: Hono, state: MockState): void {
  const of = state.stripe;
  app.get('/stripe', (c) => c.json(of.state));
  app.get('/stripe/events', (c) => {
    const wanted = c.req.query('state');
    return page(
      c,
      of.events.filter((one) => wanted === undefined || one.state === wanted),
    );
  });
  app.post('/stripe/events/:id/retry', (c) => {
    const event = found(of.events.find(({ id }) => id === c.req.param('id')));
    Object.assign(event, { state: 'taken', said: '' });
    of.state.events.failed = 0;
    return c.body(null, 204);
  });
  app.get('/disputes', (c) => {
    const { customer_id: customer, state: wanted } = c.req.query();
    const isShown = (one: Dispute) =>
      (customer === undefined || one.customer.id === customer) &&
      (wanted === undefined || one.state === wanted);
    return page(c, of.disputes.filter(isShown));
  });
  app.get('/invoices/:id/collection', (c) => {
    const { id } = found(state.invoices.find((one) => one.id === c.req.param('id')));
    const disputes = of.disputes.filter((one) => one.invoice.id === id);
    return c.json({ ...of.collection, disputes });
  });
  app.get('/stripe/queue', (c) => page(c, of.queue));
  app.post('/stripe/queue/:id/retry', (c) => {
    found(of.queue.find(({ customer }) => customer.id === c.req.param('id')));
    of.queue = [];
    of.state.queue = { waiting: 0, stuck: 0, oldest_since: null };
    return c.body(null, 204);
  });
}
