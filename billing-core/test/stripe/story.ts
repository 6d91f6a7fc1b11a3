import { expect } from 'vitest';
import type { FaultRule } from '../../../stripe-sim/src/wire/faults.ts';
import { isHopeless } from '../../src/stripe/run.ts';
import { openStripe } from '../../src/stripe/client.ts';
import { allOf, giveCard, HANG_MS, line, SHORT_MS, type Rig } from './rig.ts';

const PAY = '/v1/invoices/:id/pay';
/** The calls that make something at Stripe. */
export const MAKING = [
  '/v1/customers',
  '/v1/invoices',
  '/v1/invoices/:id/add_lines',
  '/v1/invoices/:id/finalize',
  PAY,
  '/v1/credit_notes',
  '/v1/refunds',
];
export const FAULTS = [
  'refuse',
  'lose_reply',
  'hang',
  'hang_reply',
  'error',
  'error_reply',
  'rate_limit',
  'conflict',
  'unavailable',
] as const;

/** Makes nothing, but who gets a letter twice pays twice. */
export const SENDING = '/v1/invoices/:id/send';

type Fault = (typeof FAULTS)[number];

/** The work with a rule for each path, by a client that does not wait for who hangs. */
async function underFaults<Result>(
  rig: Rig,
  { fault, paths }: { fault: Fault; paths: readonly string[] },
  work: (rules: FaultRule[]) => Promise<Result>,
): Promise<Result> {
  const rules = paths.map((path) => rig.fault({ fault, method: 'POST', path }));
  const { stripe } = rig.kit;
  if (fault.startsWith('hang')) {
    rig.kit.stripe = openStripe({ ...rig.settings, timeoutMs: SHORT_MS });
  }
  try {
    return await work(rules);
  } finally {
    rig.kit.stripe = stripe;
    rig.sim.faults.rules = [];
  }
}

/** An invoice of somebody without a card. Out: how often Stripe sent it. */
export async function sentStory(rig: Rig, fault: Fault): Promise<number> {
  return underFaults(rig, { fault, paths: [SENDING] }, async ([rule]) => {
    const ours = await rig.invoice(await rig.customer());
    await rig.settle();
    expect(rule?.hit).toBe(1);
    const sent = allOf(rig.sim, 'event').filter(
      ({ type, data }) =>
        type === 'invoice.sent' &&
        (data.object as { metadata?: Record<string, string> }).metadata?.['tollgate_invoice'] ===
          ours.id,
    );
    expect((await rig.read(ours.id)).state).toBe('open');
    return sent.length;
  });
}

/** Until it is there: the call that makes the customer meets the same faults as all others. */
async function giveCardThrough(rig: Rig, id: string): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      return await giveCard(rig, { id, card: 'pm_card_visa' });
    } catch (error) {
      if (tries === 5 || isHopeless(error, 0)) throw error;
      await new Promise((resolve) => setTimeout(resolve, HANG_MS));
    }
  }
}

/**
 * The story below with a fault at each of these calls. Stripe may charge by itself meanwhile, so
 * that nobody asks for the payment. Out: the other calls that the fault missed.
 */
export async function faultyStory(
  rig: Rig,
  fault: Fault,
  paths: readonly string[],
): Promise<string[]> {
  return underFaults(rig, { fault, paths }, async (rules) => {
    await story(rig);
    return paths.filter((path, at) => rules[at]?.hit !== 1 && path !== PAY);
  });
}

/** A customer with a card, an invoice of two lines, a credit note, a refund: each made once. */
async function story(rig: Rig): Promise<void> {
  const { sim } = rig;
  const customer = await rig.customer();
  const [notes, refunds] = [allOf(sim, 'credit_note').length, allOf(sim, 'refund').length];
  await giveCardThrough(rig, customer);
  const ours = await rig.invoice(customer, [line(700), line(300)]);
  await rig.settle();
  await rig.post(ours.id, 'credit-notes', { reason: 'Agreed', amount: '400' });
  await rig.post(ours.id, 'payments', { kind: 'refund', method: 'stripe' });
  await rig.settle();
  const made = (kind: 'customer' | 'invoice', key: string, id: string) =>
    allOf(sim, kind).filter(({ metadata }) => metadata?.[key] === id);
  expect(made('customer', 'tollgate_customer', customer)).toHaveLength(1);
  const theirs = made('invoice', 'tollgate_invoice', ours.id);
  const facts = { status: 'paid', total: 1_000, amount_paid: 1_000 };
  expect(theirs).toMatchObject([facts]);
  const lines = await rig.stripe.invoices.listLineItems(theirs[0]?.id ?? '');
  expect(lines.data.map(({ amount }) => amount)).toEqual([700, 300]);
  expect(allOf(sim, 'credit_note')).toHaveLength(notes + 1);
  expect(allOf(sim, 'refund')).toHaveLength(refunds + 1);
  expect(await rig.read(ours.id)).toMatchObject({ state: 'paid', paid: '600', due: '0' });
}
