import { change, emit } from '../world/events.ts';
import type { Kinds } from '../world/kinds.ts';
import { keep, mint, timeFor, type World } from '../world/world.ts';
import { inPath, invalid } from '../wire/fault.ts';
import { pageOf, paging, range, within } from '../wire/list.ts';
import { merged, metadata } from '../wire/metadata.ts';
import { boolean, hash, text } from '../wire/params.ts';
import { route, type Route } from '../wire/route.ts';
import { bookBalance } from './balance.ts';

type Dispute = Kinds['dispute'];
type Evidence = Dispute['evidence'];

const ANSWER_WITHIN_SECONDS = 9 * 24 * 3600;

/** https://docs.stripe.com/api/disputes */
export const disputeRoutes: Route[] = [
  route('GET /v1/disputes/:id', {}, ({ world, ids }) => inPath(world, 'dispute', ids['id'])),
  route(
    'POST /v1/disputes/:id',
    {
      evidence: hash({ product_description: text, uncategorized_text: text }),
      metadata,
      submit: boolean,
    },
    ({ world, ids, params }) => {
      const dispute = inPath(world, 'dispute', ids['id']);
      if (dispute.status === 'won' || dispute.status === 'lost') throw closed();
      const said = params.evidence?.uncategorized_text;
      const evidence: Evidence = {
        ...dispute.evidence,
        product_description:
          params.evidence?.product_description ?? dispute.evidence.product_description,
        uncategorized_text: said ?? dispute.evidence.uncategorized_text,
      };
      const isSent = params.submit !== false;
      const patch: Partial<Dispute> = {
        evidence,
        evidence_details: {
          ...dispute.evidence_details,
          has_evidence: true,
          submission_count: dispute.evidence_details.submission_count + (isSent ? 1 : 0),
        },
        metadata: merged(dispute.metadata, params.metadata),
        ...(isSent && { status: 'under_review' }),
      };
      change(world, dispute, { patch, type: 'charge.dispute.updated' });
      if (isSent && said === 'winning_evidence') close(world, dispute, 'won');
      if (isSent && said === 'losing_evidence') close(world, dispute, 'lost');
      return dispute;
    },
  ),
  route('POST /v1/disputes/:id/close', {}, ({ world, ids }) => {
    const dispute = inPath(world, 'dispute', ids['id']);
    if (dispute.status === 'won' || dispute.status === 'lost') throw closed();
    return close(world, dispute, 'lost');
  }),
  route(
    'GET /v1/disputes',
    { ...paging, charge: text, created: range, payment_intent: text },
    ({ world, params }) => {
      const rows = [...world.tables.dispute.values()].filter(
        (each) =>
          (params.charge === undefined || each.charge === params.charge) &&
          (params.payment_intent === undefined || each.payment_intent === params.payment_intent) &&
          within(each.created, params.created),
      );
      return pageOf(world, rows, { page: params, url: '/v1/disputes' });
    },
  ),
];

const closed = (): Error => invalid('This dispute is already closed.');

/**
 * Opens a dispute about a charge: the bank takes the money back at once.
 * https://docs.stripe.com/disputes/how-disputes-work
 */
export function openDispute(world: World, chargeId: string): Dispute {
  const charge = inPath(world, 'charge', chargeId);
  if (!charge.paid || charge.disputed) throw invalid('This charge cannot be disputed.');
  const now = timeFor(world, charge.customer);
  const dispute: Dispute = {
    id: mint(world, 'dispute'),
    object: 'dispute',
    amount: charge.amount - charge.amount_refunded,
    balance_transactions: [],
    charge: charge.id,
    created: now,
    currency: charge.currency,
    enhanced_eligibility_types: [],
    evidence: noEvidence(),
    evidence_details: {
      due_by: now + ANSWER_WITHIN_SECONDS,
      enhanced_eligibility: {},
      has_evidence: false,
      past_due: false,
      submission_count: 0,
      submission_method: 'not_submitted',
    },
    intended_submission_method: 'manual',
    is_charge_refundable: false,
    livemode: false,
    metadata: {},
    network_reason_code: '10.4',
    payment_intent: charge.payment_intent,
    payment_method_details: {
      card: {
        brand: 'visa',
        case_type: 'chargeback',
        network: 'visa',
        network_reason_code: '10.4',
      },
      type: 'card',
    },
    reason: 'fraudulent',
    status: 'needs_response',
  };
  charge.disputed = true;
  keep(world, 'dispute', dispute);
  emit(world, 'charge.dispute.created', { object: dispute });
  book(world, dispute, -dispute.amount);
  emit(world, 'charge.dispute.funds_withdrawn', { object: dispute });
  return dispute;
}

function close(world: World, dispute: Dispute, status: 'won' | 'lost'): Dispute {
  dispute.status = status;
  emit(world, 'charge.dispute.closed', { object: dispute });
  if (status === 'won') {
    book(world, dispute, dispute.amount);
    emit(world, 'charge.dispute.funds_reinstated', { object: dispute });
  }
  return dispute;
}

function book(world: World, dispute: Dispute, amount: number): void {
  const customer = world.tables.charge.get(dispute.charge)?.customer ?? null;
  dispute.balance_transactions.push(
    bookBalance(world, {
      amount,
      currency: dispute.currency,
      type: 'adjustment',
      reporting_category: amount < 0 ? 'dispute' : 'dispute_reversal',
      source: dispute.id,
      customer,
    }),
  );
}

const noEvidence = (): Evidence => ({
  access_activity_log: null,
  billing_address: null,
  cancellation_policy: null,
  cancellation_policy_disclosure: null,
  cancellation_rebuttal: null,
  customer_communication: null,
  customer_email_address: null,
  customer_name: null,
  customer_purchase_ip: null,
  customer_signature: null,
  duplicate_charge_documentation: null,
  duplicate_charge_explanation: null,
  duplicate_charge_id: null,
  enhanced_evidence: {},
  product_description: null,
  receipt: null,
  refund_policy: null,
  refund_policy_disclosure: null,
  refund_refusal_explanation: null,
  service_date: null,
  service_documentation: null,
  shipping_address: null,
  shipping_carrier: null,
  shipping_date: null,
  shipping_documentation: null,
  shipping_tracking_number: null,
  uncategorized_file: null,
  uncategorized_text: null,
});
